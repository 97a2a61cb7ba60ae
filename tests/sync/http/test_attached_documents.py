"""Documents with their attachments: inline, as stubs, and as multipart in both directions."""

import base64
import gzip
from typing import Any

import httpx
import orjson
import pytest

from sync.http import Limits
from sync.node_engine import NodeEngine
from tests.sync.http.callers import Callers, application_for, client_of
from tests.sync.http.multipart_reading import parts_of, related

pytestmark = pytest.mark.anyio

JSON = {"accept": "application/json"}
RELATED = {"accept": "multipart/related,*/*;"}
TEXT = b"this is 19 chars lo"


def inline(data: bytes, content_type: str = "application/test", **told: object) -> dict[str, object]:
    return {"content_type": content_type, "data": base64.b64encode(data).decode(), **told}


async def put(client: httpx.AsyncClient, identifier: str, document: dict[str, Any]) -> str:
    answer = await client.put(f"/t1/{identifier}", json=document)
    assert answer.status_code == 201, answer.text
    revision: str = answer.json()["rev"]
    return revision


async def put_related(
    client: httpx.AsyncClient,
    document: object,
    *parts: tuple[dict[str, str], bytes],
    path: str = "/t1/multipart",
    **query: str,
) -> httpx.Response:
    json = ({"content-type": "application/json"}, orjson.dumps(document))
    return await client.put(
        path,
        content=related(json, *parts),
        headers={"content-type": 'multipart/related;boundary="abc123"'},
        params=query,
    )


def announced(*names: str, **told: object) -> dict[str, Any]:
    return {name: {"follows": True, "content_type": "application/test", **told} for name in names}


async def read(client: httpx.AsyncClient, name: str, path: str = "/t1/multipart") -> bytes:
    answer = await client.get(f"{path}/{name}")
    return answer.content


async def test_an_inline_attachment_is_stored_and_told_as_a_stub(replicator: httpx.AsyncClient) -> None:
    await put(replicator, "a", {"_attachments": {"x": inline(b"bytes")}})

    told = (await replicator.get("/t1/a")).json()["_attachments"]["x"]

    assert told == {
        "content_type": "application/test",
        "revpos": 1,
        "digest": "md5-SzpiGLs+OnMD6KFxpg/Pkg==",
        "length": 5,
        "stub": True,
    }


@pytest.mark.parametrize("data", ["notBase64Encoded=", "====", 12, None, "é"])
async def test_data_that_is_not_base64_is_refused(replicator: httpx.AsyncClient, data: object) -> None:
    answer = await replicator.put("/t1/a", json={"_attachments": {"foo.txt": {"data": data}}})

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "bad_request", "reason": "Invalid attachment data for foo.txt"},
    )


async def test_base64_may_have_line_ends(replicator: httpx.AsyncClient) -> None:
    await put(replicator, "a", {"_attachments": {"x": {"data": "Ynl0\r\nZXM=\n"}}})

    assert await read(replicator, "x", "/t1/a") == b"bytes"


async def test_a_stub_needs_nothing_but_to_say_so(replicator: httpx.AsyncClient) -> None:
    first = await put(replicator, "a", {"_attachments": {"x": inline(b"bytes")}})
    second = await put(replicator, "a", {"_rev": first, "_attachments": {"x": {"stub": True}}})

    wrong = await replicator.put(
        "/t1/a", json={"_rev": second, "_attachments": {"x": {"stub": True, "revpos": 10}}}
    )
    unknown = await replicator.put("/t1/a", json={"_rev": second, "_attachments": {"y": {"stub": True}}})

    assert (wrong.status_code, wrong.json()) == (
        412,
        {"error": "missing_stub", "reason": "Invalid attachment stub in a for x"},
    )
    assert (unknown.status_code, unknown.json()["reason"]) == (412, "Invalid attachment stub in a for y")
    assert await read(replicator, "x", "/t1/a") == b"bytes"


async def test_a_missing_stub_refuses_a_bulk_write(replicator: httpx.AsyncClient) -> None:
    docs = [{"_id": "a"}, {"_id": "b", "_attachments": {"x": {"stub": True}}}]

    answer = await replicator.post("/t1/_bulk_docs", json={"docs": docs})

    assert (answer.status_code, answer.json()["error"]) == (412, "missing_stub")
    assert (await replicator.get("/t1/a")).status_code == 404


