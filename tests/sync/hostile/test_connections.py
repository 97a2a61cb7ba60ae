"""Connections that are many, silent, slow, or speak something else."""

import asyncio
import base64
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from sync.http import ReplicationApplication
from sync.http.connections import GuardedProtocol, connection_limit
from tests.sync.hostile.conftest import Bystander
from tests.sync.server_process import ADMINISTRATOR, ServerProcess, server_process

pytestmark = pytest.mark.anyio

MEBIBYTE = 1024 * 1024
AUTHORIZATION = b"Basic " + base64.b64encode(":".join(ADMINISTRATOR).encode())


class Socket:
    """A bare connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        """Read an answer with a length; the status, and the body."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)
        status = int(head.split(b" ", 2)[1])
        length = re.search(rb"content-length: (\d+)", head)
        return status, await self.reader.readexactly(int(length[1])) if length else b""

    async def is_closed(self) -> bool:
        """Wait until the server closed it."""
        try:
            return await asyncio.wait_for(self.reader.read(1), 10) == b""
        except ConnectionError:
            return True


@asynccontextmanager
async def connected(server: ServerProcess) -> AsyncIterator[Socket]:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield Socket(reader, writer)
    finally:
        writer.close()


@contextmanager
def narrow_server(directory: Path, files: int) -> Iterator[ServerProcess]:
    """A server that may hold few files."""
    with server_process(directory, open_files=files) as server:
        with httpx.Client(base_url=server.url, auth=ADMINISTRATOR) as client:
            client.put("/quiet").raise_for_status()
            client.put("/quiet/doc", json={}).raise_for_status()
        yield server


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /\xff HTTP/1.1",
        b"GARBAGE",
        b"GET / HTTP/9.9",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET http:// HTTP/1.1",
        b"TELEPATHY / HTTP/1.1",
    ],
)
async def test_what_is_no_request_is_answered_as_couchdb_answers_errors(
    server: ServerProcess, request_line: bytes
) -> None:
    async with connected(server) as socket:
        await socket.send(request_line + b"\r\nhost: node\r\n\r\n")
        status, body = await socket.answer()

    assert status in (400, 401, 405)
    assert set(orjson.loads(body)) == {"error", "reason"}


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000,
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000,
        b"GET /" + b"z" * 100_000,
    ],
    ids=["one header", "many headers", "address"],
)
async def test_a_head_without_end_is_refused(server: ServerProcess, head: bytes) -> None:
    async with connected(server) as socket:
        await socket.send(head)
        status, body = await socket.answer()

    assert (status, orjson.loads(body)["error"]) == (431, "request_head_too_large")


async def test_an_address_of_a_megabyte_is_refused_once() -> None:
    loop, failed = asyncio.get_running_loop(), list[object]()
    loop.set_exception_handler(lambda _, context: failed.append(context))
    config = Config(ReplicationApplication, http=GuardedProtocol, lifespan="off")
    config.load()
    listening = await loop.create_server(lambda: GuardedProtocol(config, ServerState(), {}), "127.0.0.1", 0)
    async with listening:
        reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
        writer.write(b"GET /" + b"z" * MEBIBYTE + b" HTTP/1.1\r\nhost: node\r\n\r\n")
        answered = await asyncio.wait_for(reader.read(), 10)
        writer.close()

    assert answered.startswith(b"HTTP/1.1 431 ")
    assert answered.count(b"HTTP/1.1") == 1
    assert failed == []


async def test_a_silent_body_keeps_nobody_waiting(server: ServerProcess, bystander: Bystander) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connected(server)) for _ in range(200)]
        async with bystander.undisturbed():
            for socket in sockets:
                await socket.send(
                    b"POST /noisy/_bulk_docs HTTP/1.1\r\nhost: node\r\ncontent-type: application/json\r\n"
                    b"authorization: " + AUTHORIZATION + b"\r\ncontent-length: 1000000\r\n\r\n{"
                )
            for _ in range(20):
                for socket in sockets:
                    await socket.send(b" ")


async def test_past_its_connections_a_node_serves_who_has_a_request(tmp_path: Path) -> None:
    with narrow_server(tmp_path, files=300) as server:
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(connected(server))
            silent = [await stack.enter_async_context(connected(server)) for _ in range(1000)]
            async with httpx.AsyncClient(base_url=server.url, auth=ADMINISTRATOR) as client:
                answers = [await client.get("/quiet/doc") for _ in range(20)]

            assert {answer.status_code for answer in answers} == {200}
            assert await first.is_closed()
            assert not silent[-1].reader.at_eof()


async def test_when_every_connection_has_a_request_the_next_is_refused_politely(tmp_path: Path) -> None:
    feed = b"GET /quiet/_changes?feed=longpoll&since=now&heartbeat=60000 HTTP/1.1\r\nhost: node\r\n"
    with narrow_server(tmp_path, files=100) as server:
        async with AsyncExitStack() as stack:
            polling = []
            for _ in range(connection_limit(100)):
                socket = await stack.enter_async_context(connected(server))
                await socket.send(feed + b"authorization: " + AUTHORIZATION + b"\r\n\r\n")
                await socket.reader.readuntil(b"results")
                polling.append(socket)
            refused = await stack.enter_async_context(connected(server))
            status, body = await refused.answer()
            polling.pop().writer.close()
            async with httpx.AsyncClient(base_url=server.url, auth=ADMINISTRATOR) as client:
                async with asyncio.timeout(10):
                    while (await client.get("/quiet/doc")).status_code != 200:
                        pass

    assert (status, orjson.loads(body)["error"]) == (503, "service_unavailable")


async def test_ten_thousand_sockets_opened_and_kept(tmp_path: Path) -> None:
    with narrow_server(tmp_path, files=4096) as server:
        async with AsyncExitStack() as stack:
            async with httpx.AsyncClient(base_url=server.url, auth=ADMINISTRATOR) as client:
                await client.get("/quiet/doc")
                for _ in range(10_000):
                    await stack.enter_async_context(connected(server))
                answers = [await client.get("/quiet/doc") for _ in range(20)]
            resident = server.resident_bytes()

    assert {answer.status_code for answer in answers} == {200}
    assert resident < 400 * MEBIBYTE


async def test_sigterm_with_two_thousand_longpolls_ends_within_three_seconds(tmp_path: Path) -> None:
    feed = b"GET /quiet/_changes?feed=longpoll&since=now&heartbeat=60000 HTTP/1.1\r\nhost: node\r\n"
    with narrow_server(tmp_path, files=4096) as server:
        async with AsyncExitStack() as stack:
            sockets = []
            for _ in range(2000):
                socket = await stack.enter_async_context(connected(server))
                await socket.send(feed + b"authorization: " + AUTHORIZATION + b"\r\n\r\n")
                sockets.append(socket)
            for socket in sockets:
                await socket.reader.readuntil(b"results")
            resident = server.resident_bytes()
            status, took_s = await asyncio.to_thread(server.interrupt, signal.SIGTERM)
            endings = [await socket.reader.read() for socket in sockets]

    assert status == 0
    assert took_s < 3
    assert all(b'"last_seq"' in ending for ending in endings)
    assert resident < 160 * MEBIBYTE
