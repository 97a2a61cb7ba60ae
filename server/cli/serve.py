"""``escale serve``: the server, until Ctrl-C."""

import argparse
import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from litestar import Litestar

from server import clock
from server.app import create_app
from server.central import organisation
from server.cli.console import BadInput, say
from server.cli.opened import explained, opened
from server.demo.announcement import announce
from server.demo.seed import prepare
from server.demo.texts import text
from server.engine import PATIENCE_S, open_engine
from server.projection import collector
from server.settings import Settings
from sync.http.connections import GuardedProtocol, backlog, open_files

GRACEFUL_SHUTDOWN_S = 1


class Server(uvicorn.Server):
    """uvicorn, which says when it is up, and lets go of every waiting tablet once told to stop."""

    def __init__(self, config: uvicorn.Config, app: Litestar, announce_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._announce_ready = announce_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._loop = asyncio.get_running_loop()
            self._announce_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on a signal: feeds first, since uvicorn waits for its connections before anything else."""
        super().handle_exit(sig, frame)
        if self.started:
            self._loop.call_soon_threadsafe(self._app.state.services.replication.shutdown)


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Serve; return 0 once stopped, 1 when it could not start."""
    if configured.auto_confirm and not options.demo:
        raise BadInput(text("auto_confirm"))
    # The port first: a second start by mistake must not draw passwords that the running server then refuses.
    with _listen(configured) as listening, explained(configured):
        asyncio.run(_answers(configured))
        announce_ready = _demonstration(configured) if options.demo else _checked(configured)
        app = create_app(configured)
        server = Server(configuration(app, configured), app, announce_ready)
        collector.settle()
        # uvicorn raises the signal again once all is closed: Ctrl-C is a way to end, not an accident.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    return 0 if server.started else 1


def configuration(app: Callable[..., Any], configured: Settings) -> uvicorn.Config:
    """Return how uvicorn serves an application; a caller's address comes from a trusted proxy only."""
    return uvicorn.Config(
        app,
        http=GuardedProtocol,
        backlog=backlog(open_files()),
        access_log=False,  # Addresses carry identifiers; what happens is logged by its own name.
        log_config=None,
        server_header=False,
        proxy_headers=bool(configured.trusted_proxies),
        forwarded_allow_ips=list(configured.trusted_proxies),
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
    )


def _demonstration(configured: Settings) -> Callable[[], None]:
    with opened(configured) as store:
        demonstration = prepare(configured, store, clock.now)
    return lambda: announce(configured, demonstration)


async def _answers(configured: Settings) -> None:
    """Wait for a CouchDB that starts late; one that is not there is then said in one line."""
    if configured.couchdb is not None:
        engine = await open_engine(configured, patience_s=PATIENCE_S)
        await engine.aclose()


def _checked(configured: Settings) -> Callable[[], None]:
    with opened(configured) as store:
        organisation.load(store, configured.keys)
    return lambda: say(text("serving", address=configured.origin))


def _listen(configured: Settings) -> socket.socket:
    """Take the port before anything starts, so that a taken one is said in one line."""
    try:
        return socket.create_server((configured.host, configured.port), backlog=2048)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise BadInput(
            text("port_taken", port=configured.port, host=configured.host, reason=reason)
        ) from error