async def test_attachments_come_inline_to_who_takes_json(replicator: httpx.AsyncClient) -> None:
    lorem = b"Lorem ipsum dolor sit amet. " * 30
    attachments = {"x": inline(b"bytes"), "text": inline(lorem, "text/plain")}
    await put(replicator, "a", {"_attachments": attachments})

    plain = await replicator.get("/t1/a", params={"attachments": "true"}, headers=JSON)
    told = await replicator.get(
        "/t1/a", params={"attachments": "true", "att_encoding_info": "true"}, headers=JSON
    )

    found = plain.json()["_attachments"]
    assert {name: base64.b64decode(one["data"]) for name, one in found.items()} == {
        "x": b"bytes",
        "text": lorem,
    }
    assert [sorted(one) for one in found.values()] == [["content_type", "data", "digest", "revpos"]] * 2
    assert "encoding" not in told.json()["_attachments"]["x"]
    assert told.json()["_attachments"]["text"]["encoding"] == "gzip"
    assert told.json()["_attachments"]["text"]["encoded_length"] < len(lorem)


async def test_attachments_since_a_revision_come_with_bytes_and_the_others_as_stubs(
    replicator: httpx.AsyncClient,
) -> None:
    first = await put(replicator, "a", {"_attachments": {"x": inline(b"x")}})
    await put(replicator, "a", {"_rev": first, "_attachments": {"x": {"stub": True}, "y": inline(b"y")}})

    for since in ([first], ["1-2897589", first]):
        answer = await replicator.get(
            "/t1/a", params={"atts_since": orjson.dumps(since).decode()}, headers=JSON
        )
        found = answer.json()["_attachments"]
        assert (found["x"]["stub"], base64.b64decode(found["y"]["data"])) == (True, b"y")


@pytest.mark.parametrize("since", ["[", '"1-a"', '["nonsense"]'])
async def test_what_is_no_list_of_revisions_is_refused(replicator: httpx.AsyncClient, since: str) -> None:
    await put(replicator, "a", {"_attachments": {"x": inline(b"x")}})

    assert (await replicator.get("/t1/a", params={"atts_since": since})).status_code == 400


async def test_a_document_with_what_follows_it(replicator: httpx.AsyncClient) -> None:
    """The steps of CouchDB's own test (attachments_multipart_test.exs)."""
    attachments = {
        "foo.txt": {"follows": True, "content_type": "application/test", "length": 21},
        "bar.txt": {"follows": True, "content_type": "application/test", "length": 20},
        "baz.txt": {"follows": True, "content_type": "text/plain", "length": 19},
    }
    written = await put_related(
        replicator,
        {"body": "This is a body.", "_attachments": attachments},
        ({}, b"this is 21 chars long"),
        ({}, b"this is 20 chars lon"),
        ({}, TEXT),
    )

    assert written.status_code == 201, written.text
    contents = [await read(replicator, name) for name in attachments]
    assert contents == [b"this is 21 chars long", b"this is 20 chars lon", TEXT]
    document = (await replicator.get("/t1/multipart", params={"att_encoding_info": "true"})).json()
    assert document["body"] == "This is a body."
    assert [one.get("encoding") for one in document["_attachments"].values()] == [None, None, "gzip"]

    first = document["_rev"]
    updated = {
        "_rev": first,
        "_attachments": {
            "foo.txt": {"stub": True, "content_type": "application/test"},
            "bar.txt": {"follows": True, "content_type": "application/test", "length": 18},
        },
    }
    assert (await put_related(replicator, updated, ({}, b"this is 18 chars l"))).status_code == 201
    assert await read(replicator, "bar.txt") == b"this is 18 chars l"
    assert (await replicator.get("/t1/multipart/baz.txt")).status_code == 404

    whole = await replicator.get("/t1/multipart", params={"attachments": "true"}, headers=RELATED)
    told, *following = parts_of(whole)
    assert whole.headers["content-length"] == str(len(whole.content))
    assert told.headers == {"content-type": "application/json"}
    members: Any = told.json["_attachments"]
    assert {name: (one["follows"], one["length"]) for name, one in members.items()} == {
        "foo.txt": (True, 21),
        "bar.txt": (True, 18),
    }
    assert [part.headers for part in following] == [
        {
            "content-disposition": f'attachment; filename="{name}"',
            "content-type": "application/test",
            "content-length": length,
        }
        for name, length in (("foo.txt", "21"), ("bar.txt", "18"))
    ]
    assert [part.content for part in following] == [b"this is 21 chars long", b"this is 18 chars l"]

    since = await replicator.get("/t1/multipart", params={"atts_since": f'["{first}"]'}, headers=RELATED)
    told, *following = parts_of(since)
    members = told.json["_attachments"]
    assert (members["foo.txt"]["stub"], members["bar.txt"]["follows"]) == (True, True)
    assert [part.content for part in following] == [b"this is 18 chars l"]


