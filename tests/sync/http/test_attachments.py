"""One attachment by itself: read whole or in ranges, compressed or not; written and removed by an edit."""

import base64
import gzip
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest

from sync.http import Limits
from sync.http.ranges import parse_ranges
from sync.node_engine import NodeEngine
from tests.sync.http.callers import Callers, application_for, client_of

pytestmark = pytest.mark.anyio

TEXT = b"This is a base64 encoded text"
DIGEST = base64.b64encode(hashlib.md5(TEXT, usedforsecurity=False).digest()).decode()
LOREM = b"Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 20


async def attached(
    client: httpx.AsyncClient,
    path: str = "/t1/a/foo.txt",
    data: bytes = TEXT,
    content_type: str = "application/octet-stream",
    **query: str,
) -> str:
    """Write an attachment; return the document's revision."""
    answer = await client.put(path, content=data, headers={"content-type": content_type}, params=query)
    assert answer.status_code == 201, answer.text
    revision: str = answer.json()["rev"]
    return revision


async def test_an_attachment_makes_the_document_that_is_not_here(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.put(
        "/t1/a/foo.txt", content=TEXT, headers={"content-type": "application/octet-stream"}
    )

    assert (answer.status_code, answer.headers["location"]) == (201, "http://node/sync/t1/a/foo.txt")
    assert answer.json() == {"ok": True, "id": "a", "rev": answer.json()["rev"]}
    document = (await replicator.get("/t1/a")).json()
    assert document["_attachments"] == {
        "foo.txt": {
            "content_type": "application/octet-stream",
            "revpos": 1,
            "digest": f"md5-{DIGEST}",
            "length": 29,
            "stub": True,
        }
    }


async def test_an_attachment_is_read_with_what_describes_it(replicator: httpx.AsyncClient) -> None:
    await attached(replicator)

    read = await replicator.get("/t1/a/foo.txt")
    head = await replicator.head("/t1/a/foo.txt")

    assert (read.content, head.content) == (TEXT, b"")
    for answer in (read, head):
        assert answer.status_code == 200
        assert {name: answer.headers[name] for name in ("etag", "content-md5", "content-length")} == {
            # CouchDB's own test of the same bytes expects the same ETag.
            "etag": '"aEI7pOYCRBLTRQvvqYrrJQ=="',
            "content-md5": DIGEST,
            "content-length": "29",
        }
        assert answer.headers["content-type"] == "application/octet-stream"
        assert (answer.headers["accept-ranges"], answer.headers["cache-control"]) == (
            "bytes",
            "must-revalidate",
        )
        assert answer.headers["content-security-policy"] == "sandbox"


async def test_what_the_client_has_is_not_sent_again(replicator: httpx.AsyncClient) -> None:
    await attached(replicator)

    answer = await replicator.get("/t1/a/foo.txt", headers={"if-none-match": f'"other", "{DIGEST}"'})

    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", f'"{DIGEST}"')


async def test_a_type_is_kept_and_one_is_supposed(replicator: httpx.AsyncClient) -> None:
    first = await attached(replicator, content_type="text/plain;charset=utf-8")
    await replicator.put("/t1/a/bar", content=TEXT, params={"rev": first})

    types = [(await replicator.get(f"/t1/a/{name}")).headers["content-type"] for name in ("foo.txt", "bar")]

    assert types == ["text/plain;charset=utf-8", "application/octet-stream"]


async def test_names_may_have_slashes_and_any_letter(replicator: httpx.AsyncClient) -> None:
    revision = await attached(replicator, "/t1/a/foo/bar.txt")
    revision = await attached(replicator, "/t1/a/foo%252Fbaz.txt", b"percent", rev=revision)
    await attached(replicator, "/t1/a/K%D0%BE%D0%BB%D1%8F%D0%BD.txt", b"name", rev=revision)

    read = [
        (await replicator.get(f"/t1/a/{name}")).content
        for name in ("foo/bar.txt", "foo%2Fbar.txt", "foo%252Fbaz.txt", "Kолян.txt")
    ]

    assert read == [TEXT, TEXT, b"percent", b"name"]
    assert (await replicator.get("/t1/a/foo/baz.txt")).status_code == 404
    assert set((await replicator.get("/t1/a")).json()["_attachments"]) == {
        "foo/bar.txt",
        "foo%2Fbaz.txt",
        "Kолян.txt",
    }


async def test_a_design_document_has_attachments(central: httpx.AsyncClient) -> None:
    await attached(central, "/t1/_design/view/foo/bar.txt")

    assert (await central.get("/t1/_design/view/foo/bar.txt")).content == TEXT


async def test_a_write_keeps_the_body_and_the_other_attachments(replicator: httpx.AsyncClient) -> None:
    first = (await replicator.put("/t1/a", json={"n": 1})).json()["rev"]
    second = await attached(replicator, "/t1/a/x", rev=first)
    await attached(replicator, "/t1/a/y", rev=second)

    document = (await replicator.get("/t1/a")).json()

    assert document["n"] == 1
    assert {name: one["revpos"] for name, one in document["_attachments"].items()} == {"x": 2, "y": 3}


async def test_a_revision_may_be_named_by_a_header(replicator: httpx.AsyncClient) -> None:
    first = await attached(replicator)

    answer = await replicator.put("/t1/a/x", content=b"x", headers={"if-match": f'"{first}"'})

    assert answer.status_code == 201


async def test_an_old_revision_is_read_when_named(replicator: httpx.AsyncClient) -> None:
    first = await attached(replicator)
    await attached(replicator, data=b"other", rev=first)

    assert (await replicator.get("/t1/a/foo.txt", params={"rev": first})).content == TEXT
    assert (await replicator.get("/t1/a/foo.txt")).content == b"other"


@pytest.mark.parametrize(
    ("rev", "error", "reason"),
    [
        (None, "conflict", "Document update conflict."),
        ("1-adae8575ecea588919bd08eb020c708e", "not_found", "missing_rev"),
    ],
)
async def test_a_write_that_names_no_leaf_conflicts(
    replicator: httpx.AsyncClient, rev: str | None, error: str, reason: str
) -> None:
    await attached(replicator)

    answer = await replicator.put("/t1/a/foo.txt", content=b"other", params={"rev": rev} if rev else {})

    assert (answer.status_code, answer.json()) == (409, {"error": error, "reason": reason})
    assert (await replicator.get("/t1/a/foo.txt")).content == TEXT


async def test_a_write_over_a_replaced_revision_conflicts(replicator: httpx.AsyncClient) -> None:
    first = await attached(replicator)
    await attached(replicator, data=b"other", rev=first)

    answer = await replicator.put("/t1/a/foo.txt", content=b"third", params={"rev": first})

    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")


async def test_an_attachment_is_removed_by_an_edit(replicator: httpx.AsyncClient) -> None:
    first = await attached(replicator)

    unnamed = await replicator.delete("/t1/a/foo.txt")
    unknown = await replicator.delete("/t1/a/foo.txt", params={"rev": "4-a"})
    elsewhere = await replicator.delete("/t1/a/bar.txt", params={"rev": first})
    removed = await replicator.request("DELETE", "/t1/a/foo.txt", params={"rev": first}, content=b"ignored")

    assert (unnamed.status_code, unnamed.json()["error"]) == (409, "conflict")
    assert (unknown.status_code, unknown.json()) == (409, {"error": "not_found", "reason": "missing_rev"})
    assert (elsewhere.status_code, elsewhere.json()["reason"]) == (404, "Document is missing attachment")
    assert (removed.status_code, removed.json()["ok"], "location" in removed.headers) == (200, True, False)
    assert (await replicator.get("/t1/a/foo.txt")).status_code == 404
    assert (await replicator.get("/t1/a/foo.txt", params={"rev": first})).content == TEXT


async def test_what_is_not_there_is_told_apart(replicator: httpx.AsyncClient) -> None:
    first = await attached(replicator)
    gone = (await replicator.put("/t1/gone", json={})).json()["rev"]
    await replicator.delete("/t1/gone", params={"rev": gone})

    reasons = [
        (answer := await replicator.get(path)).status_code == 404 and answer.json()["reason"]
        for path in ("/t1/a/other", "/t1/b/foo.txt", "/t1/gone/foo.txt", "/t1/a/foo.txt?rev=1-unknown")
    ]

    assert reasons == ["Document is missing attachment", "missing", "deleted", "missing"]
    assert first.startswith("1-")


async def test_a_name_that_starts_with_an_underscore_is_refused(replicator: httpx.AsyncClient) -> None:
    apart = await replicator.put("/t1/a/_foo.txt", content=TEXT)
    inline = await replicator.put("/t1/a", json={"_attachments": {"_foo.txt": {"data": ""}}})

    for answer in (apart, inline):
        assert (answer.status_code, answer.json()["reason"]) == (
            400,
            "Attachment name '_foo.txt' starts with prohibited character '_'",
        )
    assert (await replicator.get("/t1/a/_foo.txt")).status_code == 404


async def test_a_local_document_has_no_attachments(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.put("/t1/_local/a/foo.txt", content=TEXT)

    assert (answer.status_code, answer.json()["reason"]) == (
        400,
        "_local documents do not accept attachments.",
    )


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("bytes=0-28", 206, TEXT, "bytes 0-28/29"),
        ("bytes=0-", 200, TEXT, None),
        ("bytes=0-,0-,0-", 200, TEXT, None),
        ("bytes:0-", 200, TEXT, None),
        ("bytes=-", 200, TEXT, None),
        ("lines=1-2", 200, TEXT, None),
        ("bytes=2-", 206, TEXT[2:], "bytes 2-28/29"),
        ("bytes=0-3", 206, b"This", "bytes 0-3/29"),
        ("bytes=10-15", 206, b"base64", "bytes 10-15/29"),
        ("bytes=-3", 206, b"ext", "bytes 26-28/29"),
        ("bytes=-300", 206, TEXT, "bytes 0-28/29"),
        ("bytes=20-300", 206, TEXT[20:], "bytes 20-28/29"),
        ("bytes=" + ",".join(["0-1"] * 10), 200, TEXT, None),
    ],
)
async def test_a_part_of_an_attachment(
    replicator: httpx.AsyncClient, asked: str, status: int, content: bytes, told: str | None
) -> None:
    await attached(replicator)

    answer = await replicator.get("/t1/a/foo.txt", headers={"range": asked})

    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (
        status,
        content,
        told,
    )
    assert answer.headers["content-length"] == str(len(content))


