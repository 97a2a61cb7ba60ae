"""Replication's bulk requests, over HTTP."""

import gzip
from pathlib import Path

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import Limits
from sync.security import Group, Security
from tests.sync.envelopes import envelope
from tests.sync.http.callers import Callers, application_for, client_of

pytestmark = pytest.mark.anyio

GZIP = {"content-type": "application/json", "content-encoding": "gzip"}


async def test_replicated_documents_are_answered_only_when_refused(tablet: httpx.AsyncClient) -> None:
    good, note = envelope(1), {"_id": "note", "_rev": "1-a", "text": "clear"}

    accepted = await tablet.post("/t1/_bulk_docs", json={"docs": [good], "new_edits": False})
    mixed = await tablet.post("/t1/_bulk_docs", json={"docs": [note, envelope(2)], "new_edits": False})

    assert (accepted.status_code, accepted.json()) == (201, [])
    assert mixed.json() == [
        {
            "id": "note",
            "rev": "1-a",
            "error": "forbidden",
            "reason": "identifier: the id is not that of an envelope",
        }
    ]
    assert (await tablet.get("/t1")).json()["doc_count"] == 2


async def test_edits_are_answered_one_by_one(replicator: httpx.AsyncClient) -> None:
    await replicator.put("/t1/a", json={})

    answer = (
        await replicator.post("/t1/_bulk_docs", json={"docs": [{"_id": "a"}, {"_id": "b"}, {"n": 1}]})
    ).json()

    assert answer[0] == {"id": "a", "error": "conflict", "reason": "Document update conflict."}
    assert (answer[1]["ok"], answer[1]["id"], answer[2]["id"]) == (True, "b", "drawn0")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"docs": {}},
        {"docs": [], "new_edits": "no"},
        {"docs": [1]},
        {"docs": [{"_id": "a"}], "new_edits": False},
        [],
    ],
)
async def test_a_malformed_bulk_write_is_refused(replicator: httpx.AsyncClient, asked: object) -> None:
    assert (await replicator.post("/t1/_bulk_docs", json=asked)).status_code == 400


async def test_a_batch_over_the_bound_is_refused(tablet: httpx.AsyncClient) -> None:
    documents = [envelope(number, characters=50_000) for number in range(5)]

    answer = await tablet.post("/t1/_bulk_docs", json={"docs": documents, "new_edits": False})

    assert answer.status_code == 413
    assert (await tablet.get("/t1")).json()["doc_count"] == 0


async def test_histories_over_the_bound_are_refused(engine: EmbeddedEngine, callers: Callers) -> None:
    application = application_for(engine, callers, limits=Limits(body_revisions=10))
    documents = [
        {"_id": f"d{number}", "_revisions": {"start": 4, "ids": ["d", "c", "b", "a"]}} for number in range(3)
    ]

    async with client_of(application, "replicator") as replicator:
        answer = await replicator.post("/t1/_bulk_docs", json={"docs": documents, "new_edits": False})
        fewer = await replicator.post("/t1/_bulk_docs", json={"docs": documents[:2], "new_edits": False})

    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert answer.json()["reason"] == "The histories of the request hold too many revisions (at most 10)"
    assert fewer.json() == []


async def test_missing_revisions_are_told(replicator: httpx.AsyncClient) -> None:
    await replicator.put("/t1/a?new_edits=false", json={"_rev": "1-a"})
    offered = {"a": ["1-a", "2-b"], "b": ["1-x"], "c": []}

    diff = (await replicator.post("/t1/_revs_diff", json=offered)).json()
    missing = (await replicator.post("/t1/_missing_revs", json=offered)).json()

    assert diff == {"a": {"missing": ["2-b"], "possible_ancestors": ["1-a"]}, "b": {"missing": ["1-x"]}}
    assert missing == {"missing_revs": {"a": ["2-b"], "b": ["1-x"]}}


@pytest.mark.parametrize("asked", [[], {"a": "1-a"}, {"a": [1]}, {"a": ["nonsense"]}])
async def test_a_malformed_diff_is_refused(replicator: httpx.AsyncClient, asked: object) -> None:
    assert (await replicator.post("/t1/_revs_diff", json=asked)).status_code == 400


