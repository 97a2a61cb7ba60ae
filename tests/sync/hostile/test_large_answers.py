"""Small requests for large answers: sent piece by piece, whatever is asked for and however often."""

import httpx
import orjson
import pytest

from tests.sync.hostile.conftest import Bystander
from tests.sync.server_process import ADMINISTRATOR, ServerProcess

pytestmark = pytest.mark.anyio

MEBIBYTE = 1024 * 1024
TIMES = 300
HELD_BYTES = 300 * MEBIBYTE
ONE_QUERY = {"include_docs": True, "keys": ["large00"]}


@pytest.fixture(scope="module", autouse=True)
def large_documents(server: ServerProcess) -> None:
    """Documents of a megabyte each."""
    with httpx.Client(base_url=server.url, auth=ADMINISTRATOR, timeout=60) as client:
        for number in range(40):
            client.put(f"/noisy/large{number:02}", json={"text": "x" * MEBIBYTE}).raise_for_status()


async def length(client: httpx.AsyncClient, method: str, path: str, body: object = None) -> int:
    """Read an answer without keeping it; return how long it was."""
    content = None if body is None else orjson.dumps(body)
    read = 0
    async with client.stream(
        method, f"/noisy/{path}", content=content, headers={"content-type": "application/json"}
    ) as answer:
        assert answer.status_code == 200
        async for piece in answer.aiter_raw():
            read += len(piece)
    return read


@pytest.mark.parametrize(
    ("method", "path", "body", "megabytes"),
    [
        ("POST", "_bulk_get", {"docs": [{"id": "large00"}] * TIMES}, TIMES),
        ("POST", "_all_docs?include_docs=true", {"keys": ["large00"] * TIMES}, TIMES),
        (
            "POST",
            "_all_docs/queries",
            {"queries": [ONE_QUERY] * TIMES},
            TIMES,
        ),
        ("GET", "_all_docs?include_docs=true", None, 40),
        ("GET", "_changes?include_docs=true", None, 40),
        ("POST", "_find", {"selector": {}, "limit": 1000}, 40),
    ],
)
async def test_an_answer_of_hundreds_of_megabytes_is_never_whole_in_memory(
    client: httpx.AsyncClient,
    bystander: Bystander,
    server: ServerProcess,
    method: str,
    path: str,
    body: object,
    megabytes: int,
) -> None:
    async with bystander.undisturbed():
        read = await length(client, method, path, body)

    assert read > megabytes * MEBIBYTE
    assert server.resident_bytes() < HELD_BYTES


async def test_a_client_that_reads_nothing_takes_little(
    client: httpx.AsyncClient, bystander: Bystander, server: ServerProcess
) -> None:
    whole = client.stream("GET", "/noisy/_all_docs?include_docs=true")
    async with bystander.undisturbed(), whole as answer:
        assert answer.status_code == 200

    assert server.resident_bytes() < HELD_BYTES