@pytest.mark.parametrize("asked", ["bytes=5-3", "bytes=300-310", "bytes=29-", "bytes=0-1,300-310"])
async def test_a_part_that_is_not_there(replicator: httpx.AsyncClient, asked: str) -> None:
    await attached(replicator)

    answer = await replicator.get("/t1/a/foo.txt", headers={"range": asked})

    assert (answer.status_code, answer.json()["error"]) == (416, "requested_range_not_satisfiable")


async def test_several_parts_come_as_multipart(replicator: httpx.AsyncClient) -> None:
    await attached(replicator)

    answer = await replicator.get("/t1/a/foo.txt", headers={"range": "bytes=0-3,-4"})

    boundary = answer.headers["content-type"].removeprefix('multipart/byteranges; boundary="').rstrip('"')
    head = "Content-Type: application/octet-stream\r\nContent-Range: bytes"
    assert answer.status_code == 206
    assert answer.text == (
        f"--{boundary}\r\n{head} 0-3/29\r\n\r\nThis"
        f"\r\n--{boundary}\r\n{head} 25-28/29\r\n\r\ntext\r\n--{boundary}--"
    )


async def test_a_part_of_what_is_no_longer_the_same_is_the_whole(replicator: httpx.AsyncClient) -> None:
    await attached(replicator)

    statuses = [
        (
            await replicator.get("/t1/a/foo.txt", headers={"range": "bytes=0-3", "if-range": f'"{digest}"'})
        ).status_code
        for digest in (DIGEST, "another")
    ]

    assert statuses == [206, 200]


