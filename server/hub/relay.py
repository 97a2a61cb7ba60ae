"""Replication with central, of every database that central's token names, for as long as the hub lives.

What central gives is pulled whole; what is pushed are envelopes and nothing else (wire §7). Checkpoints are
kept on the hub's side only: central's databases hold nothing of a hub's.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

import httpx

from server.hub.access import CentralAccess
from server.hub.central import Access, CentralApi
from server.hub.clocks import Clocks
from server.hub.disk import CHECKPOINTS, Disk, StoredEnvelopes, is_of_our_disk
from server.hub.errors import CentralRefusal, CentralUnreachable, HubRevoked
from server.hub.home import Home, LastCentral
from server.hub.identity import Facts
from server.identifiers import role_of
from sync.engine import Engine
from sync.errors import DatabaseExists
from sync.node_engine import NodeEngine
from sync.replicator import (
    Checkpoints,
    EnginePeer,
    Filter,
    HttpPeer,
    Options,
    Replication,
    State,
    Status,
    TokenAuth,
)
from sync.replicator.checkpoints import replication_id
from sync.replicator.errors import PeerRefused, PeerUnreachable
from sync.security import Group, Security

log = logging.getLogger("server.hub")

LOOK_EVERY_S = 60.0
"""How often central is asked who it is: what its token names may have changed, or the hub be revoked."""
RETRY_EVERY_S = 5.0
FORMER_EVERY_S = 600.0
"""How often the databases of periods long past are looked at: a waiting feed for each would cost the link."""
LIVE = 2
"""How many databases are followed as they change: the present period's, and the one before."""
NOTE_EVERY = timedelta(minutes=10)
"""How often it is written down that central was seen: a card of flash memory wears out."""

ENVELOPES = Filter("envelopes", lambda identifier: identifier.startswith("e"))


@dataclass(frozen=True, slots=True)
class Link:
    """Whether central answers, since when on the wall clock, and when it last did; None: not yet."""

    is_up: bool = False
    since: datetime | None = None
    seen_at: datetime | None = None


class Way(StrEnum):
    """From central, or to it."""

    PULL = "pull"
    PUSH = "push"


