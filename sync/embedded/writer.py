"""The single writer: one thread, and one commit for all that arrived while the last one was under way.

A commit costs one wait for the disk, whatever it holds; twenty tablets that push at once therefore share
it. Each caller is answered only after the commit that holds its write.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final, TypeVar

import apsw

from sync.embedded.connections import WriterConnections
from sync.embedded.documents import State
from sync.embedded.failures import storage_error
from sync.embedded.unfinished import Unfinished
from sync.errors import EngineClosed

log = logging.getLogger("sync.embedded")

Answer = TypeVar("Answer")
Work = Callable[[apsw.Connection, State], Answer | Unfinished[Answer]]
Committed = Callable[[Path, int], None]

GROUP_LIMIT: Final = 256
# A transaction takes no other write once it has taken this long.
GROUP_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Write:
    """A write that waits for the writer. `path` None: work on no database's file, done by itself."""

    path: Path | None
    work: Callable[..., Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    then: Callable[[Any], None] | None = None
    otherwise: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What to tell the caller of a write: an answer, or an error."""

    write: _Write
    answer: Any = None
    error: Exception | None = None

    def tell(self) -> None:
        """Do what follows the write on the event loop, then answer who still waits for it."""
        write = self.write
        if isinstance(self.answer, Unfinished):
            return
        if self.error is None and write.then is not None:
            write.then(self.answer)
        elif self.error is not None and write.otherwise is not None:
            write.otherwise()
        if write.future.done():
            return
        if self.error is None:
            write.future.set_result(self.answer)
        else:
            write.future.set_exception(self.error)


class Writer:
    """Owns every connection that writes.

    `committed(path, update_seq)` is called on the event loop for each file changed, after the commit and
    before its callers are answered. `page_limit` bounds the size of each database, in pages; `vfs` names
    what SQLite reaches the disk through.
    """

    def __init__(
        self, committed: Committed, *, page_limit: int | None = None, vfs: str | None = None
    ) -> None:
        self._committed = committed
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._connections = WriterConnections(page_limit=page_limit, vfs=vfs)
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="sync-writer", daemon=True)
        self._thread.start()

    async def write(self, path: Path, work: Work[Answer]) -> Answer:
        """Run `work` in a transaction on the file at `path`; return its answer once committed.

        `work` may be run twice: alone, when the group it was in could not be committed. What it leaves
        unfinished is run later, other callers' writes in between. Raises what it raises, StorageFull,
        StorageFailed.
        """
        answer: Answer = await self._submit(path, work)
        return answer

    async def alone(
        self,
        work: Callable[[], Answer],
        *,
        then: Callable[[Answer], None] | None = None,
        otherwise: Callable[[], None] | None = None,
    ) -> Answer:
        """Run `work` in the writer's thread between two groups.

        Then `then` is called with its answer, or `otherwise` when it failed: on the event loop, before the
        caller is answered, and all the same when the caller no longer waits. What the event loop knows of
        the disk is changed there, and so never parts from it.
        """
        answer: Answer = await self._submit(None, work, then, otherwise)
        return answer

    def release(self, path: Path) -> None:
        """Close the connection on a file; only for work given to `alone`."""
        self._connections.release(path)

    async def aclose(self) -> None:
        """Finish what was submitted, then close every file."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    async def _submit(
        self,
        path: Path | None,
        work: Callable[..., Any],
        then: Callable[[Any], None] | None = None,
        otherwise: Callable[[], None] | None = None,
    ) -> Any:
        if self._closing:
            if otherwise is not None:
                otherwise()
            raise EngineClosed
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue.put(_Write(path, work, loop, future, then, otherwise))
        return await future

    def _serve(self) -> None:
        """Take all that waits, commit it, answer; until told to stop and nothing waits."""
        waiting: deque[_Write] = deque()
        stopping = False
        while waiting or not stopping:
            stopping = stopping or self._take(waiting)
            stopping = self._run_group(waiting) or stopping
            self._connections.close_oldest()
        self._connections.close()

    def _run_group(self, waiting: "deque[_Write]") -> bool:
        """Commit and answer a group of those that wait; tell whether the end was reached meanwhile.

        Nothing of it is held once this returns: the next write may be long in coming.
        """
        group = [waiting.popleft() for _ in range(min(GROUP_LIMIT, len(waiting)))]
        unfinished: list[_Write] = []
        for path, writes in _by_file(group):
            if path is None:
                self._answer([self._run_alone(write) for write in writes], None, None)
            else:
                unfinished += self._commit_group(path, writes)
        # What others submitted meanwhile comes before what goes on.
        ending = bool(unfinished) and self._take(waiting, wait=False)
        waiting.extend(unfinished)
        return ending

    def _take(self, waiting: "deque[_Write]", *, wait: bool = True) -> bool:
        """Add what was submitted, waiting for it if nothing waits yet; tell whether the end was reached."""
        try:
            taken = self._queue.get(block=wait and not waiting)
            while taken is not None:
                waiting.append(taken)
                taken = self._queue.get_nowait()
        except Empty:
            return False
        return True

    def _commit_group(self, path: Path, writes: list[_Write]) -> list[_Write]:
        """Commit writes together and answer them; return those that are to go on.

        When one of them fails, each is committed by itself so that only that one does.
        """
        try:
            outcomes, update_seq = self._transaction(path, writes)
        except Exception as error:  # noqa: BLE001 - whatever a write raises is its caller's to know
            if len(writes) == 1:
                told = storage_error(error) if isinstance(error, apsw.Error | OSError) else error
                self._answer([_Outcome(writes[0], error=told)], None, None)
                return []
            return [left for write in writes for left in self._commit_group(path, [write])]
        self._answer(outcomes, path, update_seq)
        unfinished = [
            replace(one.write, work=one.answer.rest) for one in outcomes if isinstance(one.answer, Unfinished)
        ]
        return [*unfinished, *writes[len(outcomes) :]]

    def _transaction(self, path: Path, writes: list[_Write]) -> tuple[list[_Outcome], int | None]:
        """Commit writes, as many as GROUP_S leaves time for and at least one."""
        connection = self._connections.get(path)
        started = monotonic()
        connection.execute("BEGIN IMMEDIATE")
        try:
            state = State.read(connection)
            before = state.update_seq
            outcomes: list[_Outcome] = []
            for write in writes:
                outcomes.append(_Outcome(write, write.work(connection, state)))
                if monotonic() - started > GROUP_S:
                    break
            if state.blocks:
                state.write(connection)
            connection.execute("COMMIT")
        except BaseException:
            self._undo(path, connection)
            raise
        return outcomes, state.update_seq if state.update_seq != before else None

    def _undo(self, path: Path, connection: apsw.Connection) -> None:
        """Roll back; a connection that cannot is in an unknown state, and the next write opens another."""
        # A full disk may already have ended the transaction.
        if not connection.in_transaction:
            return
        try:
            connection.execute("ROLLBACK")
        except apsw.Error:
            log.exception("a write could not be undone on its connection, which is opened again")
            self._connections.discard(path)

    @staticmethod
    def _run_alone(write: _Write) -> _Outcome:
        try:
            return _Outcome(write, write.work())
        except (apsw.Error, OSError) as error:
            return _Outcome(write, error=storage_error(error))
        except Exception as error:  # noqa: BLE001 - whatever the work raises is its caller's to know
            return _Outcome(write, error=error)

    def _answer(self, outcomes: list[_Outcome], path: Path | None, update_seq: int | None) -> None:
        """Hand the outcomes to the event loop, listeners first: an answered write was announced."""

        def on_loop() -> None:
            if path is not None and update_seq is not None:
                self._committed(path, update_seq)
            for outcome in outcomes:
                outcome.tell()

        loop = outcomes[0].write.loop
        # A loop that closed without closing the engine has nobody left to answer.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(on_loop)


def _by_file(group: list[_Write]) -> list[tuple[Path | None, list[_Write]]]:
    """Sort a group by file, keeping the order within each; work of its own divides the group."""
    ordered: list[tuple[Path | None, list[_Write]]] = []
    current: dict[Path, list[_Write]] = {}
    for write in group:
        if write.path is None:
            ordered.extend(current.items())
            current = {}
            ordered.append((None, [write]))
        else:
            current.setdefault(write.path, []).append(write)
    return [*ordered, *current.items()]
