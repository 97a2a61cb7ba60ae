"""A real server process: killed in the middle of a push, interrupted with tablets connected."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.document import JsonValue
from tests.sync.envelopes import envelope
from tests.sync.server_process import ADMINISTRATOR, ServerProcess, server_process

pytestmark = pytest.mark.anyio

RECORDS = 500
BATCH = 5
CLIENTS = 8


@asynccontextmanager
async def client_of(server: ServerProcess) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(
        base_url=server.url, auth=ADMINISTRATOR, limits=limits, timeout=30
    ) as client:
        yield client


class Acknowledgements:
    """The ids that the server said it keeps; `enough` is set once there are a quarter of all."""

    def __init__(self) -> None:
        self.identifiers: set[str] = set()
        self.enough = asyncio.Event()

    def add(self, batch: list[dict[str, JsonValue]]) -> None:
        self.identifiers.update(str(document["_id"]) for document in batch)
        if len(self.identifiers) >= RECORDS // 4:
            self.enough.set()


async def push(
    client: httpx.AsyncClient, records: list[dict[str, JsonValue]], acknowledged: Acknowledgements
) -> None:
    """Push every record, by several clients at once; each stops where the server does."""
    batches = [records[start : start + BATCH] for start in range(0, RECORDS, BATCH)]

    async def push_some(some: Sequence[list[dict[str, JsonValue]]]) -> None:
        for batch in some:
            answer = await client.post("/t1/_bulk_docs", json={"docs": batch, "new_edits": False})
            if answer.status_code == 201 and answer.json() == []:
                acknowledged.add(batch)

    await asyncio.gather(
        *(push_some(batches[number::CLIENTS]) for number in range(CLIENTS)), return_exceptions=True
    )


async def stored(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Return every change, with all leaves and documents."""
    answer = await client.get("/t1/_changes?style=all_docs&include_docs=true")
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_a_push_cut_by_sigkill_keeps_what_was_acknowledged_and_is_completed_by_a_retry(
    tmp_path: Path,
) -> None:
    records = [envelope(number, characters=5000) for number in range(RECORDS)]
    acknowledged = Acknowledgements()
    with server_process(tmp_path) as server:
        async with client_of(server) as client:
            await client.put("/t1")
            pushing = asyncio.ensure_future(push(client, records, acknowledged))
            await asyncio.wait_for(acknowledged.enough.wait(), 60)
            server.kill()
            await pushing

    with server_process(tmp_path) as server:
        async with client_of(server) as client:
            survivors = await stored(client)
            await push(client, records, Acknowledgements())
            completed = await stored(client)

    found = [row["id"] for row in survivors]
    assert acknowledged.identifiers <= set(found)
    assert RECORDS // 4 <= len(found) == len(set(found)) < RECORDS
    assert {row["id"]: row["doc"] for row in completed} == {record["_id"]: record for record in records}
    assert len(completed) == RECORDS
    assert {len(row["changes"]) for row in completed} == {1}


async def test_ctrl_c_ends_the_server_within_three_seconds_with_tablets_connected(tmp_path: Path) -> None:
    with server_process(tmp_path) as server:
        async with client_of(server) as client, AsyncExitStack() as stack:
            await client.put("/t1")
            feeds = [
                await stack.enter_async_context(
                    client.stream("GET", f"/t1/_changes?feed={feed}&since=now&heartbeat=10000")
                )
                for feed in ["longpoll"] * 40 + ["continuous"] * 5
            ]
            bodies = [feed.aiter_bytes() for feed in feeds]
            # The opening of a longpoll's answer shows that it waits.
            openings = [await anext(body) for body in bodies[:40]]
            status, took_s = await asyncio.to_thread(server.interrupt)
            endings = [b"".join([piece async for piece in body]) for body in bodies]

    assert {bytes(opening) for opening in openings} == {b'{"results":[\n'}
    assert took_s < 3
    assert status == 0
    assert all(b'"last_seq"' in ending for ending in endings)


async def test_only_the_administrator_is_served(tmp_path: Path) -> None:
    with server_process(tmp_path) as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            answers = [
                await client.get("/_all_dbs", headers=headers)
                for headers in (
                    {},
                    {"authorization": "Basic !"},
                    {"authorization": "Basic Y2VudHJhbDphbm90aGVy"},
                    {"authorization": "Bearer abc"},
                )
            ]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Basic realm="server"'}


@pytest.mark.parametrize("by", ["file", "environment"])
def test_its_password_is_in_no_process_list(tmp_path: Path, by: str) -> None:
    account = ":".join(ADMINISTRATOR)
    (tmp_path / "account").write_text(account + "\n")
    words = ["--admin-file", str(tmp_path / "account")] if by == "file" else []
    named = {} if by == "file" else {"SYNC_ADMIN": account}
    with server_process(tmp_path / "data", account=words, environment=named) as server:
        shown = Path(f"/proc/{server.process_id}/cmdline").read_text()
        answer = httpx.get(f"{server.url}/_all_dbs", auth=ADMINISTRATOR)
    assert answer.status_code == 200
    assert "serve" in shown
    assert ADMINISTRATOR[1] not in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "{data}", "--admin", "central"], "a colon"),
        (["--data", "{data}", "--admin", ":x"], "a name"),
        (["--data", "{data}"], "--admin"),
        (["--data", "{data}", "--admin-file", "{data}/none"], "cannot be read"),
        (["--data", "{data}", "--admin", "a:b", "--admin-file", "x"], "--admin-file"),
        (["--data", "{data}", "--admin", "a:b", "--port", "99999"], "99999"),
        (["--data", "{data}", "--admin", "a:b", "--port", "{taken}"], "{taken}"),
        (["--data", "{data}", "--admin", "a:b", "--host", "no-such-host.invalid"], "no-such-host.invalid"),
        (["--data", "{held}", "--admin", "a:b", "--port", "0"], "Another process holds this store."),
    ],
)
def test_arguments_that_cannot_be_served_end_with_one_line_and_status_2(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    with server_process(tmp_path / "held") as server:
        values = {
            "data": tmp_path / "data",
            "held": tmp_path / "held",
            "taken": server.url.rpartition(":")[2],
        }
        ended = subprocess.run(
            [sys.executable, "-m", "sync", "serve", *(one.format(**values) for one in arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert said.format(**values) in ended.stderr
