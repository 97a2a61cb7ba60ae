"""Filtered, backward and live changes, over HTTP."""

import asyncio
from typing import Any

import httpx
import pytest

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.revision import Revision
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio

NUMBERS = [f"d{number:02d}" for number in range(10)]


async def store(engine: EmbeddedEngine, *identifiers: str, **body: Any) -> None:
    documents = [IncomingDocument(identifier, body, (Revision(1, "a"),)) for identifier in identifiers]
    await engine.write("t1", documents, new_edits=False)


async def select(
    client: httpx.AsyncClient, selector: object, query: str = "", **members: object
) -> dict[str, Any]:
    answer = await client.post(f"/t1/_changes?filter=_selector{query}", json={"selector": selector} | members)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ids(told: dict[str, Any]) -> list[str]:
    return [row["id"] for row in told["results"]]


async def test_a_selector_chooses_among_all_pages(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    for identifier in NUMBERS:
        await store(engine, identifier, number=int(identifier[1:]))

    told = await select(replicator, {"number": {"$mod": [4, 1]}})

    assert ids(told) == ["d01", "d05", "d09"]
    assert told["last_seq"] == (await engine.changes("t1")).last_seq
    assert told["pending"] == 0


async def test_a_limited_selection_goes_on_where_it_stopped(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    for identifier in NUMBERS:
        await store(engine, identifier, number=int(identifier[1:]))

    first = await select(replicator, {"number": {"$gte": 5}}, "&limit=2")
    rest = await select(replicator, {"number": {"$gte": 5}}, f"&since={first['last_seq']}")

    assert (ids(first), first["pending"]) == (["d05", "d06"], 3)
    assert first["last_seq"] == first["results"][-1]["seq"]
    assert ids(rest) == ["d07", "d08", "d09"]


async def test_a_selector_judges_each_leaf_and_deletions(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    leaves = [replicated("a", "1-a"), replicated("a", "1-b")]
    await engine.write("t1", [*leaves, replicated("b", "1-b", deleted=True)], new_edits=False)

    chosen = await select(replicator, {"value": "1-a"}, "&style=all_docs")
    winner_only = await select(replicator, {"value": "1-a"})
    gone = await select(replicator, {"_deleted": True})

    assert chosen["results"][0]["changes"] == [{"rev": "1-a"}]
    assert ids(winner_only) == []
    assert (ids(gone), gone["results"][0]["deleted"]) == (["b"], True)


async def test_a_selection_may_tell_some_fields(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, "a", name={"first": "Ada", "last": "Byron"}, age=36)

    told = await select(replicator, {}, "&include_docs=true", fields=["_id", "name.first", "absent"])

    assert told["results"][0]["doc"] == {"_id": "a", "name": {"first": "Ada"}}


async def test_design_documents_may_be_asked_for(central: httpx.AsyncClient) -> None:
    await central.put("/t1/a", json={})
    await central.put("/t1/_design/one", json={"views": {}})

    told = (await central.get("/t1/_changes?filter=_design")).json()

    assert ids(told) == ["_design/one"]


async def test_many_documents_may_be_asked_for_by_id(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, *NUMBERS)
    wanted = [f"absent{number}" for number in range(200)] + ["d03", "d07"]

    told = (await replicator.post("/t1/_changes?filter=_doc_ids", json={"doc_ids": wanted})).json()

    assert ids(told) == ["d03", "d07"]


@pytest.mark.parametrize("feed", ["longpoll", "continuous", "eventsource"])
async def test_a_live_selection_waits_on_through_changes_that_do_not_match(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine, feed: str
) -> None:
    await store(engine, "before", wanted=False)
    polling = asyncio.ensure_future(
        replicator.post(
            f"/t1/_changes?feed={feed}&limit=1&filter=_selector&include_docs=true",
            json={"selector": {"wanted": True}},
        )
    )
    await asyncio.sleep(0)
    for number in range(5):
        await store(engine, f"other{number}", wanted=False)
    await store(engine, "wanted", wanted=True)

    answer = await asyncio.wait_for(polling, 5)

    assert '"id":"wanted"' in answer.text
    assert "other" not in answer.text


async def test_changes_backwards_ignore_since_and_tell_what_remains(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, *NUMBERS)
    last_seq = (await engine.changes("t1")).last_seq

    every = (await replicator.get(f"/t1/_changes?descending=true&since={last_seq}")).json()
    limited = (await replicator.get("/t1/_changes?descending=true&limit=4")).json()

    assert ids(every) == NUMBERS[::-1]
    assert (every["last_seq"], every["pending"]) == (every["results"][-1]["seq"], 0)
    assert (ids(limited), limited["pending"]) == (NUMBERS[:5:-1], 6)
    assert limited["last_seq"] == limited["results"][-1]["seq"]


async def test_a_filter_serves_backwards_too(replicator: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    for identifier in NUMBERS:
        await store(engine, identifier, number=int(identifier[1:]))

    chosen = await select(replicator, {"number": {"$lt": 5}}, "&descending=true&limit=2")
    named = (
        await replicator.get('/t1/_changes?filter=_doc_ids&doc_ids=["d01","d08"]&descending=true')
    ).json()

    assert ids(chosen) == ["d04", "d03"]
    assert ids(named) == ["d08", "d01"]


async def test_a_continuous_feed_backwards_goes_on_with_what_comes(
    replicator: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, *NUMBERS[:5])
    following = asyncio.ensure_future(replicator.get("/t1/_changes?feed=continuous&descending=true&limit=6"))
    await engine.information("t1")
    await store(engine, "later")

    lines = (await asyncio.wait_for(following, 5)).text.splitlines()

    assert [line.partition('"id":"')[2].partition('"')[0] for line in lines[:-1]] in (
        [*NUMBERS[4::-1], "later"],
        ["later", *NUMBERS[4::-1]],
    )


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("filter=_view", 400, "`view` filter parameter is not provided."),
        ("filter=_view&view=a", 400, "`view` must be of the form `designname/viewname`"),
        ("filter=_view&view=a/b", 404, "missing"),
        ("filter=a/b", 404, "missing"),
        ("filter=_telepathy", 400, "unknown builtin filter name"),
        ("filter=one", 400, "`filter` must be of the form `designname/filtername`"),
        ("filter=_selector", 400, "Selector must be specified in POST payload"),
        ("filter=_doc_ids", 400, "`doc_ids` filter parameter is not a list of doc ids."),
        ("filter=_doc_ids&doc_ids=[1]", 400, "`doc_ids` filter parameter is not a list of doc ids."),
        ("heartbeat=0", 400, "The heartbeat value should be a positive integer (in milliseconds)."),
        ("heartbeat=-1", 400, "The heartbeat value should be a positive integer (in milliseconds)."),
        ("seq_interval=0", 400, "invalid_seq_interval"),
        ("since=nonsense", 400, "Malformed sequence supplied in 'since' parameter."),
    ],
)
async def test_what_cannot_be_served_is_said(
    tablet: httpx.AsyncClient, query: str, status: int, reason: str
) -> None:
    answer = await tablet.get(f"/t1/_changes?{query}")

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"selector": {"a": {"$near": 1}}}, "Unsupported operator: $near"),
        ({"selector": []}, "Selector error: expected a JSON object"),
        ({}, "Selector error: expected a JSON object"),
        ({"selector": {}, "fields": "a"}, "Selector error: fields must be JSON array"),
    ],
)
async def test_a_selector_that_cannot_be_served_is_a_bad_request(
    tablet: httpx.AsyncClient, body: object, reason: str
) -> None:
    answer = await tablet.post("/t1/_changes?filter=_selector", json=body)

    assert (answer.status_code, answer.json()) == (400, {"error": "bad_request", "reason": reason})