async def test_documents_are_read_in_bulk(replicator: httpx.AsyncClient) -> None:
    await replicator.put("/t1/a?new_edits=false", json={"_rev": "1-a", "n": 1})

    answer = await replicator.post(
        "/t1/_bulk_get?revs=true",
        json={"docs": [{"id": "a", "rev": "1-a"}, {"id": "b", "rev": "1-b"}, {"id": "c"}]},
    )

    assert answer.json() == {
        "results": [
            {
                "id": "a",
                "docs": [
                    {"ok": {"_id": "a", "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}, "n": 1}}
                ],
            },
            {"id": "b", "docs": [{"error": not_found("b", "1-b")}]},
            {"id": "c", "docs": [{"error": not_found("c", "undefined")}]},
        ]
    }


def not_found(identifier: str, revision: str) -> dict[str, str]:
    return {"id": identifier, "rev": revision, "error": "not_found", "reason": "missing"}


@pytest.mark.parametrize("asked", [{}, {"docs": {}}, {"docs": None}])
async def test_a_malformed_bulk_read_is_refused(replicator: httpx.AsyncClient, asked: object) -> None:
    assert (await replicator.post("/t1/_bulk_get", json=asked)).status_code == 400


@pytest.mark.parametrize("option", ["open_revs=all", "new_edits=false", "w=1", "rev=1-a", "atts_since=[]"])
async def test_options_of_one_document_have_no_place_in_a_bulk_read(
    replicator: httpx.AsyncClient, option: str
) -> None:
    answer = await replicator.post(f"/t1/_bulk_get?{option}", json={"docs": []})

    name = option.partition("=")[0]
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "bad_request", "reason": f'"{name}" query parameter is not acceptable'},
    )


async def test_a_document_that_cannot_be_asked_for_is_told_in_its_place(
    replicator: httpx.AsyncClient,
) -> None:
    await replicator.put("/t1/a?new_edits=false", json={"_rev": "1-a"})
    asked: list[object] = [1, {}, {"rev": "1-a"}, {"id": "_x"}, {"id": "a", "rev": "x"}, {"id": "a"}]

    results = (await replicator.post("/t1/_bulk_get", json={"docs": asked})).json()["results"]

    def refused(identifier: object, revision: object, error: str, reason: str) -> object:
        told = {"id": identifier, "rev": revision, "error": error, "reason": reason}
        return {"id": identifier, "docs": [{"error": told}]}

    assert results == [
        refused(None, None, "bad_request", "document must be a JSON object"),
        refused(None, None, "bad_request", "document must be a JSON object"),
        refused(None, None, "bad_request", "document id missed"),
        refused("_x", None, "illegal_docid", "Only reserved document ids may start with underscore."),
        refused("a", "x", "bad_request", "Invalid rev format"),
        {"id": "a", "docs": [{"ok": {"_id": "a", "_rev": "1-a"}}]},
    ]


async def test_a_bulk_read_without_revision_gives_every_leaf(replicator: httpx.AsyncClient) -> None:
    for revision in ("1-a", "1-b"):
        await replicator.put("/t1/x?new_edits=false", json={"_rev": revision})

    results = (await replicator.post("/t1/_bulk_get", json={"docs": [{"id": "x"}]})).json()["results"]

    assert [found["ok"]["_rev"] for found in results[0]["docs"]] == ["1-b", "1-a"]


async def test_local_documents_are_written_in_bulk_too(replicator: httpx.AsyncClient) -> None:
    docs = [{"_id": "_local/x", "n": 1}, {"_id": "a"}, {"_id": "_local/x", "_rev": "0-9"}]

    written = (await replicator.post("/t1/_bulk_docs", json={"docs": docs})).json()
    removed = await replicator.post(
        "/t1/_bulk_docs", json={"docs": [{"_id": "_local/x", "_rev": "0-1", "_deleted": True}]}
    )

    assert [(one["id"], one.get("rev", one.get("error"))) for one in written] == [
        ("_local/x", "0-1"),
        ("a", written[1]["rev"]),
        ("_local/x", "conflict"),
    ]
    assert removed.json() == [{"ok": True, "id": "_local/x", "rev": "0-0"}]
    assert (await replicator.get("/t1/_local/x")).status_code == 404


async def test_a_tablet_writes_no_local_document_in_bulk(tablet: httpx.AsyncClient) -> None:
    answer = await tablet.post("/t1/_bulk_docs", json={"docs": [{"_id": "_local/x"}]})

    assert answer.json()[0]["error"] == "forbidden"


async def test_the_second_first_edit_of_one_id_in_a_batch_is_a_conflict(
    replicator: httpx.AsyncClient,
) -> None:
    answer = await replicator.post(
        "/t1/_bulk_docs", json={"docs": [{"_id": "a", "n": 1}, {"_id": "a", "n": 2}]}
    )

    assert [one.get("error", "ok") for one in answer.json()] == ["ok", "conflict"]


async def test_one_bad_document_refuses_the_whole_batch(replicator: httpx.AsyncClient) -> None:
    for bad, error in (
        ({"_id": "_x"}, "illegal_docid"),
        ({"_id": 1}, "illegal_docid"),
        ({"_rev": "x"}, "bad_request"),
        ({"_unknown": 1}, "doc_validation"),
        (None, "bad_request"),
    ):
        answer = await replicator.post("/t1/_bulk_docs", json={"docs": [{"_id": "good"}, bad]})

        assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert (await replicator.get("/t1/good")).status_code == 404


