"""One document, over HTTP: CouchDB's statuses and bodies."""

import httpx
import pytest

from tests.sync.envelopes import envelope

pytestmark = pytest.mark.anyio


async def created(client: httpx.AsyncClient, identifier: str = "a") -> str:
    revision: str = (await client.put(f"/t1/{identifier}", json={"n": 1})).json()["rev"]
    return revision


async def test_a_document_is_written_and_read(replicator: httpx.AsyncClient) -> None:
    written = await replicator.put("/t1/a", json={"n": 1})
    read = await replicator.get("/t1/a")

    assert written.status_code == 201
    assert written.json() == {"ok": True, "id": "a", "rev": written.json()["rev"]}
    assert read.json() == {"_id": "a", "_rev": written.json()["rev"], "n": 1}
    assert read.headers["etag"] == f'"{written.json()["rev"]}"'


async def test_an_unchanged_document_is_not_sent_again(replicator: httpx.AsyncClient) -> None:
    revision = await created(replicator)

    answer = await replicator.get("/t1/a", headers={"if-none-match": f'"{revision}"'})

    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_second_first_edit_is_a_conflict(replicator: httpx.AsyncClient) -> None:
    await created(replicator)

    answer = await replicator.put("/t1/a", json={"n": 2})

    assert (answer.status_code, answer.json()) == (
        409,
        {"error": "conflict", "reason": "Document update conflict."},
    )


@pytest.mark.parametrize("way", ["body", "query", "header"])
async def test_the_revision_edited_may_be_named_in_three_places(
    replicator: httpx.AsyncClient, way: str
) -> None:
    revision = await created(replicator)

    answer = await replicator.put(
        "/t1/a",
        json={"n": 2} | ({"_rev": revision} if way == "body" else {}),
        params={"rev": revision} if way == "query" else {},
        headers={"if-match": f'"{revision}"'} if way == "header" else {},
    )

    assert answer.status_code == 201


async def test_two_different_revisions_in_one_request_are_refused(replicator: httpx.AsyncClient) -> None:
    revision = await created(replicator)

    answer = await replicator.put("/t1/a?rev=1-other", json={"_rev": revision})

    assert answer.status_code == 400


async def test_another_id_in_the_body_is_refused(replicator: httpx.AsyncClient) -> None:
    assert (await replicator.put("/t1/a", json={"_id": "b"})).status_code == 400


async def test_a_document_is_deleted_over_its_revision(replicator: httpx.AsyncClient) -> None:
    revision = await created(replicator)

    without = await replicator.delete("/t1/a")
    deleted = await replicator.delete(f"/t1/a?rev={revision}")
    gone = await replicator.get("/t1/a")

    assert without.status_code == 409
    assert (deleted.status_code, deleted.json()["ok"]) == (200, True)
    assert (gone.status_code, gone.json()) == (404, {"error": "not_found", "reason": "deleted"})


async def test_a_document_that_never_was_is_missing(replicator: httpx.AsyncClient) -> None:
    for answer in (await replicator.get("/t1/z"), await replicator.delete("/t1/z?rev=1-a")):
        assert (answer.status_code, answer.json()) == (404, {"error": "not_found", "reason": "missing"})


