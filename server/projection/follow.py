"""Follows every team's database and keeps the read model and the receipts true to them.

A feed of updates says where to look; a periodic sweep of all databases makes up for what the feed missed.
When the replication store or the read model is away, the task waits, longer each time, and goes on.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from server.central.databases import DECISIONS
from server.central.errors import CentralError
from server.central.publication import Forms
from server.central.publisher import Central
from server.keys.organisation import OrganisationKeys
from server.projection import receipts, version
from server.projection.errors import CursorMoved
from server.projection.project import Projector, read_cursor
from server.projection.reading import PAGE, stored_documents
from server.projection.rebuild import rebuild
from server.projection.waiting import Waiting
from server.store.control import TeamDatabase
from server.store.database import Store
from server.store.read import ProjectionCursor
from sync.engine import Engine, UpdateSubscription
from sync.errors import DatabaseNotFound, SyncError

SWEEP_S = 30.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0

_log = logging.getLogger(__name__)


class Projection:
    """The projection as a task. ``now`` gives aware UTC instants; ``sweep_s`` seconds between full sweeps.

    ``followed_by`` is called after each pass that went through: rows may have changed.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        keys: OrganisationKeys,
        forms: Forms,
        now: Callable[[], datetime],
        *,
        sweep_s: float = SWEEP_S,
        followed_by: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._central = Central(store, engine, keys, now)
        self._projector = Projector(keys, forms, now)
        self._renewed_by = partial(rebuild, store, engine, keys, forms, now)
        self._waiting = Waiting(store, engine, self._projector, forms)
        self._sweep_s = sweep_s
        self._followed_by = followed_by
        self._asked = asyncio.Event()
        self._askers: list[asyncio.Future[None]] = []
        self._ready = False
        self._current = False
        self._swept_at = -math.inf

    @property
    def ready(self) -> bool:
        """Whether the last pass went through: the read model follows the replication store."""
        return self._ready

    async def caught_up(self) -> None:
        """Return once all that was written before this call is in the read model and its receipts are out.

        Waits as long as a store is away; cancelled when the task ends.
        """
        asked = asyncio.get_running_loop().create_future()
        self._askers.append(asked)
        self._asked.set()
        await asked

    async def run(self) -> None:
        """Follow until cancelled; whatever fails is logged by its type and tried again."""
        updates = self._engine.updates()
        pause_s = 0.0
        databases: set[str] | None = None
        try:
            while True:
                answered = [*self._askers]
                if answered:
                    databases = None
                self._asked.clear()
                if await self._attempt(databases):
                    pause_s = 0.0
                    self._answer(answered)
                    databases = await self._next(updates)
                else:
                    pause_s = min(max(2 * pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
                    databases = None
                    await asyncio.sleep(pause_s)
        finally:
            self._ready = False
            updates.close()
            for asked in self._askers:
                asked.cancel()

    async def sweep(self, databases: Collection[str] | None = None) -> None:
        """Read these databases (all of them when None) to their end, then carry the receipts out.

        Rows of another version of the read model are made again first. Raises the errors of the stores.
        """
        await self._renew()
        followed = await asyncio.to_thread(self._followed)
        for database in sorted(followed if databases is None else followed.intersection(databases)):
            with suppress(DatabaseNotFound):  # recorded and not created yet, or destroyed with its period
                await self._read(database)
        if databases is None:
            await self._waiting.retry()
            self._swept_at = asyncio.get_running_loop().time()
        await receipts.drain(self._store, self._central)

    async def _renew(self) -> None:
        if self._current:
            return
        if not await asyncio.to_thread(self._is_current):
            _log.info("the read model is of another version: it is made again")
            rebuilt = await self._renewed_by()
            _log.info("the read model is made again", extra={"count": rebuilt.records})
        self._current = True

    def _is_current(self) -> bool:
        with self._store.session() as session:
            current = version.is_current(session)
            if current:
                version.mark(session)
            return current

    async def _attempt(self, databases: Collection[str] | None) -> bool:
        try:
            await self.sweep(databases)
        except (SyncError, SQLAlchemyError, CentralError, CursorMoved, OSError) as error:
            _log.warning("the projection waits", extra={"error": type(error).__name__})
        except Exception as error:  # noqa: BLE001 - the task outlives its own faults; they are logged
            _log.exception("the projection met an unexpected error", extra={"error": type(error).__name__})
        else:
            self._ready = True
            self._followed_by()
            return True
        self._ready = False
        return False

    def _answer(self, answered: Sequence[asyncio.Future[None]]) -> None:
        for asked in answered:
            self._askers.remove(asked)
            if not asked.done():
                asked.set_result(None)

    async def _next(self, updates: UpdateSubscription) -> set[str] | None:
        """Wait for updates, a question or the time of a sweep; None asks for a sweep.

        A node that is never silent is swept all the same: what waits is tried again only then.
        """
        due_in_s = self._swept_at + self._sweep_s - asyncio.get_running_loop().time()
        if due_in_s <= 0:
            return None
        updated = asyncio.create_task(updates.wait(due_in_s))
        asked = asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait((updated, asked), return_when=asyncio.FIRST_COMPLETED)
            if asked.done() or updated.exception() is not None:
                return None
            return updated.result() or None
        finally:
            updated.cancel()
            asked.cancel()

    def _followed(self) -> set[str]:
        with self._store.session() as session:
            return {DECISIONS, *session.exec(select(TeamDatabase.name))}

    async def _read(self, database: str) -> None:
        pending = 1
        while pending:
            before = await asyncio.to_thread(self._cursor, database)
            page = await self._engine.changes(database, since=before.since, limit=PAGE, include_docs=True)
            pending = page.pending
            if page.last_seq != before.since:
                after = ProjectionCursor(database=database, instance=before.instance, since=page.last_seq)
                documents = stored_documents(page.results)
                await asyncio.to_thread(self._projector.page, self._store, before, after, documents)

    def _cursor(self, database: str) -> ProjectionCursor:
        with self._store.session() as session:
            return read_cursor(session, database, self._engine.instance)