async def test_parts_may_come_in_another_order_when_they_say_which_they_are(
    replicator: httpx.AsyncClient,
) -> None:
    def named(name: str) -> dict[str, str]:
        return {"content-disposition": f'attachment; filename="{name}"'}

    written = await put_related(
        replicator,
        {"_attachments": announced("a", "é/b.txt", "c")},
        (named("é/b.txt"), b"b"),
        ({}, b"a"),
        (named("elsewhere"), b"c"),
    )

    assert written.status_code == 201
    assert [await read(replicator, name) for name in ("a", "é/b.txt", "c")] == [b"a", b"b", b"c"]


async def test_a_replicated_revision_comes_with_what_follows_it(replicator: httpx.AsyncClient) -> None:
    packed = gzip.compress(TEXT)
    document = {
        "_id": "multipart",
        "_rev": "3-c",
        "_revisions": {"start": 3, "ids": ["c", "b", "a"]},
        "_attachments": {
            "x": {
                "follows": True,
                "content_type": "text/plain",
                "revpos": 2,
                "length": len(TEXT),
                "encoding": "gzip",
                "encoded_length": len(packed),
            }
        },
    }

    written = await put_related(
        replicator, document, ({"content-encoding": "gzip"}, packed), new_edits="false"
    )

    assert (written.status_code, written.json()["rev"]) == (201, "3-c")
    told = (await replicator.get("/t1/multipart")).json()["_attachments"]["x"]
    assert (told["revpos"], told["length"]) == (2, len(TEXT))
    assert await read(replicator, "x") == TEXT


@pytest.mark.parametrize(
    ("content_type", "body", "status", "reason"),
    [
        ("multipart/related", related(({}, b"{}")), 400, "multipart body without a usable boundary"),
        ("multipart/related; boundary=other", related(({}, b"{}")), 400, None),
        (
            "multipart/related; boundary=abc123",
            related(({}, b"{}")),
            415,
            "Content-Type must be application/json",
        ),
        ("multipart/related; boundary=abc123", b"--abc123--", 415, None),
        (
            "multipart/related; boundary=abc123",
            related(({"content-type": "application/json"}, b"{")),
            400,
            None,
        ),
        (
            "multipart/related; boundary=abc123",
            related(({"content-type": "application/json"}, b"[]")),
            400,
            None,
        ),
    ],
)
async def test_a_body_that_is_no_document_is_refused(
    replicator: httpx.AsyncClient, content_type: str, body: bytes, status: int, reason: str | None
) -> None:
    answer = await replicator.put("/t1/a", content=body, headers={"content-type": content_type})

    assert answer.status_code == status
    assert reason in (None, answer.json()["reason"])
    assert (await replicator.get("/t1/a")).status_code == 404


@pytest.mark.parametrize(
    ("attachments", "parts", "reason"),
    [
        (announced("x"), [], "The bytes of attachment x did not follow"),
        (announced("x"), [b"x", b"y"], "More parts follow than attachments were announced"),
        ({}, [b"x"], "More parts follow than attachments were announced"),
        (announced("x", length=2), [b"xyz"], "attachment longer than expected"),
        (announced("x", length=4), [b"xyz"], "attachment shorter than expected"),
        (announced("x", length=-4), [b"xyz"], "length of attachment x must be a whole number"),
        (announced("x", encoding="br"), [b"xyz"], "encoding of attachment x is not known"),
        (announced("x", encoding="gzip"), [b"xyz"], "attachment x is not gzip"),
        (announced("x", digest="md5-aEI7pOYCRBLTRQvvqYrrJQ=="), [b"xyz"], "Possible message corruption."),
    ],
)
async def test_what_follows_must_be_what_was_announced(
    replicator: httpx.AsyncClient, attachments: dict[str, Any], parts: list[bytes], reason: str
) -> None:
    answer = await put_related(replicator, {"_attachments": attachments}, *(({}, part) for part in parts))

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)
    assert (await replicator.get("/t1/multipart")).status_code == 404


