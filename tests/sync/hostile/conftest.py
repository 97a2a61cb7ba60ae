"""A server process, its administrator, and a bystander who must not be disturbed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.sync.server_process import ADMINISTRATOR, ServerProcess, server_process

QUICK_S = 1.0
ANSWERS = 3


class Bystander:
    """Somebody whose small requests go on meanwhile; `slowest_s` is the longest that one took."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.slowest_s = 0.0
        self.answers = 0
        self._heard = asyncio.Event()

    async def go_on(self) -> None:
        """Ask for one document again and again."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            answer = await self._client.get("/quiet/doc")
            assert answer.status_code == 200
            self.slowest_s = max(self.slowest_s, loop.time() - began)
            self.answers += 1
            if self.answers >= ANSWERS:
                self._heard.set()

    @asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """Check that the small requests made within the block were answered quickly."""
        self.slowest_s, self.answers = 0.0, 0
        self._heard.clear()
        going_on = asyncio.ensure_future(self.go_on())
        try:
            yield
            await asyncio.wait_for(self._heard.wait(), 10)
        finally:
            going_on.cancel()
            await asyncio.wait({going_on})
        assert going_on.cancelled(), going_on.exception()
        assert self.slowest_s < QUICK_S


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for a module's tests, with the databases `quiet` and `noisy`."""
    with server_process(Path(tmp_path_factory.mktemp("hostile"))) as running:
        with httpx.Client(base_url=running.url, auth=ADMINISTRATOR) as client:
            client.put("/quiet").raise_for_status()
            client.put("/noisy").raise_for_status()
            client.put("/quiet/doc", json={"quiet": True}).raise_for_status()
        yield running


@pytest.fixture
async def client(server: ServerProcess) -> AsyncIterator[httpx.AsyncClient]:
    """The one who misbehaves, with every right."""
    async with httpx.AsyncClient(base_url=server.url, auth=ADMINISTRATOR, timeout=60) as opened:
        yield opened


@pytest.fixture
async def bystander(server: ServerProcess) -> AsyncIterator[Bystander]:
    """The one who must not be disturbed."""
    async with httpx.AsyncClient(base_url=server.url, auth=ADMINISTRATOR, timeout=60) as opened:
        yield Bystander(opened)