async def test_a_document_without_id_is_given_one(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.post("/t1", json={"n": 1})

    assert (answer.status_code, answer.json()["id"]) == (201, "drawn0")


async def test_ids_hold_any_character(replicator: httpx.AsyncClient) -> None:
    for encoded, identifier in (
        ("a%2Fb", "a/b"),
        ("%C3%A9%20t", "é t"),
        ("a%3Fb%23c", "a?b#c"),
        ("a+b", "a+b"),
    ):
        assert (await replicator.put(f"/t1/{encoded}", json={})).json()["id"] == identifier
        assert (await replicator.get(f"/t1/{encoded}")).json()["_id"] == identifier


async def test_history_and_conflicts_are_told_when_asked(replicator: httpx.AsyncClient) -> None:
    for revision, history in (("2-b", ["b", "a"]), ("2-c", ["c", "a"])):
        await replicator.put(
            "/t1/x?new_edits=false", json={"_rev": revision, "_revisions": {"start": 2, "ids": history}}
        )

    read = (await replicator.get("/t1/x?revs=true&conflicts=true")).json()

    assert read == {
        "_id": "x",
        "_rev": "2-c",
        "_revisions": {"start": 2, "ids": ["c", "a"]},
        "_conflicts": ["2-b"],
    }


async def test_open_revisions_are_listed_as_json(replicator: httpx.AsyncClient) -> None:
    for revision in ("1-b", "1-c"):
        await replicator.put("/t1/x?new_edits=false", json={"_rev": revision})

    json = {"accept": "application/json"}
    everything = (await replicator.get("/t1/x?open_revs=all", headers=json)).json()
    some = (await replicator.get('/t1/x?open_revs=["1-b","1-z"]&revs=true', headers=json)).json()

    assert [one["ok"]["_rev"] for one in everything] == ["1-c", "1-b"]
    assert some == [
        {"ok": {"_id": "x", "_rev": "1-b", "_revisions": {"start": 1, "ids": ["b"]}}},
        {"missing": "1-z"},
    ]


async def test_a_tablet_writes_and_deletes_by_replication_only(
    tablet: httpx.AsyncClient, central: httpx.AsyncClient
) -> None:
    document = envelope(1)
    address = f"/t1/{document['_id']}"

    refused = [
        await tablet.put(f"{address}?new_edits=false", json=document),
        await tablet.delete(f"{address}?rev={document['_rev']}"),
    ]
    await tablet.post("/t1/_bulk_docs", json={"docs": [document], "new_edits": False})
    refused.append(await tablet.delete(f"{address}?rev={document['_rev']}"))

    assert [(answer.status_code, answer.json()["error"]) for answer in refused] == [(403, "forbidden")] * 3
    assert (await central.get(address)).json() == document


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "bad_request"),
        (b"", "bad_request"),
        (b"[1]", "bad_request"),
        (b'{"a": "\xff"}', "bad_request"),
        (b"[" * 5000, "bad_request"),
        (b'{"_unknown": 1}', "doc_validation"),
        (b'{"_rev": "nonsense"}', "bad_request"),
    ],
)
async def test_a_malformed_body_is_refused(replicator: httpx.AsyncClient, body: bytes, error: str) -> None:
    answer = await replicator.put("/t1/a", content=body)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_reserved_id_is_refused(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.post("/t1", json={"_id": "_private"})

    assert (answer.status_code, answer.json()["error"]) == (400, "illegal_docid")


async def test_a_body_over_its_bound_is_refused(replicator: httpx.AsyncClient) -> None:
    announced = await replicator.put("/t1/a", json={"text": "a" * 200_000})

    async def pieces() -> object:
        for _ in range(300):
            yield b"a" * 1000

    streamed = await replicator.put("/t1/a", content=pieces())  # type: ignore[arg-type]

    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


async def test_local_documents_are_kept_for_replicators(replicator: httpx.AsyncClient) -> None:
    first = await replicator.put("/t1/_local/check.point", json={"seq": 1})
    stale = await replicator.put("/t1/_local%2Fcheck.point", json={"seq": 2})
    second = await replicator.put("/t1/_local%2Fcheck.point", json={"seq": 2, "_rev": "0-1"})
    read = await replicator.get("/t1/_local/check.point")
    removed = await replicator.delete("/t1/_local/check.point?rev=0-2")

    assert (first.status_code, first.json()) == (
        201,
        {"ok": True, "id": "_local/check.point", "rev": "0-1"},
    )
    assert (stale.status_code, second.json()["rev"]) == (409, "0-2")
    assert read.json() == {"_id": "_local/check.point", "_rev": "0-2", "seq": 2}
    assert removed.status_code == 200
    assert (await replicator.get("/t1/_local/check.point")).status_code == 404


async def test_a_local_document_is_bounded(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.put("/t1/_local/x", json={"text": "a" * 1000})

    assert answer.status_code == 413