async def test_an_attachment_that_follows_needs_a_body_of_parts(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.put("/t1/a", json={"_attachments": announced("x")})

    assert (answer.status_code, answer.json()["reason"]) == (400, "The bytes of attachment x did not follow")


async def test_what_follows_is_bounded_each_and_in_all(engine: NodeEngine) -> None:
    application = application_for(engine, Callers(), limits=Limits(attachment_bytes=100, multipart_bytes=600))
    async with client_of(application, "replicator") as client:
        large = await put_related(client, {"_attachments": announced("x")}, ({}, bytes(101)))
        many = await put_related(
            client, {"_attachments": announced(*"abcdef")}, *(({}, bytes(90)) for _ in range(6))
        )

    assert (large.status_code, large.json()) == (413, {"error": "attachment_too_large", "reason": "x"})
    assert (many.status_code, many.json()["error"]) == (413, "too_large")


async def test_a_tablet_is_refused_before_what_follows_is_read(tablet: httpx.AsyncClient) -> None:
    document = {"_rev": "1-a", "_attachments": announced("x")}

    # The part is cut short: were it read, that would be the answer.
    answer = await tablet.put(
        "/t1/a",
        content=related(({"content-type": "application/json"}, orjson.dumps(document)))[:-2] + b"\r\n\r\nx",
        headers={"content-type": "multipart/related; boundary=abc123"},
        params={"new_edits": "false"},
    )

    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


async def test_leaves_come_as_multipart_with_all_their_bytes(replicator: httpx.AsyncClient) -> None:
    for revision, data in (("1-a", b"left"), ("1-b", b"right")):
        document = {"_id": "a", "_rev": revision, "_attachments": {"x": inline(data, revpos=1)}}
        await replicator.post("/t1/_bulk_docs", json={"docs": [document], "new_edits": False})
    await replicator.post("/t1/_bulk_docs", json={"docs": [{"_id": "a", "_rev": "1-c"}], "new_edits": False})

    answer = await replicator.get(
        "/t1/a",
        params={"open_revs": '["1-a","1-b","1-c","7-z"]', "revs": "true"},
        headers={"accept": "multipart/mixed"},
    )

    one, other, bare, missing = parts_of(answer)
    assert answer.headers["content-type"].startswith('multipart/mixed; boundary="')
    for part, revision, data in ((one, "1-a", b"left"), (other, "1-b", b"right")):
        told, following = part.parts
        assert (told.json["_rev"], "_revisions" in told.json, following.content) == (revision, True, data)
    assert (bare.headers["content-type"], bare.json["_rev"]) == ("application/json", "1-c")
    assert (missing.headers["content-type"], missing.json) == (
        'application/json; error="true"',
        {"missing": "7-z"},
    )


async def test_leaves_come_as_json_to_who_does_not_take_multipart(replicator: httpx.AsyncClient) -> None:
    await put(replicator, "a", {"_attachments": {"x": inline(b"x")}})

    stubs = await replicator.get("/t1/a", params={"open_revs": "all"}, headers=JSON)
    whole = await replicator.get("/t1/a", params={"open_revs": "all", "attachments": "true"}, headers=JSON)

    assert stubs.json()[0]["ok"]["_attachments"]["x"]["stub"] is True
    assert whole.json()[0]["ok"]["_attachments"]["x"]["data"] == "eA=="


async def test_who_takes_anything_gets_leaves_as_multipart(replicator: httpx.AsyncClient) -> None:
    """As CouchDB: a client that says nothing, or `*/*`, takes multipart."""
    await put(replicator, "a", {})

    answer = await replicator.get("/t1/a", params={"open_revs": "all"}, headers={"accept": "*/*"})

    assert answer.headers["content-type"].startswith("multipart/mixed")


async def test_a_bulk_read_has_bytes_when_asked_for(replicator: httpx.AsyncClient) -> None:
    first = await put(replicator, "a", {"_attachments": {"x": inline(b"x")}})
    second = await put(
        replicator, "a", {"_rev": first, "_attachments": {"x": {"stub": True}, "y": inline(b"y")}}
    )

    async def told(asked: dict[str, object], **query: str) -> Any:
        answer = await replicator.post("/t1/_bulk_get", json={"docs": [asked]}, params=query, headers=JSON)
        return answer.json()["results"][0]["docs"][0]["ok"]["_attachments"]

    stubs = await told({"id": "a"})
    whole = await told({"id": "a", "rev": second}, attachments="true")
    since = await told({"id": "a", "rev": second, "atts_since": [first]})

    assert [sorted(one) for one in (stubs["x"], whole["x"], since["x"], since["y"])] == [
        ["content_type", "digest", "length", "revpos", "stub"],
        ["content_type", "data", "digest", "revpos"],
        ["content_type", "digest", "length", "revpos", "stub"],
        ["content_type", "data", "digest", "revpos"],
    ]


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/related"])
async def test_a_bulk_read_comes_as_multipart_to_who_does_not_take_json(
    replicator: httpx.AsyncClient, kind: str
) -> None:
    revision = await put(replicator, "a", {"_attachments": {"x": inline(b"bytes")}})
    await put(replicator, "b", {})

    answer = await replicator.post(
        "/t1/_bulk_get",
        json={"docs": [{"id": "a"}, {"id": "b"}, {"id": "a", "rev": "7-z"}, {"id": "nowhere"}]},
        headers={"accept": kind},
    )

    with_bytes, bare, missing, nowhere = parts_of(answer)
    assert answer.headers["content-type"].startswith(f"{kind}; boundary=")
    assert (with_bytes.headers["x-doc-id"], with_bytes.headers["x-rev-id"]) == ("a", revision)
    told, following = with_bytes.parts
    assert (told.json["_rev"], following.content) == (revision, b"bytes")
    assert (bare.headers, bare.json["_id"]) == ({"content-type": "application/json"}, "b")
    for part, rev in ((missing, "7-z"), (nowhere, "undefined")):
        assert part.headers == {"content-type": 'application/json; error="true"'}
        assert (part.json["rev"], part.json["error"], part.json["reason"]) == (rev, "not_found", "missing")


async def test_listings_have_bytes_when_asked_for(replicator: httpx.AsyncClient) -> None:
    await put(replicator, "a", {"_attachments": {"x": inline(b"x")}})
    asked = {"include_docs": "true", "attachments": "true"}

    listed = (await replicator.get("/t1/_all_docs", params=asked)).json()["rows"][0]["doc"]
    changed = (await replicator.get("/t1/_changes", params=asked)).json()["results"][0]["doc"]
    stub = (await replicator.get("/t1/_changes", params={"include_docs": "true"})).json()["results"][0]["doc"]

    assert [one["_attachments"]["x"].get("data") for one in (listed, changed, stub)] == ["eA==", "eA==", None]


async def test_a_copy_has_the_attachments_of_what_it_copies(replicator: httpx.AsyncClient) -> None:
    await put(replicator, "a", {"_attachments": {"x": inline(b"x")}})

    answer = await replicator.request("COPY", "/t1/a", headers={"destination": "b"})

    assert answer.status_code == 201
    assert await read(replicator, "x", "/t1/b") == b"x"


async def test_a_document_over_its_bound_is_refused_by_its_id(engine: NodeEngine) -> None:
    limits = Limits(document_bytes=1000, attachment_bytes=3000)
    application = application_for(engine, Callers(), limits=limits)
    large, fitting = {"text": "x" * 1000}, {"text": "x" * 900}
    async with client_of(application, "replicator") as client:
        refused = [
            await client.put("/t1/a", json=large),
            await client.post("/t1", json={"_id": "a", **large}),
            await client.post("/t1/_bulk_docs", json={"docs": [{"_id": "b"}, {"_id": "a", **large}]}),
            await put_related(client, {**large, "_attachments": announced("x")}, ({}, b"x"), path="/t1/a"),
        ]
        inlined = await client.put("/t1/a", json={"_attachments": {"big.bin": inline(bytes(3001))}})
        kept = (await client.get("/t1")).json()["doc_count"]
        # What is attached does not count, nor do several documents together.
        whole = await client.put("/t1/a", json={**fitting, "_attachments": {"x": inline(bytes(2000))}})
        several = await client.post("/t1/_bulk_docs", json={"docs": [fitting, fitting]})

    for answer in refused:
        assert (answer.status_code, answer.json()) == (413, {"error": "document_too_large", "reason": "a"})
    assert (inlined.status_code, inlined.json()) == (
        413,
        {"error": "attachment_too_large", "reason": "big.bin"},
    )
    assert (kept, whole.status_code, several.status_code) == (0, 201, 201)
