"""Half-sent requests: none holds a connection of the server's for long, whoever sends it."""

import asyncio
import socket
from dataclasses import replace

import pytest
import uvicorn

from server.app import Clocks, create_app
from server.cli.serve import configuration
from server.settings import Settings
from sync.http import Limits
from tests.support.organisation import NOON, Seeded

pytestmark = pytest.mark.anyio

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The control tables are not what is tried here."""
    return sqlite_url


@pytest.fixture
def settings(settings: Settings, sqlite_url: str) -> Settings:
    return replace(settings, database_url=sqlite_url)


@pytest.mark.parametrize(
    ("path", "media_type", "begun"),
    [
        ("/api/device/nonce", JSON, b"{"),
        ("/api/enrolments/redeem", JSON, b""),
        ("/coordination/connexion", FORM, b"login=a"),
    ],
)
async def test_a_body_that_stops_halfway_is_not_waited_for(
    settings: Settings, seeded: Seeded, path: str, media_type: str, begun: bytes
) -> None:
    del seeded  # There is an organisation.
    app = create_app(settings, Clocks(now=lambda: NOON), Limits(body_silence_s=0.05))
    server = uvicorn.Server(configuration(app, settings))
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {media_type}\r\ncontent-length: 99\r\n\r\n"
        writer.write(head.encode() + begun)
        answer = await asyncio.wait_for(reader.read(), 20)  # Until the server closes.
        writer.close()
    finally:
        server.should_exit = True
        await serving
    assert answer.startswith(b"HTTP/1.1 408 "), answer