async def test_nothing_of_an_empty_attachment_is_a_part(replicator: httpx.AsyncClient) -> None:
    await attached(replicator, data=b"")

    assert (await replicator.get("/t1/a/foo.txt")).content == b""
    assert (await replicator.get("/t1/a/foo.txt", headers={"range": "bytes=0-1"})).status_code == 416


def test_ranges_of_absurd_numbers_are_read_within_bounds() -> None:
    assert parse_ranges("bytes=" + "9" * 400 + "-", 10) is None
    assert parse_ranges("bytes=" + "1-2," * 100_000, 10) is None


async def test_text_is_sent_as_it_is_stored_to_who_takes_gzip(replicator: httpx.AsyncClient) -> None:
    await attached(replicator, data=LOREM, content_type="text/plain")

    async with replicator.stream("GET", "/t1/a/foo.txt", headers={"accept-encoding": "gzip"}) as packed:
        stored = b"".join([piece async for piece in packed.aiter_raw()])
    plain = await replicator.get("/t1/a/foo.txt", headers={"accept-encoding": "identity"})

    assert gzip.decompress(stored) == LOREM == plain.content
    assert (packed.headers["content-encoding"], packed.headers["content-length"]) == (
        "gzip",
        str(len(stored)),
    )
    assert ("content-encoding" in plain.headers, plain.headers["content-length"]) == (False, str(len(LOREM)))
    assert packed.headers["etag"] == plain.headers["etag"]
    assert packed.headers["accept-ranges"] == plain.headers["accept-ranges"] == "none"


