"""A hub's ports: one in the clear, one with TLS once there is a certificate; both end at a signal."""

import asyncio
import os
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from server.hub import certificate
from server.hub.errors import ListeningFailed
from sync.http.connections import GuardedProtocol, backlog, open_files

GRACEFUL_SHUTDOWN_S = 1

Application = Callable[..., Awaitable[None]]


def bound(host: str, port: int) -> socket.socket:
    """Take a port, not listening yet; raise ``ListeningFailed``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ListeningFailed(host, port, reason) from error
    return taken


class _Server(uvicorn.Server):
    """A server that leaves signals to who runs it, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: there may be two servers, and a store to close after both."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.listening.set()


def _configuration(application: Application, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        http=GuardedProtocol,
        backlog=backlog(open_files()),
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
        **options,
    )


class Listener:
    """One port and its application. Started once, stopped once."""

    def __init__(
        self, application: Application, taken: socket.socket, tls: ssl.SSLContext | None = None
    ) -> None:
        options = {} if tls is None else {"ssl_context_factory": lambda _config, _default: tls}
        self._server = _Server(_configuration(application, **options))
        self._taken = taken
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; return once connections are taken."""
        self._running = asyncio.create_task(self._server.serve(sockets=[self._taken]))
        listening = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait({self._running, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()

    async def stop(self) -> None:
        """Let go of every connection, within ``GRACEFUL_SHUTDOWN_S``."""
        self._server.should_exit = True
        if self._running is not None:
            await asyncio.wait({self._running})


class TlsListener:
    """The port with TLS: it opens with the first certificate and takes up the next; no feed is closed."""

    def __init__(self, application: Application, taken: socket.socket, certificate_file: Path) -> None:
        self._application = application
        self._taken = taken
        self._file = certificate_file
        self._context: ssl.SSLContext | None = None
        self._listener: Listener | None = None
        self._starting: asyncio.Task[None] | None = None

    def serve(self) -> None:
        """Serve with the certificate that the file holds now; new connections see it."""
        if self._context is not None:
            self._context.load_cert_chain(self._file)
            return
        self._context = certificate.context(self._file)
        self._listener = Listener(self._application, self._taken, self._context)
        self._starting = asyncio.create_task(self._listener.start())

    async def stop(self) -> None:
        """Close the port."""
        if self._starting is not None and self._listener is not None:
            await self._starting
            await self._listener.stop()
        self._taken.close()


async def told_to_stop() -> None:
    """Return at SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
