"""What happened to this node's databases, in order, as `_db_updates` tells it.

Kept in memory and begun when somebody first asks: whatever exists then counts as created. Sequences carry
the log's own identity, so that a follower that comes back after a restart is told everything again:
repeated events are harmless, a silent gap is not.
"""

import asyncio
from collections import OrderedDict
from enum import StrEnum
from itertools import takewhile
from secrets import token_hex
from typing import Final, NamedTuple

from sync.engine import Engine, UpdateSubscription
from sync.sequence import Sequence

_POLL_S: Final = 300.0
# Names of databases that are gone are forgotten past this number, the oldest first.
REMEMBERED_DELETIONS: Final = 10_000


class Kind(StrEnum):
    """What happened to a database."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class DatabaseEvent(NamedTuple):
    """One thing that happened to one database; of each kind and database, the last time only."""

    sequence: str
    database: str
    kind: Kind


class UpdateLog:
    """Follows an engine's updates. Everything here runs on the event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._identity = token_hex(8)
        self._number = 0
        self._events: OrderedDict[tuple[str, Kind], int] = OrderedDict()
        self._existing: set[str] = set()
        self._following: asyncio.Task[None] | None = None
        self._next: asyncio.Future[None] | None = None

    async def since(
        self, text: str, *, limit: int | None, descending: bool
    ) -> tuple[list[DatabaseEvent], str]:
        """Return what happened after a sequence ("now": nothing), and the last sequence looked at.

        Raises InvalidSequence.
        """
        await self._begin()
        after = self._position(text)
        newest_first = [
            DatabaseEvent(str(Sequence(number, self._identity)), database, kind)
            for (database, kind), number in takewhile(
                lambda event: descending or event[1] > after, reversed(self._events.items())
            )
        ]
        found = newest_first if descending else newest_first[::-1]
        listed = found[:limit]
        cut = listed and (len(listed) < len(found) or descending)
        return listed, listed[-1].sequence if cut else str(Sequence(self._number, self._identity))

    async def wait(self, since: str, timeout_s: float) -> bool:
        """Wait until something happened after a sequence; False after `timeout_s`."""
        await self._begin()
        after = self._position(since)
        deadline = asyncio.get_running_loop().time() + timeout_s
        while self._number <= after:
            remaining_s = deadline - asyncio.get_running_loop().time()
            if remaining_s <= 0:
                return False
            if self._next is None:
                self._next = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._next], timeout=remaining_s)
        return True

    def _position(self, text: str) -> int:
        if text == "now":
            return self._number
        return Sequence.resume(text, identity=self._identity, current=self._number).number

    async def _begin(self) -> None:
        """Begin to follow, unless this is done. What exists is listed after the subscription began."""
        if self._following is not None and not self._following.done():
            return
        subscription = self._engine.updates()
        self._following = asyncio.create_task(self._follow(subscription))
        for name in await self._engine.databases():
            if name not in self._existing:
                self._add(name, Kind.CREATED)

    async def _follow(self, subscription: UpdateSubscription) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                began = loop.time()
                names = await subscription.wait(_POLL_S)
                if not names and loop.time() - began < _POLL_S / 2:
                    # A closing engine answers nothing, and at once.
                    return
                existing = set(await self._engine.databases())
                for name in sorted(names):
                    self._add(name, self._kind(name, existing))
        finally:
            subscription.close()

    def _kind(self, name: str, existing: set[str]) -> Kind:
        if name not in existing:
            return Kind.DELETED
        return Kind.UPDATED if name in self._existing else Kind.CREATED

    def _add(self, database: str, kind: Kind) -> None:
        self._number += 1
        self._events.pop((database, kind), None)
        self._events[database, kind] = self._number
        if kind is Kind.DELETED:
            self._existing.discard(database)
            self._forget_deletions()
        else:
            self._existing.add(database)
        if self._next is not None:
            self._next.set_result(None)
            self._next = None

    def _forget_deletions(self) -> None:
        """Forget the databases that have been gone for longest, with all that happened to them."""
        if len(self._events) <= REMEMBERED_DELETIONS:
            return
        gone = [database for database, kind in self._events if kind is Kind.DELETED]
        for database in gone[:-REMEMBERED_DELETIONS]:
            for kind in Kind:
                self._events.pop((database, kind), None)