async def test_the_primary_index_is_listed(replicator: httpx.AsyncClient) -> None:
    for identifier in "abc":
        await replicator.put(f"/t1/{identifier}?new_edits=false", json={"_rev": f"1-{identifier}", "n": 1})

    listed = (
        await replicator.get('/t1/_all_docs?startkey="b"&include_docs=true&limit=1&update_seq=true')
    ).json()
    by_key = (await replicator.post("/t1/_all_docs", json={"keys": ["c", "z"]})).json()
    one = (await replicator.get('/t1/_all_docs?key="b"')).json()

    assert (listed["total_rows"], listed["offset"]) == (3, 1)
    assert listed["rows"] == [
        {"id": "b", "key": "b", "value": {"rev": "1-b"}, "doc": {"_id": "b", "_rev": "1-b", "n": 1}}
    ]
    assert listed["update_seq"].startswith("3-")
    assert by_key["rows"] == [
        {"id": "c", "key": "c", "value": {"rev": "1-c"}},
        {"key": "z", "error": "not_found"},
    ]
    assert [row["id"] for row in one["rows"]] == ["b"]


@pytest.mark.parametrize("query", ["startkey=b", "limit=x", "descending=1", "limit=-1", 'keys=["a"]&key="a"'])
async def test_a_malformed_query_is_refused(replicator: httpx.AsyncClient, query: str) -> None:
    answer = await replicator.get(f"/t1/_all_docs?{query}")

    assert (answer.status_code, answer.json()["error"]) == (400, "query_parse_error")


async def test_a_full_disk_is_507_with_couchdbs_body(tmp_path: Path, callers: Callers) -> None:
    engine = await EmbeddedEngine.open(tmp_path / "small", database_page_limit=20)
    await engine.create_database("t1", Security(members=Group(roles=frozenset({"team:t1"}))))
    batch = [envelope(number, characters=5000) for number in range(38)]
    async with client_of(application_for(engine, callers), "tablet") as tablet:
        answer = await tablet.post("/t1/_bulk_docs", json={"docs": batch, "new_edits": False})
        count = (await tablet.get("/t1")).json()["doc_count"]
    await engine.aclose()

    assert (answer.status_code, answer.json()["error"], count) == (507, "insufficient_storage", 0)


async def test_a_stopped_engine_is_503(tablet: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    await engine.aclose()

    answer = await tablet.get("/t1/_changes")

    assert (answer.status_code, answer.json()["error"]) == (503, "service_unavailable")


async def test_a_gzipped_body_is_read(replicator: httpx.AsyncClient) -> None:
    body = gzip.compress(b'{"docs":[{"_id":"a"}]}')

    answer = await replicator.post("/t1/_bulk_docs", content=body, headers=GZIP)

    assert (answer.status_code, answer.json()[0]["id"]) == (201, "a")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (gzip.compress(b" " * 300_000 + b"{}"), 413, "too_large"),
        (gzip.compress(b'{"docs":[]}')[:-4], 400, "bad_request"),
        (b'{"docs":[]}', 400, "bad_request"),
    ],
    ids=["large once decoded", "cut", "no gzip"],
)
async def test_a_gzipped_body_is_bounded_and_checked(
    replicator: httpx.AsyncClient, body: bytes, status: int, error: str
) -> None:
    answer = await replicator.post("/t1/_bulk_docs", content=body, headers=GZIP)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_another_content_encoding_is_refused(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.post("/t1/_bulk_docs", content=b"{}", headers=GZIP | {"content-encoding": "br"})

    assert (answer.status_code, answer.json()) == (
        415,
        {"error": "bad_content_type", "reason": "br is not a supported content encoding."},
    )


async def test_what_is_nested_too_deep_is_told_as_such(replicator: httpx.AsyncClient) -> None:
    for levels in (300, 5000):
        value = "[" * levels + "]" * levels
        answer = await replicator.post(
            "/t1/_bulk_docs",
            content=f'{{"docs":[{{"value":{value}}}]}}'.encode(),
            headers={"content-type": "application/json"},
        )
        assert (answer.status_code, "nested too deep" in answer.json()["reason"]) == (400, True)


async def test_an_id_that_no_address_can_name_is_refused(replicator: httpx.AsyncClient) -> None:
    longest = "é" * 8192

    kept = await replicator.post("/t1/_bulk_docs", json={"docs": [{"_id": longest}]})
    refused = await replicator.post("/t1/_bulk_docs", json={"docs": [{"_id": longest + "a"}]})

    assert kept.json()[0]["id"] == longest
    assert (refused.status_code, refused.json()) == (
        400,
        {"error": "illegal_docid", "reason": "Document id is too long"},
    )