async def test_a_function_that_is_there_is_not_run_and_another_is_missing(central: httpx.AsyncClient) -> None:
    await central.put("/t1/_design/one", json={"filters": {"f": "function () {}"}, "views": {"v": {}}})

    answers = [
        await central.get(f"/t1/_changes?{query}")
        for query in (
            "filter=one/f",
            "filter=_view&view=one/v",
            "filter=one/absent",
            "filter=_view&view=one/absent",
        )
    ]

    assert [(answer.status_code, answer.json()["error"]) for answer in answers[:2]] == [
        (501, "not_implemented")
    ] * 2
    assert [answer.json() for answer in answers[2:]] == [
        {"error": "not_found", "reason": "missing json key: absent"}
    ] * 2


async def test_a_posted_body_is_json_or_absent(tablet: httpx.AsyncClient) -> None:
    wrong = await tablet.post("/t1/_changes", content=b"{}", headers={"content-type": "text/plain"})
    empty = await tablet.post("/t1/_changes", headers={"content-type": "application/json; charset=utf-8"})

    assert (wrong.status_code, wrong.json()) == (
        415,
        {"error": "bad_content_type", "reason": "Content-Type must be application/json"},
    )
    assert empty.status_code == 200


async def test_an_event_source_that_reconnects_goes_on_after_its_last_event(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await store(engine, "a", "b")
    first = await tablet.get("/t1/_changes?feed=eventsource&limit=1")
    last_id = first.text.split("id: ")[1].strip()

    again = await tablet.get(
        "/t1/_changes?feed=eventsource&limit=1&since=0", headers={"last-event-id": last_id}
    )
    other_feed = await tablet.get("/t1/_changes?since=0", headers={"last-event-id": last_id})

    assert last_id.startswith('"1-')
    assert '"id":"b"' in again.text
    assert ids(other_feed.json()) == ["a", "b"]
