"""The changes feed, over HTTP."""

import asyncio

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import ReplicationApplication
from tests.sync.envelopes import replicated
from tests.sync.http.callers import Callers, client_of

pytestmark = pytest.mark.anyio


async def store(engine: EmbeddedEngine, *identifiers: str) -> None:
    await engine.write("t1", [replicated(identifier, "1-a") for identifier in identifiers], new_edits=False)


def ids(answer: httpx.Response) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


async def test_changes_have_couchdbs_shape(tablet: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    await store(engine, "a")
    await engine.write("t1", [replicated("b", "1-b", deleted=True)], new_edits=False)

    told = (await tablet.get("/t1/_changes?include_docs=true")).json()

    assert told["results"] == [
        {
            "seq": told["results"][0]["seq"],
            "id": "a",
            "changes": [{"rev": "1-a"}],
            "doc": {"_id": "a", "_rev": "1-a", "value": "1-a"},
        },
        {
            "seq": told["last_seq"],
            "id": "b",
            "changes": [{"rev": "1-b"}],
            "deleted": True,
            "doc": {"_id": "b", "_rev": "1-b", "_deleted": True},
        },
    ]
    assert told["pending"] == 0


async def test_everything_is_sent_however_many_pages_it_takes(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    names = [f"d{number:02d}" for number in range(10)]
    await store(engine, *names)

    assert ids(await tablet.get("/t1/_changes")) == names
    assert ids(await tablet.get("/t1/_changes?feed=longpoll")) == names
    limited = await tablet.get("/t1/_changes?limit=7")
    assert (ids(limited), limited.json()["pending"]) == (names[:7], 3)
    rest = await tablet.get("/t1/_changes", params={"since": limited.json()["last_seq"]})
    assert ids(rest) == names[7:]
    assert ids(await tablet.get("/t1/_changes?descending=true&limit=4")) == names[:5:-1]


async def test_all_leaves_are_told_on_request(tablet: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    await engine.write("t1", [replicated("a", "1-a"), replicated("a", "1-b")], new_edits=False)

    main = (await tablet.get("/t1/_changes")).json()["results"][0]["changes"]
    leaves = (await tablet.get("/t1/_changes?style=all_docs")).json()["results"][0]["changes"]

    assert main == [{"rev": "1-b"}]
    assert leaves == [{"rev": "1-b"}, {"rev": "1-a"}]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("seq_interval=1", [True, True, True, True]),
        ("seq_interval=2", [True, False, True, False]),
        ("seq_interval=2&limit=3", [False, True, False]),
        ("seq_interval=3&limit=4", [False, True, False, False]),
    ],
)
async def test_sequences_may_be_told_where_the_interval_divides_what_is_left_of_the_limit(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine, query: str, told: list[bool]
) -> None:
    await store(engine, "a", "b", "c", "d")

    found = (await tablet.get(f"/t1/_changes?{query}")).json()

    assert [row["seq"] is not None for row in found["results"]] == told
    assert found["last_seq"].partition("-")[0] == str(len(told))


async def test_some_documents_may_be_asked_for(tablet: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    await store(engine, "a", "b", "c")

    posted = await tablet.post("/t1/_changes?filter=_doc_ids", json={"doc_ids": ["c", "a"]})
    queried = await tablet.get('/t1/_changes?filter=_doc_ids&doc_ids=["b"]')

    assert (ids(posted), ids(queried)) == (["a", "c"], ["b"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=nonsense", 400),
        ("feed=telepathy", 400),
        ("style=baroque", 400),
        ("limit=all", 400),
        ("heartbeat=often", 400),
        ("filter=_doc_ids", 400),
        ("filter=design/filter", 404),
    ],
)
async def test_a_malformed_request_has_its_status_even_for_a_feed(
    tablet: httpx.AsyncClient, query: str, status: int
) -> None:
    assert (await tablet.get(f"/t1/_changes?{query}")).status_code == status


async def test_a_longpoll_waits_for_the_next_write(tablet: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    since = (await engine.changes("t1")).last_seq
    polling = asyncio.ensure_future(tablet.get(f"/t1/_changes?feed=longpoll&since={since}&include_docs=true"))
    await asyncio.sleep(0)
    await store(engine, "a")

    assert ids(await asyncio.wait_for(polling, 5)) == ["a"]


async def test_a_longpoll_for_some_documents_is_not_ended_by_others(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    since = (await engine.changes("t1")).last_seq
    polling = asyncio.ensure_future(
        tablet.post(f"/t1/_changes?feed=longpoll&since={since}&filter=_doc_ids", json={"doc_ids": ["wanted"]})
    )
    await asyncio.sleep(0)
    await store(engine, "other")
    await store(engine, "wanted")

    assert ids(await asyncio.wait_for(polling, 5)) == ["wanted"]


async def test_a_longpoll_that_saw_nothing_ends_with_its_sequence(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, "a")

    answer = (await tablet.get("/t1/_changes?feed=longpoll&since=now&timeout=20")).json()

    assert answer == {"results": [], "last_seq": (await engine.changes("t1")).last_seq, "pending": 0}


async def test_heartbeats_keep_a_longpoll_readable_as_json(
    application: ReplicationApplication, callers: Callers, tablet: httpx.AsyncClient
) -> None:
    callers.expires_in_s = 0.35

    answer = await tablet.get("/t1/_changes?feed=longpoll&since=now&heartbeat=100")

    assert answer.json()["results"] == []
    assert answer.text.count("\n") >= 5


async def test_a_feed_ends_with_its_token(callers: Callers, tablet: httpx.AsyncClient) -> None:
    callers.expires_in_s = 0.05

    for feed in ("longpoll", "continuous", "eventsource"):
        answer = await asyncio.wait_for(tablet.get(f"/t1/_changes?feed={feed}&since=now&heartbeat=60000"), 5)
        assert answer.status_code == 200


async def test_a_continuous_feed_sends_a_line_a_change_up_to_its_limit(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, "a", "b", "c", "d")
    following = asyncio.ensure_future(tablet.get("/t1/_changes?feed=continuous&limit=6"))
    await asyncio.sleep(0)
    await store(engine, "e")
    await store(engine, "f", "g")

    lines = (await asyncio.wait_for(following, 5)).text.splitlines()

    assert [line.partition('"id":"')[2][:1] for line in lines[:6]] == list("abcdef")
    assert '"last_seq"' in lines[6]


async def test_server_sent_events_name_their_sequence(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, "a", "b")

    first = await tablet.get("/t1/_changes?feed=eventsource&limit=1")
    last_id = first.text.split("id: ")[1].strip()
    second = await tablet.get("/t1/_changes?feed=eventsource&limit=1", headers={"last-event-id": last_id})

    assert first.headers["content-type"] == "text/event-stream"
    assert first.text.startswith('data: {"seq":"1-')
    assert '"id":"b"' in second.text


async def test_a_longpoll_ends_when_its_database_is_deleted(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    polling = asyncio.ensure_future(tablet.get("/t1/_changes?feed=longpoll&since=now"))
    await engine.information("t1")
    await engine.delete_database("t1")

    # 404 when the deletion came before the feed's first look.
    assert (await asyncio.wait_for(polling, 5)).status_code in (200, 404)


async def test_stopping_the_node_ends_every_feed_at_once(
    application: ReplicationApplication, engine: EmbeddedEngine
) -> None:
    async with client_of(application, "tablet") as tablet:
        feeds = [
            asyncio.ensure_future(tablet.get(f"/t1/_changes?feed={feed}&since=now&heartbeat=60000"))
            for feed in ("longpoll", "continuous", "eventsource")
        ]
        await engine.information("t1")
        application.shutdown()

        answers = await asyncio.wait_for(asyncio.gather(*feeds), 2)
        later = await asyncio.wait_for(tablet.get("/t1/_changes?feed=longpoll&since=now"), 2)

    assert [answer.status_code for answer in [*answers, later]] == [200] * 4
