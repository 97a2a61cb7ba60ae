"""``escale hub``: the box in the bus, until Ctrl-C (wire §7, docs/hub.md)."""

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

from server.cli.console import BadInput, say, unreadable
from server.demo.texts import text
from server.hub import card as cards
from server.hub.application import HubApplication
from server.hub.errors import Cause, EnrolmentEnded, HomeUnreadable, ListeningFailed, StoreOrphaned
from server.hub.home import Home
from server.hub.identity import Identity
from server.hub.life import CentralAddress, Hub
from server.hub.listening import Listener, TlsListener, bound, told_to_stop
from server.hub.state import Phase
from server.settings import Settings
from server.version import software_version
from sync.errors import StorageError

MAX_LINK_CHARACTERS = 8192


def run(options: argparse.Namespace, _configured: Settings) -> int:
    """Be a hub; return 0 once stopped."""
    for given in (options.central, options.sync):
        _require_address(given)
    try:
        home = Home(options.data.resolve())
        asyncio.run(_live(home, _who(home, options), options))
    except StoreOrphaned as error:
        raise BadInput(text("hub_store_orphaned", path=error.path)) from error
    except HomeUnreadable as error:
        raise BadInput(text("hub_home", path=error.path)) from error
    except ListeningFailed as error:
        raise BadInput(text("port_taken", port=error.port, host=error.host, reason=error.reason)) from error
    except EnrolmentEnded as error:
        raise BadInput(text("hub_ended", reason=error.title)) from error
    except StorageError as error:
        raise BadInput(text("engine", reason=error.reason)) from error
    except OSError as error:
        raise BadInput(text("hub_disk", path=options.data, reason=unreadable(error))) from error
    return 0


def _link(options: argparse.Namespace, known: Identity | None) -> str | None:
    """Return the card's link, typed or read where no process list shows it; None: no card is given.

    The file may be gone once the hub is confirmed.
    """
    if options.card_file is None or (known is not None and known.facts is not None):
        typed: str | None = options.card
        return typed
    try:
        if options.card_file == "-":
            return sys.stdin.readline(MAX_LINK_CHARACTERS).strip()
        with Path(options.card_file).open(encoding="utf-8", errors="replace") as file:
            return file.read(MAX_LINK_CHARACTERS).strip()
    except OSError as error:
        raise BadInput(text("hub_card_file", path=options.card_file, reason=unreadable(error))) from error


def _require_address(given: str | None) -> None:
    parts = urlsplit(given or "http://none")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadInput(text("hub_central", address=given))


def _who(home: Home, options: argparse.Namespace) -> Identity | None:
    """Return the hub that lives here, or one that begins with the card given; None once it was revoked.

    The same card again is the same hub: a service that restarts may go on giving it.
    """
    known = home.load() if not home.is_revoked else None
    link = _link(options, known)
    if link is None:
        if known is None and not home.is_revoked:
            raise BadInput(text("hub_card_needed"))
        if home.is_revoked:
            home.destroy()  # Whatever stopped the first attempt.
        return known
    try:
        card = cards.read(link)
    except cards.NotForAHub as error:
        raise BadInput(text("hub_card_tablet")) from error
    except cards.NotACard as error:
        raise BadInput(text("hub_card")) from error
    if known is not None and (known.facts is not None or known.card == card):
        return known
    return home.begin(card)


async def _live(home: Home, identity: Identity | None, options: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        clear = stack.enter_context(bound(options.host, options.port))
        has_tls = options.tls_port is not None
        secret = bound(options.host, options.tls_port) if has_tls else None
        tls: TlsListener | None = None

        def serve_tls() -> None:
            if tls is not None:
                tls.serve()

        hub = Hub(
            home,
            identity,
            CentralAddress(options.central.rstrip("/"), options.sync),
            version=software_version(),
            serve_tls=serve_tls if has_tls else None,
            tell=lambda cause: _tell(cause, identity, options),
        )
        if secret is not None:
            tls = TlsListener(_application(hub, is_node=True), secret, home.certificate)
            stack.push_async_callback(tls.stop)
        listener = Listener(_application(hub, is_node=not has_tls), clear)
        await listener.start()
        stack.push_async_callback(listener.stop)
        if hub.phase is not Phase.WAITING:
            _announce(options)
        await _until_stopped(hub, stack)


async def _until_stopped(hub: Hub, stack: AsyncExitStack) -> None:
    living = asyncio.create_task(hub.live())
    stopping = asyncio.create_task(told_to_stop())
    try:
        done, _ = await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        # Feeds first: a server waits for its connections; then its ports, and the store last.
        hub.let_go()
        await stack.aclose()
        for task in (living, stopping):
            task.cancel()
        await asyncio.wait({living, stopping})


def _application(hub: Hub, *, is_node: bool) -> HubApplication:
    return HubApplication(node=lambda: hub.node, state=hub.state, is_node=is_node)


def _announce(options: argparse.Namespace) -> None:
    say(text("hub_ready", address=f"http://{options.host}:{options.port}/"))


def _tell(cause: Cause | None, identity: Identity | None, options: argparse.Namespace) -> None:
    """Say where an enrolment stands: why central is not reached, or the code once the card was taken."""
    if cause is not None:
        say(text(f"hub_{cause}", address=options.central))
        return
    _announce(options)
    if identity is not None and identity.short_code:
        say(text("hub_code", code=identity.short_code))
