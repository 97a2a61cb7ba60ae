"""Requests that are large or deep: a CouchDB error or an answer, within bounds of memory and time."""

import hashlib
from typing import Any

import httpx
import orjson
import pytest

from tests.sync.hostile.conftest import Bystander
from tests.sync.server_process import ServerProcess

pytestmark = pytest.mark.anyio

MEBIBYTE = 1024 * 1024
JSON = {"content-type": "application/json"}


def nested(levels: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * levels + closing * levels).encode()


async def posted(client: httpx.AsyncClient, path: str, body: bytes) -> tuple[int, Any]:
    answer = await client.post(f"/noisy/{path}", content=body, headers=JSON)
    return answer.status_code, answer.json()


async def test_a_history_of_ten_thousand_revisions_is_stemmed(
    client: httpx.AsyncClient, bystander: Bystander
) -> None:
    digests = [hashlib.md5(str(number).encode()).hexdigest() for number in range(10_000)]  # noqa: S324 - as CouchDB
    document = {"_id": "old", "_revisions": {"start": 10_000, "ids": digests}}

    async with bystander.undisturbed():
        status, told = await posted(
            client, "_bulk_docs", orjson.dumps({"docs": [document], "new_edits": False})
        )
    found = (await client.get("/noisy/old?revs=true")).json()

    assert (status, told) == (201, [])
    assert found["_rev"] == f"10000-{digests[0]}"
    assert found["_revisions"]["ids"] == digests[:1000]


async def test_an_id_of_a_megabyte_is_kept_or_refused(
    client: httpx.AsyncClient, bystander: Bystander
) -> None:
    long = "i" * MEBIBYTE

    async with bystander.undisturbed():
        status, told = await posted(client, "_bulk_docs", orjson.dumps({"docs": [{"_id": long}]}))
        lookup = await posted(client, "_revs_diff", orjson.dumps({long: ["1-a"]}))

    assert status in (201, 400)
    assert isinstance(told, dict) == (status == 400)
    assert lookup[0] == 200


async def test_a_hundred_thousand_ids_are_compared(
    client: httpx.AsyncClient, bystander: Bystander, server: ServerProcess
) -> None:
    offered = {f"document-{number:06}": [f"1-{number:032x}"] for number in range(100_000)}

    async with bystander.undisturbed():
        status, told = await posted(client, "_revs_diff", orjson.dumps(offered))

    assert (status, len(told)) == (200, 100_000)
    assert server.resident_bytes() < 600 * MEBIBYTE


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * 15_000_000 + b"{}]",
        b'{"docs":[' + b"[]," * 15_000_000 + b"[]]}",
        b'{"docs":[' + b"1," * 20_000_000 + b"1]}",
    ],
    ids=["objects", "arrays", "numbers"],
)
async def test_a_body_that_would_fill_memory_is_refused(
    client: httpx.AsyncClient, bystander: Bystander, server: ServerProcess, body: bytes
) -> None:
    async with bystander.undisturbed():
        status, told = await posted(client, "_bulk_docs", body)

    assert (status, told["error"]) == (413, "too_large")
    assert server.resident_bytes() < 600 * MEBIBYTE


async def test_a_body_over_its_bound_is_refused(
    client: httpx.AsyncClient, bystander: Bystander, server: ServerProcess
) -> None:
    async with bystander.undisturbed():
        status, told = await posted(client, "_bulk_docs", b" " * (64 * MEBIBYTE))

    assert (status, told["error"]) == (413, "too_large")
    assert server.resident_bytes() < 600 * MEBIBYTE


@pytest.mark.parametrize("levels", [250, 1_000, 100_000])
async def test_deep_nesting_is_refused_or_kept_as_it_came(
    client: httpx.AsyncClient, bystander: Bystander, levels: int
) -> None:
    document = b'{"deep":' + nested(levels) + b"}"
    selector = b'{"selector":' + nested(levels, '{"$not":', "}") + b"}"

    async with bystander.undisturbed():
        answers = [
            await posted(client, "", document),
            await posted(client, "_bulk_docs", b'{"docs":[' + document + b"]}"),
            await posted(client, "_changes?filter=_selector", selector),
            await posted(client, "_revs_diff", document),
        ]

    assert {status for status, _ in answers} <= {200, 201, 400}
    assert all(told["error"] for status, told in answers if status == 400)


@pytest.mark.parametrize(
    "body",
    [
        b'{"n":1e400}',
        b'{"n":-1e400}',
        b'{"n":123456789012345678901234567890}',
        b'{"n":NaN}',
        b'{"n":01}',
        b'{"n":1,"n":2}',
        b'{"_id":"twice","_id":"thrice","_rev":"1-a","_rev":"2-b"}',
        b'{"text":"\xff\xfe"}',
        b'{"text":"\\ud800"}',
        b'{"_id":"\\u0000"}',
        b'{"_id":1}',
        b'{"_id":"x","_revisions":{"start":1e9,"ids":[]}}',
        b'{"_id":"x","_revisions":{"start":-1,"ids":["a"]}}',
        b'{"_id":"x","_rev":"99999999999999999999-a"}',
        b'{"_id":"x","_attachments":{"a":{"data":"!!!!"}}}',
        b'{"_id":"x","_attachments":[]}',
        b"",
        b"\x00",
        b"{",
        b"null",
    ],
)
async def test_odd_documents_are_kept_or_refused(client: httpx.AsyncClient, body: bytes) -> None:
    status, told = await posted(client, "", body)

    assert status in (201, 400, 409, 412)
    assert ("ok" in told) == (status == 201)
    assert ("error" in told) == (status != 201)
