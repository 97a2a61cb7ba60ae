"""What one document's requests may ask besides: history, metadata, copies, batches, addresses."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def graft(client: httpx.AsyncClient, identifier: str, *path: str, deleted: bool = False) -> None:
    """Store the revision `path[0]` with its ancestors, as a replicator does."""
    start = int(path[0].partition("-")[0])
    history = {"start": start, "ids": [one.partition("-")[2] for one in path]}
    body = {"_revisions": history, **({"_deleted": True} if deleted else {"of": path[0]})}
    answer = await client.put(f"/t1/{identifier}?new_edits=false", json=body)
    assert answer.is_success


async def edited(client: httpx.AsyncClient, identifier: str, times: int) -> list[str]:
    """Write a document so many times; return its revisions, the newest first."""
    revisions: list[str] = []
    for number in range(times):
        named = {"_rev": revisions[0]} if revisions else {}
        answer = await client.put(f"/t1/{identifier}", json={"n": number, **named})
        revisions.insert(0, answer.json()["rev"])
    return revisions


async def test_what_is_known_of_each_ancestor_is_told(central: httpx.AsyncClient) -> None:
    revisions = await edited(central, "a", 2)
    await central.delete(f"/t1/a?rev={revisions[0]}")
    await graft(central, "x", "3-c", "2-b", "1-a")

    tombstone = (await central.get("/t1/a?deleted=true&revs_info=true")).json()
    grafted = (await central.get("/t1/x?revs_info=true")).json()

    assert [one["status"] for one in tombstone["_revs_info"]] == ["deleted", "available", "available"]
    assert [one["rev"] for one in tombstone["_revs_info"]] == [tombstone["_rev"], *revisions]
    assert grafted["_revs_info"] == [
        {"rev": "3-c", "status": "available"},
        {"rev": "2-b", "status": "missing"},
        {"rev": "1-a", "status": "missing"},
    ]


async def test_an_earlier_revision_can_be_read_until_a_compaction(central: httpx.AsyncClient) -> None:
    revisions = await edited(central, "a", 3)

    read = [(await central.get(f"/t1/a?rev={revision}")).json()["n"] for revision in revisions]

    assert read == [2, 1, 0]


async def test_meta_asks_for_everything_that_is_known_besides(central: httpx.AsyncClient) -> None:
    await graft(central, "x", "2-c", "1-a")
    await graft(central, "x", "2-b", "1-a")
    await graft(central, "x", "2-d", "1-a", deleted=True)

    told = (await central.get("/t1/x?meta=true")).json()

    assert told == {
        "_id": "x",
        "_rev": "2-c",
        "of": "2-c",
        "_revs_info": [{"rev": "2-c", "status": "available"}, {"rev": "1-a", "status": "missing"}],
        "_conflicts": ["2-b"],
        "_deleted_conflicts": ["2-d"],
    }


async def test_the_sequence_of_the_last_change_is_told(central: httpx.AsyncClient) -> None:
    await edited(central, "a", 1)
    await edited(central, "b", 2)

    assert (await central.get("/t1/b?local_seq=true")).json()["_local_seq"] == 3


async def test_only_an_answer_that_its_revision_determines_has_an_etag(central: httpx.AsyncClient) -> None:
    await graft(central, "x", "2-c", "1-a")
    await graft(central, "y", "2-c")
    await graft(central, "y", "2-d")

    def etag(answer: httpx.Response) -> object:
        return answer.headers.get("etag")

    assert etag(await central.get("/t1/x?revs=true&conflicts=true")) == '"2-c"'
    assert etag(await central.get("/t1/x?rev=2-c")) == '"2-c"'
    for options in ("revs_info=true", "local_seq=true", "meta=true"):
        assert etag(await central.get(f"/t1/x?{options}")) is None
    assert etag(await central.get("/t1/y?conflicts=true")) is None


@pytest.mark.parametrize("known", ['"1-z", "2-c"', "*", '"2-c"'])
async def test_what_the_client_has_is_not_sent_again(central: httpx.AsyncClient, known: str) -> None:
    await graft(central, "x", "2-c")

    answer = await central.get("/t1/x", headers={"if-none-match": known})

    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"2-c"')


async def test_an_option_that_is_not_true_is_as_if_it_were_not_there(central: httpx.AsyncClient) -> None:
    await graft(central, "x", "2-c", "1-a")

    answer = await central.get("/t1/x?revs=1&conflicts=yes&new_edits=false&unknown=true")

    assert answer.json() == {"_id": "x", "_rev": "2-c", "of": "2-c"}


async def test_a_write_says_where_the_document_is(central: httpx.AsyncClient) -> None:
    put = await central.put("/t1/a%2Fb", json={})
    posted = await central.post("/t1", json={"_id": "_design/x"})

    assert put.headers["location"] == "http://node/sync/t1/a%2Fb"
    assert put.headers["etag"] == f'"{put.json()["rev"]}"'
    assert posted.headers["location"] == "http://node/sync/t1/_design%2Fx"
    assert "etag" not in posted.headers


async def test_a_tombstone_is_written_with_status_200_however_it_comes(central: httpx.AsyncClient) -> None:
    first, second = await edited(central, "a", 1), await edited(central, "b", 1)

    put = await central.put("/t1/a", json={"_rev": first[0], "_deleted": True, "why": "asked"})
    deleted = await central.delete("/t1/b", headers={"if-match": f'"{second[0]}"'})
    kept = await central.get(f"/t1/a?rev={put.json()['rev']}")

    assert (put.status_code, deleted.status_code) == (200, 200)
    assert (kept.json()["_deleted"], kept.json()["why"]) == (True, "asked")


async def test_what_is_deleted_is_not_deleted_again(central: httpx.AsyncClient) -> None:
    (revision,) = await edited(central, "a", 1)
    gone = (await central.delete(f"/t1/a?rev={revision}")).json()["rev"]

    again = await central.delete(f"/t1/a?rev={gone}")

    assert (again.status_code, again.json()) == (404, {"error": "not_found", "reason": "deleted"})


async def test_a_deleted_document_is_written_anew_with_or_without_its_revision(
    central: httpx.AsyncClient,
) -> None:
    for named in (True, False):
        (revision,) = await edited(central, f"a{named}", 1)
        gone = (await central.delete(f"/t1/a{named}?rev={revision}")).json()["rev"]

        anew = await central.put(f"/t1/a{named}", json={"_rev": gone} if named else {})

        assert (anew.status_code, anew.json()["rev"].partition("-")[0]) == (201, "3")


async def test_a_batch_write_is_accepted_whatever_becomes_of_it(central: httpx.AsyncClient) -> None:
    first = await central.put("/t1/a?batch=ok", json={"n": 1})
    conflicting = await central.put("/t1/a?batch=ok", json={"n": 2})
    posted = await central.post("/t1?batch=ok", json={"_id": "b"})

    for answer, identifier in ((first, "a"), (conflicting, "a"), (posted, "b")):
        assert (answer.status_code, answer.json()) == (202, {"ok": True, "id": identifier})
    assert (await central.get("/t1/a")).json()["n"] == 1


async def test_a_document_is_copied_under_another_id(central: httpx.AsyncClient) -> None:
    first = await edited(central, "a", 2)
    target = await edited(central, "old", 1)

    new = await central.request("COPY", "/t1/a", headers={"destination": "b%2Fc"})
    earlier = await central.request("COPY", f"/t1/a?rev={first[1]}", headers={"destination": "d"})
    over = await central.request("COPY", "/t1/a", headers={"destination": f"old?rev={target[0]}"})
    conflict = await central.request("COPY", "/t1/a", headers={"destination": "old"})

    assert (new.status_code, new.json()["id"], new.json()["ok"]) == (201, "b/c", True)
    assert new.headers["location"] == "http://node/sync/t1/b%2Fc"
    assert new.headers["etag"] == f'"{new.json()["rev"]}"'
    read = [(await central.get(f"/t1/{name}")).json()["n"] for name in ("b%2Fc", "d", "old")]
    assert read == [1, 0, 1]
    assert (over.status_code, conflict.status_code, earlier.status_code) == (201, 409, 201)


@pytest.mark.parametrize(
    ("destination", "status", "reason"),
    [
        (None, 400, "Destination header is mandatory for COPY."),
        ("http://node/t1/b", 400, "Destination URL must be relative."),
        ("b?rev=x", 400, "Invalid rev format"),
        ("b?revision=1-a", 400, "Destination header names something else than a rev."),
        ("_x", 400, "Only reserved document ids may start with underscore."),
    ],
)
async def test_a_copy_says_where_to(
    central: httpx.AsyncClient, destination: str | None, status: int, reason: str
) -> None:
    await edited(central, "a", 1)

    headers = {} if destination is None else {"destination": destination}
    answer = await central.request("COPY", "/t1/a", headers=headers)

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_a_tablet_copies_nothing(central: httpx.AsyncClient, tablet: httpx.AsyncClient) -> None:
    await edited(central, "a", 1)

    assert (await tablet.request("COPY", "/t1/a", headers={"destination": "b"})).status_code == 403


@pytest.mark.parametrize("path", ["_design/x", "_design%2Fx"])
async def test_a_design_document_has_one_address_however_it_is_written(
    central: httpx.AsyncClient, path: str
) -> None:
    await central.put(f"/t1/{path}", json={"views": {}})

    assert (await central.get("/t1/_design/x")).json()["_id"] == "_design/x"
    assert (await central.get("/t1/_design%2Fx")).json()["_id"] == "_design/x"


@pytest.mark.parametrize(
    "path", ["_view/y", "_show/y/z", "_list/y/z", "_update/y", "_rewrite/", "_info", "_view/y/queries"]
)
async def test_functions_of_a_design_document_are_not_run_and_that_is_said(
    central: httpx.AsyncClient, path: str
) -> None:
    missing = await central.get(f"/t1/_design/x/{path}")
    await central.put("/t1/_design/x", json={"views": {"y": {"map": "function (doc) {}"}}})
    refused = [await central.get(f"/t1/_design/x/{path}"), await central.post(f"/t1/_design%2Fx/{path}")]

    assert (missing.status_code, missing.json()["reason"]) == (404, "missing")
    for answer in refused:
        assert (answer.status_code, answer.json()["error"]) == (501, "not_implemented")


async def test_what_a_replicator_writes_of_its_work_is_kept(central: httpx.AsyncClient) -> None:
    body = {"_replication_id": "x", "_replication_state": "error", "_replication_stats": {"n": 1}}

    await central.put("/t1/a", json=body)
    read = (await central.get("/t1/a")).json()

    assert {name: read[name] for name in body} == body


@pytest.mark.parametrize(
    ("path", "body", "error", "reason"),
    [
        ("/t1/a", [], "bad_request", "Document must be a JSON object"),
        ("/t1/a", {"_rev": None}, "bad_request", "Invalid rev format"),
        ("/t1/a?rev=x", {}, "bad_request", "Invalid rev format"),
        ("/t1/a", {"_deleted": 1}, "doc_validation", "Bad special document member: _deleted"),
        ("/t1/a", {"_foo": 1}, "doc_validation", "Bad special document member: _foo"),
        (
            "/t1/a?new_edits=false",
            {},
            "bad_request",
            "When `new_edits: false`, the document needs `_rev` or `_revisions` specified",
        ),
        ("/t1/_design/", {}, "bad_request", None),
        ("/t1/_local", {}, "bad_request", "Invalid _local document id."),
        ("/t1/_local/x/y", {}, "bad_request", "_local documents do not accept attachments."),
        ("/t1/_x", {}, "illegal_docid", "Only reserved document ids may start with underscore."),
    ],
)
async def test_a_document_that_cannot_be_written_is_told_why(
    central: httpx.AsyncClient, path: str, body: object, error: str, reason: str | None
) -> None:
    answer = await central.put(path, json=body)

    if reason is None:
        assert answer.status_code == 400
    else:
        assert (answer.status_code, answer.json()) == (400, {"error": error, "reason": reason})


@pytest.mark.parametrize(
    ("open_revs", "reason"),
    [
        ('{"a":"b"}', "Invalid list of revisions"),
        ('["1-a","keys"]', "Invalid rev format"),
        ("[1]", "Invalid rev format"),
        ("[", "invalid UTF-8 JSON"),
    ],
)
async def test_revisions_that_cannot_be_opened_are_refused(
    central: httpx.AsyncClient, open_revs: str, reason: str
) -> None:
    await edited(central, "a", 1)

    answer = await central.get("/t1/a", params={"open_revs": open_revs})

    assert (answer.status_code, answer.json()) == (400, {"error": "bad_request", "reason": reason})


async def test_methods_that_an_address_has_are_told(central: httpx.AsyncClient) -> None:
    document, database = await central.patch("/t1/a"), await central.patch("/t1")

    assert (document.status_code, document.headers["allow"]) == (405, "DELETE,GET,HEAD,POST,PUT,COPY")
    assert (database.status_code, database.json()["reason"]) == (405, "Only DELETE,GET,HEAD,POST,PUT allowed")
