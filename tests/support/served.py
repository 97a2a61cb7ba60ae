"""An ASGI application on a real port, in this event loop; it can be away and come back on the same port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


class Served:
    """The application, listening; `let_go` ends the requests that wait, so that a stop need not."""

    def __init__(self, application: Callable[..., Any], let_go: Callable[[], None]) -> None:
        self._application = application
        self._let_go = let_go
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen, on the port of the last time if there was one."""
        listening = asyncio.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                listening.set()

        config = uvicorn.Config(
            self._application,
            port=self.port,
            lifespan="off",
            log_level="critical",
            timeout_graceful_shutdown=1,
        )
        self._server = Server(config)
        self._serving = asyncio.create_task(self._server._serve())
        await listening.wait()
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close every connection and listen no more."""
        self._let_go()
        self._server.should_exit = self._server.force_exit = True
        if self._serving is not None:
            await self._serving


@asynccontextmanager
async def served(application: Callable[..., Any], let_go: Callable[[], None]) -> AsyncIterator[Served]:
    """Serve until the end of the block."""
    server = Served(application, let_go)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
