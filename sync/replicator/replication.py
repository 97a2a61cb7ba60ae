"""One replication from a source to a target: the state machine of `sync.replicator.states`, at work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from email.utils import format_datetime
from typing import Any, Final

from sync.replicator.checkpoints import CheckpointLog, Checkpoints, Session, replication_id
from sync.replicator.errors import BatchTooLarge, IdentityChanged, PeerRefused, PeerTimedOut, ReplicationError
from sync.replicator.options import Options, World
from sync.replicator.pace import Pace, delay_s
from sync.replicator.peer import ChangesPage, Peer, PeerInformation
from sync.replicator.states import FINAL, TRANSITIONS, State
from sync.replicator.status import Status
from sync.replicator.transfer import Transfer

log = logging.getLogger("sync.replicator")

# With nothing to write, a checkpoint only saves the next start some reading: not with every page.
_PAGES_BETWEEN_IDLE_CHECKPOINTS: Final = 10
_CONFLICT: Final = 409


class Replication:
    """Carries every revision that a source has and a target lacks.

    `run` works until the end (one-shot), `stop`, or for ever (live); it may be run once. `status` tells
    where it is; `wake` ends a wait or a back-off at once. Cancelling `run` at any await does no harm: what
    was written stays, and the next run goes on from the last checkpoint.
    """

    def __init__(
        self,
        source: Peer,
        target: Peer,
        options: Options | None = None,
        *,
        world: World | None = None,
        on_status: Callable[[Status], None] | None = None,
    ) -> None:
        self._source, self._target = source, target
        self._options = options or Options()
        self._world = world or World()
        self._on_status = on_status
        self._status = Status(State.STARTING, self._world.now())
        self._pace = Pace(self._options.changes, self._options.documents)
        self._transfer = Transfer(source, target, self._pace, stumbles=self._options.stumbles)
        self._woken = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._page = ChangesPage((), None)
        self._idle_pages = 0
        self._offered_denied = False
        self._steps: Mapping[State, Callable[[], Awaitable[State]]] = {
            State.STARTING: self._start,
            State.READING: self._read,
            State.COMPARING: self._compare,
            State.FETCHING: self._fetch,
            State.WRITING: self._write,
            State.CHECKPOINTING: self._checkpoint,
            State.WAITING: self._wait,
            State.BACKING_OFF: self._back_off,
        }

    @property
    def status(self) -> Status:
        """Where the replication is now."""
        return self._status

    def wake(self) -> None:
        """Try again at once: a link has come back, or somebody asks."""
        self._woken.set()

    async def stop(self) -> None:
        """End the run and wait until it has ended."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait({self._running})

    async def run(self) -> Status:
        """Replicate; return how it ended. A failure is in the status's `state` and `last_error`.

        Raises what is no failure of a peer (an error of ours), after having told it in the status.
        """
        self._running = asyncio.ensure_future(self._advance())
        try:
            await asyncio.wait({self._running})
        finally:
            await self.stop()
            if self._status.state not in FINAL:
                self._enter(State.STOPPED)
        if not self._running.cancelled():
            self._running.result()
        return self._status

    async def _advance(self) -> None:
        while self._status.state not in FINAL:
            try:
                following = await self._steps[self._status.state]()
            except ReplicationError as error:
                following = self._after(error)
            except Exception as error:
                self._enter(State.FAILED, last_error=error)
                raise
            self._enter(following)

    def _after(self, error: ReplicationError) -> State:
        """Return what follows a failure."""
        if isinstance(error, IdentityChanged):
            self._change(last_error=error)
            return State.STARTING
        if isinstance(error, PeerTimedOut):
            self._pace.shrink()
        if isinstance(error, BatchTooLarge):
            # Of documents the transfer has made less already: it is a page of changes.
            self._pace.changes.shrink()
        failures = self._status.failures + 1
        self._change(last_error=error, failures=failures)
        refused = isinstance(error, PeerRefused) and error.status != _CONFLICT
        if not self._options.live and (refused or failures >= self._options.attempts):
            return State.FAILED
        return State.BACKING_OFF

    async def _start(self) -> State:
        """Learn who the ends are and where to go on from."""
        source, target = await self._source.information(), await self._target.information()
        self._ends = {"source": source, "target": target}
        chosen = self._options.only
        identifier = replication_id(source.identity, target.identity, "" if chosen is None else chosen.name)
        kept: dict[str, Peer] = {}
        if self._options.checkpoints is not Checkpoints.TARGET:
            kept["source"] = self._source
        if self._options.checkpoints is not Checkpoints.SOURCE:
            kept["target"] = self._target
        self._log = CheckpointLog(identifier, kept, self._ends)
        since, denied_since = await self._log.read()
        if denied_since is not None and not self._offered_denied:
            # Once a run: a link that fails often would never get beyond them.
            since, denied_since = denied_since, None
        self._began = (self._world.new_session(), format_datetime(self._world.now()), since)
        self._recorded = since
        self._transfer.begin(self._log.denied(), since, denied_since)
        self._change(last_seq=since)
        self._page = ChangesPage((), since)
        self._idle_pages = 0
        return State.COMPARING if self._transfer.has_offers else State.READING

    async def _read(self) -> State:
        limit = self._pace.changes.current
        return self._received(await self._source.changes(self._status.last_seq, limit), limit)

    async def _wait(self) -> State:
        """Wait for a change; look at the source again whenever none came."""
        asked = self._source.changes(
            self._status.last_seq, self._pace.changes.current, wait_s=self._options.wait_s
        )
        page = await self._unless_woken(asked)
        if page is None:
            return State.READING
        if not page.changes:
            await self._same("source")
            self._note_success()
            return State.WAITING
        return self._received(page, self._pace.changes.current)

    def _received(self, page: ChangesPage, limit: int) -> State:
        """Return what follows a page of changes."""
        self._page = page
        if not page.changes:
            self._offered_denied = True
            self._change(caught_up_at=self._world.now())
            if self._page.last_seq != self._recorded and self._idle_pages:
                return State.CHECKPOINTING
            self._note_success()
            return State.WAITING if self._options.live else State.STOPPED
        self._pace.changes.grow(min(len(page.changes), limit))
        chosen = self._options.only
        self._transfer.offer(
            (change for change in page.changes if chosen is None or chosen.admits(change.identifier)),
            self._status.last_seq,
        )
        return State.COMPARING if self._transfer.has_offers else self._passed()

    async def _compare(self) -> State:
        await self._transfer.compare()
        if self._transfer.has_offers:
            return State.COMPARING
        if self._transfer.has_wanted:
            return State.FETCHING
        return self._passed()

    def _passed(self) -> State:
        """Go on after a page of which nothing was lacking."""
        self._change(last_seq=self._page.last_seq)
        self._idle_pages += 1
        if self._idle_pages >= _PAGES_BETWEEN_IDLE_CHECKPOINTS:
            return State.CHECKPOINTING
        return State.READING

    async def _fetch(self) -> State:
        await self._transfer.fetch()
        self._count()
        if self._transfer.has_fetched:
            return State.WRITING
        return State.FETCHING if self._transfer.has_wanted else State.CHECKPOINTING

    async def _write(self) -> State:
        await self._transfer.write()
        self._count()
        if self._transfer.has_fetched:
            return State.WRITING
        return State.FETCHING if self._transfer.has_wanted else State.CHECKPOINTING

    async def _checkpoint(self) -> State:
        """Record the page's last sequence: everything before it is on the target, or known to be denied."""
        self._transfer.finish()
        ends = {"source": await self._same("source"), "target": await self._same("target")}
        await self._target.ensure_commit()
        session_id, started, from_seq = self._began
        now = format_datetime(self._world.now())
        status = self._status
        session = Session(
            session_id=session_id,
            start_time=started,
            end_time=now,
            start_last_seq=from_seq,
            recorded_seq=self._page.last_seq,
            previous_seq=self._recorded,
            docs_read=status.docs_read,
            docs_written=status.docs_written,
            docs_missing=status.docs_missing,
            docs_denied=status.docs_denied,
            denied_since=self._transfer.denied_since,
        )
        await self._log.write(session, list(self._transfer.denied), ends)
        self._offered_denied = True
        if self._page.last_seq != self._recorded:
            # What was denied and is denied again is no progress: it must not hide failures that go on.
            self._note_success()
        self._recorded = self._page.last_seq
        self._idle_pages = 0
        self._change(last_seq=self._page.last_seq)
        return State.READING

    async def _back_off(self) -> State:
        pause = self._world.sleep(delay_s(self._status.failures, self._world.chance()))
        await self._unless_woken(pause)
        return State.STARTING

    async def _same(self, end: str) -> PeerInformation:
        """Return what an end is now. Raises IdentityChanged when it is not what it was at the start."""
        found = await (self._source if end == "source" else self._target).information()
        known = self._ends[end]
        if (found.identity, found.incarnation) != (known.identity, known.incarnation):
            raise IdentityChanged(f"another node answers as the {end}")
        return found

    async def _unless_woken(self, awaitable: Awaitable[Any]) -> Any:
        """Return what `awaitable` gives, None when `wake` was called before or meanwhile."""
        work = asyncio.ensure_future(awaitable)
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({work, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, woken):
                if not task.done():
                    task.cancel()
                    # Its own clean-up (a connection's) ends before anything else is asked.
                    await asyncio.wait({task})
            self._woken.clear()
        return None if work.cancelled() else work.result()

    def _count(self) -> None:
        done = self._transfer
        self._change(
            docs_read=done.docs_read,
            docs_written=done.docs_written,
            docs_missing=done.docs_missing,
            docs_denied=done.docs_denied,
            denied=tuple(done.denied),
        )

    def _note_success(self) -> None:
        if self._status.failures:
            self._change(failures=0)

    def _enter(self, state: State, **changed: Any) -> None:
        if state not in TRANSITIONS[self._status.state]:
            raise RuntimeError(f"a replication cannot go from {self._status.state} to {state}")
        if state is not self._status.state:
            log.debug("%s -> %s", self._status.state, state)
            changed |= {"state": state, "since": self._world.now()}
        if changed:
            self._change(**changed)

    def _change(self, **changed: Any) -> None:
        self._status = replace(self._status, **changed)
        if self._on_status is not None:
            self._on_status(self._status)