class Relay:
    """Keeps one pull and one push going for each database; raises ``HubRevoked`` when central says so."""

    def __init__(
        self,
        *,
        engine: NodeEngine,
        facts: Facts,
        central: CentralApi,
        access: CentralAccess,
        root: str,
        home: Home,
        clocks: Clocks,
        disk: Disk,
    ) -> None:
        self._engine = engine
        self._facts = facts
        self._central = central
        self._access = access
        self._root = root
        self._home = home
        self._clocks = clocks
        self._disk = disk
        self._noted = home.last_central()
        self._is_noted = True
        self._failing_looks = 0
        self._stumbled = asyncio.Event()
        self._live: tuple[str, ...] = ()
        self._running: dict[str, tuple[asyncio.Task[None], ...]] = {}
        self._replications: dict[tuple[str, Way], Replication] = {}
        self._link = Link(seen_at=None if self._noted is None else self._noted.seen_at)
        self.clock_offset_s: float | None = None

    @property
    def link(self) -> Link:
        """Whether central answers, and its databases with it; a full disk here is not the link's fault."""
        failing = [
            each.status
            for each in self._replications.values()
            if each.status.failures and not is_of_our_disk(each.status.last_error)
        ]
        if not self._link.is_up or not failing:
            return self._link
        return replace(self._link, is_up=False, since=min(status.since for status in failing))

    @property
    def denied(self) -> int:
        """How many envelopes central refused since this start."""
        return sum(
            replication.status.docs_denied
            for (_, way), replication in self._replications.items()
            if way is Way.PUSH
        )

    async def run(self) -> None:
        """Replicate until cancelled, or until ``HubRevoked``."""
        async with httpx.AsyncClient(auth=TokenAuth(self._token)) as http:
            try:
                while True:
                    access = await self._look()
                    if access is not None:
                        await self._follow(http, access.databases)
                    await self._pause(RETRY_EVERY_S if access is None else self._until_next_look_s())
            finally:
                await self._end()

    async def pushed_until(self, database: str) -> str | None:
        """Return the sequence of a hub's database up to which central has its envelopes; None: unknown.

        It is the checkpoint, which also holds after a start without network.
        """
        if self._noted is None:
            return None
        here, there = EnginePeer(self._engine, database), self._noted.instance + database
        identifier = replication_id(await here.identity(), there, ENVELOPES.name)
        last = (await here.get_local(identifier)).body.get("last_seq")
        return None if last is None else str(last)

    async def _look(self) -> Access | None:
        """Ask central who it is and whether the hub is still its own; None when it does not answer."""
        try:
            instance = await self._instance()
            access = await self._access.current()
        except CentralUnreachable as error:
            await self._note_down(str(error))
            return None
        except CentralRefusal as refusal:
            if refusal.code == "device-revoked":
                raise HubRevoked from refusal
            await self._note_down(refusal.code)
            return None
        self.clock_offset_s = access.clock_offset_s
        await self._note_up(instance)
        return access

    def _until_next_look_s(self) -> float:
        """Return the pause between two looks; what the disk did not take is tried sooner, then less often."""
        if not self._disk.is_failing:
            self._failing_looks = 0
            return LOOK_EVERY_S
        self._is_noted = False
        self._failing_looks += 1
        return min(LOOK_EVERY_S, RETRY_EVERY_S * (1 << min(self._failing_looks - 1, 10)))

    async def _pause(self, seconds: float) -> None:
        """Wait before looking again; a replication that stumbles ends the wait."""
        self._stumbled.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stumbled.wait(), seconds)

    def _heed(self, status: Status) -> None:
        """Look again at once when a replication stumbles: the link may be gone, or the hub be refused.

        A revoked hub is refused before it could pull the document that says so.
        """
        if status.state is State.BACKING_OFF:
            self._stumbled.set()
            if isinstance(status.last_error, PeerRefused):
                self._access.discard()

    def _heed_pull(self, name: str, status: Status) -> None:
        """Say what central gave and the disk did not take."""
        is_refused = bool(status.failures) and is_of_our_disk(status.last_error)
        self._disk.note(f"what central gave of {name}", status.last_error if is_refused else None)
        self._heed(status)

    async def _instance(self) -> str:
        """Return which store answers as central; a token of another's is forgotten."""
        node = await self._central.node()
        if node.organization != self._facts.organization:
            raise CentralUnreachable("another organisation's server answers")
        if self._noted is not None and self._noted.instance != node.instance:
            self._access.discard()
        return node.instance

    async def _note_down(self, reason: str) -> None:
        """Say that the link is gone, and keep when central was last seen: the box may be cut off next."""
        if self._noted is not None and self._link.is_up and self._link.seen_at is not None:
            self._noted = replace(self._noted, seen_at=self._link.seen_at)
            with self._disk.tried("central.json"):
                await asyncio.to_thread(self._home.keep_central, self._noted)
        if self._link.is_up or self._link.since is None:
            log.info("central does not answer", extra={"reason": reason})
            self._link = replace(self._link, is_up=False, since=self._clocks.now())

    async def _note_up(self, instance: str) -> None:
        now = self._clocks.now()
        if not self._link.is_up:
            log.info("central answers", extra={"instance": instance})
            for replication in self._replications.values():
                replication.wake()
        self._link = Link(is_up=True, since=self._link.since if self._link.is_up else now, seen_at=now)
        noted = self._noted
        is_new = noted is None or noted.instance != instance or abs(now - noted.seen_at) >= NOTE_EVERY
        if is_new or not self._is_noted:
            self._noted, self._is_noted = LastCentral(instance, now), False
            with self._disk.tried("central.json"):
                await asyncio.to_thread(self._home.keep_central, self._noted)
                self._is_noted = True
                # The disk takes what it is given again; what a push did without comes with its next one.
                self._disk.note(CHECKPOINTS, None)

    async def _follow(self, http: httpx.AsyncClient, names: tuple[str, ...]) -> None:
        """Begin to replicate these databases, made here when they are not there yet; the last are live.

        One that cannot be made is left until the next look.
        """
        self._live = names[-LIVE:]
        for name in names:
            if name in self._running:
                continue
            with self._disk.tried(f"database {name}"):
                await ensure(self._engine, name)
                self._running[name] = tuple(
                    asyncio.create_task(self._replicate(http, name, way), name=f"{way} {name}") for way in Way
                )

    async def _replicate(self, http: httpx.AsyncClient, name: str, way: Way) -> None:
        """Replicate one way; a defect of ours is logged and does not end the other way, nor this one."""
        while True:
            is_live = name in self._live
            replication = self._replication(http, name, way, is_live=is_live)
            self._replications[name, way] = replication
            try:
                await replication.run()
            except Exception as error:
                log.exception("replication failed, begun again", extra={"error": type(error).__name__})
            await asyncio.sleep(RETRY_EVERY_S if is_live else FORMER_EVERY_S)

    def _replication(self, http: httpx.AsyncClient, name: str, way: Way, *, is_live: bool) -> Replication:
        there, options = HttpPeer(http, f"{self._root}/{name}"), options_of(way, is_live=is_live)
        if way is Way.PULL:
            heed = partial(self._heed_pull, name)
            return Replication(there, EnginePeer(self._engine, name), options, on_status=heed)
        here = StoredEnvelopes(self._engine, name, self._disk)
        return Replication(here, there, options, on_status=self._heed)

    async def _end(self) -> None:
        tasks = [task for both in self._running.values() for task in both]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _token(self, *, fresh: bool) -> str:
        """Return the token for a request (``sync.replicator.TokenSource``)."""
        if fresh:
            self._access.discard()
        try:
            return (await self._access.current()).token
        except CentralUnreachable as error:
            raise PeerUnreachable(str(error)) from error
        except CentralRefusal as refusal:
            raise PeerRefused(refusal.code) from refusal


def options_of(way: Way, *, is_live: bool) -> Options:
    """Return what is replicated one way, with its checkpoints on the hub's side."""
    if way is Way.PULL:
        return Options(live=is_live, checkpoints=Checkpoints.TARGET)
    return Options(live=is_live, checkpoints=Checkpoints.SOURCE, only=ENVELOPES)


async def ensure(engine: Engine, name: str) -> None:
    """Make a team's database, open to tokens with its role only, unless it is there."""
    try:
        await engine.create_database(name, Security(members=Group(roles=frozenset({role_of(name)}))))
    except DatabaseExists:
        return