async def test_what_is_stored_compressed_is_not_sent_in_parts(replicator: httpx.AsyncClient) -> None:
    await attached(replicator, data=LOREM, content_type="text/plain")

    answer = await replicator.get(
        "/t1/a/foo.txt", headers={"accept-encoding": "identity", "range": "bytes=0-3"}
    )

    assert (answer.status_code, answer.content) == (200, LOREM)


async def test_what_comes_compressed_is_stored_as_it_is(replicator: httpx.AsyncClient) -> None:
    packed = gzip.compress(LOREM)
    await replicator.put(
        "/t1/a/foo.txt", content=packed, headers={"content-type": "image/x", "content-encoding": "gzip"}
    )

    told = (await replicator.get("/t1/a", params={"att_encoding_info": "true"})).json()["_attachments"][
        "foo.txt"
    ]
    plain = await replicator.get("/t1/a/foo.txt", headers={"accept-encoding": "identity"})

    assert (told["encoding"], told["encoded_length"], told["length"]) == ("gzip", len(packed), len(packed))
    # How long it is once decoded was never said.
    assert (plain.content, "content-length" in plain.headers) == (LOREM, False)


async def test_an_encoding_that_is_not_known_is_refused(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.put("/t1/a/x", content=b"x", headers={"content-encoding": "br"})

    assert (answer.status_code, answer.json()) == (
        415,
        {
            "error": "bad_content_type",
            "reason": "Only gzip and identity content-encodings are supported",
        },
    )


async def test_bytes_that_are_not_those_announced_are_refused(replicator: httpx.AsyncClient) -> None:
    answers = [
        await replicator.put("/t1/a/x", content=b"other", headers={"content-md5": DIGEST}),
        await replicator.put("/t1/a/x", content=b"plain", headers={"content-encoding": "gzip"}),
    ]

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [
        (400, "content_md5_mismatch"),
        (400, "bad_request"),
    ]


async def test_an_attachment_over_its_bound_is_refused_by_name(engine: NodeEngine) -> None:
    application = application_for(engine, Callers(), limits=Limits(attachment_bytes=10))

    async def pieces() -> AsyncIterator[bytes]:
        yield b"123456"
        yield b"789012"

    async with client_of(application, "replicator") as client:
        answers = [
            await client.put("/t1/a/big.bin", content=b"12345678901"),
            await client.put("/t1/a/big.bin", content=pieces()),
        ]
        kept = await client.get("/t1/a")

    for answer in answers:
        assert (answer.status_code, answer.json()) == (
            413,
            {"error": "attachment_too_large", "reason": "big.bin"},
        )
    assert kept.status_code == 404


async def test_a_type_cannot_carry_a_header(replicator: httpx.AsyncClient) -> None:
    forged = "image/png\r\nset-cookie: a=b"
    await replicator.put("/t1/a", json={"_attachments": {"x": {"content_type": forged, "data": ""}}})

    answer = await replicator.get("/t1/a/x")

    assert (answer.headers["content-type"], "set-cookie" in answer.headers) == (
        "image/png??set-cookie: a=b",
        False,
    )


async def test_a_tablet_attaches_nothing(tablet: httpx.AsyncClient) -> None:
    read_bytes = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read_bytes
        for _ in range(100):
            read_bytes += 1000
            yield bytes(1000)

    answer = await tablet.put("/t1/a/x", content=pieces())

    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    # It is refused before its bytes are read.
    assert read_bytes < 100_000


async def test_other_methods_are_not_allowed(replicator: httpx.AsyncClient) -> None:
    answer = await replicator.post("/t1/a/x", content=b"x")

    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE,GET,HEAD,PUT")
