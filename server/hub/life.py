"""A hub's life: it enrols, serves tablets and replicates with central, until it is stopped or revoked."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from server.hub import enrolling, ledger
from server.hub.access import CentralAccess
from server.hub.central import TIMEOUT_S, CentralApi
from server.hub.certificates import Certificates
from server.hub.clocks import Clocks
from server.hub.disk import Disk
from server.hub.errors import HubRevoked
from server.hub.home import Home
from server.hub.identity import Facts, Identity
from server.hub.node import Node, opened
from server.hub.relay import Relay
from server.hub.state import Phase, Serving, State, Tablet

log = logging.getLogger("server.hub")

LISTEN_S = 3600.0
COUNT_AT_MOST_EVERY_S = 5.0
DESTROY_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class CentralAddress:
    """Where a hub finds central: the origin of its API, and its replication root.

    That root is not looked for under the replication host's name, which in the bus leads to the hub itself.
    ``sync_url`` None: central answers under ``origin`` on the path that tablets use.
    """

    origin: str
    sync_url: str | None = None

    def replication_root(self, facts: Facts) -> str:
        """Return the address under which central's databases are, for a hub."""
        return (self.sync_url or self.origin + urlsplit(facts.sync_url).path).rstrip("/")


class Hub:
    """One hub, of the central at ``address``.

    ``serve_tls`` is called when there is a certificate to serve with; None: none is asked for.
    """

    def __init__(
        self,
        home: Home,
        identity: Identity | None,
        address: CentralAddress,
        *,
        version: str,
        clocks: Clocks | None = None,
        serve_tls: Callable[[], None] | None = None,
        tell: enrolling.Tell = lambda _: None,
    ) -> None:
        self._home = home
        self._identity = identity
        self._address = address
        self._version = version
        self._clocks = clocks or Clocks()
        self._serve_tls = serve_tls
        self._tell = tell
        self._disk = Disk()
        self._started_at = self._clocks.now()
        self._relay: Relay | None = None
        self._certificates: Certificates | None = None
        self._counted: tuple[float, ledger.Count] | None = None
        self.node: Node | None = None

    @property
    def phase(self) -> Phase:
        """Where its life is."""
        if self._identity is None:
            return Phase.REVOKED
        return Phase.WAITING if self._identity.facts is None else Phase.SERVING

    async def live(self) -> None:
        """Enrol, serve and replicate until cancelled; once revoked, only be. Raises ``EnrolmentEnded``."""
        if self._identity is not None:
            try:
                await self._serve(self._identity)
            except HubRevoked:
                await self._end()
        await asyncio.Event().wait()

    def let_go(self) -> None:
        """Let go of every tablet that waits: the server is about to stop."""
        if self.node is not None:
            self.node.replication.shutdown()

    async def state(self) -> State:
        """Return what the page tells."""
        identity = self._identity
        return State(
            phase=self.phase,
            now=self._clocks.now(),
            started_at=self._started_at,
            version=self._version,
            free_bytes=await asyncio.to_thread(lambda: self._home.free_bytes),
            device=None if identity is None else identity.device,
            short_code=None if identity is None else identity.short_code,
            serving=await self._told(),
            is_disk_failing=self._disk.is_failing,
        )

    async def _serve(self, identity: Identity) -> None:
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(
                httpx.AsyncClient(base_url=self._address.origin, timeout=TIMEOUT_S)
            )
            central = CentralApi(http, self._clocks)
            identity = self._identity = await enrolling.enrol(
                self._home, identity, central, self._disk, self._tell
            )
            if identity.facts is None:
                return
            node = await stack.enter_async_context(
                opened(self._home, identity.device, identity.facts, self._clocks, self._version)
            )
            stack.callback(self._close)
            access = CentralAccess(central, identity, self._clocks)
            works = self._works(node, identity.facts, central, access)
            self.node = node
            await _all_of(works)

    def _works(
        self, node: Node, facts: Facts, central: CentralApi, access: CentralAccess
    ) -> list[Coroutine[object, object, None]]:
        self._relay = Relay(
            engine=node.engine,
            facts=facts,
            central=central,
            access=access,
            root=self._address.replication_root(facts),
            home=self._home,
            clocks=self._clocks,
            disk=self._disk,
        )
        works = [self._relay.run(), _until_revoked(node)]
        if self._serve_tls is not None:
            self._certificates = Certificates(
                host=facts.host,
                home=self._home,
                central=central,
                access=access,
                clocks=self._clocks,
                disk=self._disk,
                serve=self._serve_tls,
            )
            works.append(self._certificates.run())
        return works

    def _close(self) -> None:
        self.let_go()
        self.node = None

    async def _end(self) -> None:
        """Destroy what the hub holds; the store is closed already."""
        log.warning("revoked: everything here is destroyed")
        self._identity = self._relay = self._certificates = None
        is_destroyed = False
        while not is_destroyed:
            with self._disk.tried("revocation"):
                await asyncio.to_thread(self._home.destroy)
                is_destroyed = True
            if not is_destroyed:
                await asyncio.sleep(DESTROY_AGAIN_S)

    async def _told(self) -> Serving | None:
        node, relay = self.node, self._relay
        if node is None or relay is None:
            return None
        count = await self._count(node, relay)
        held = None if self._certificates is None else self._certificates.held
        return Serving(
            link=relay.link,
            held=count.held,
            waiting=count.waiting,
            denied=relay.denied,
            tablets=_latest_first(node.door.seen),
            clock_offset_s=relay.clock_offset_s,
            certificate_end=None if held is None else held.not_after,
            is_on_tls=self._serve_tls is not None,
        )

    async def _count(self, node: Node, relay: Relay) -> ledger.Count:
        """Count, seldom enough that people who look at the page cost nothing."""
        now_s = self._clocks.monotonic_s()
        if self._counted is None or now_s - self._counted[0] >= COUNT_AT_MOST_EVERY_S:
            self._counted = now_s, await ledger.count(node.engine, relay)
        return self._counted[1]


def _latest_first(seen: dict[str, datetime]) -> tuple[Tablet, ...]:
    return tuple(Tablet(*each) for each in sorted(seen.items(), key=lambda pair: pair[1], reverse=True))


async def _until_revoked(node: Node) -> None:
    """Watch for the hub's own document, by whichever way it comes; raise ``HubRevoked``."""
    updates = node.engine.updates()
    try:
        while not await node.beliefs.is_revoked(node.device):
            await updates.wait(LISTEN_S)
    finally:
        updates.close()
    raise HubRevoked


async def _all_of(works: list[Coroutine[object, object, None]]) -> None:
    """Run works that never end by themselves; what ends one ends all."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
