"""The databases this node holds, as the event loop knows them: where, whose, and how far written.

Everything here runs on the event loop; what blocks is handed to the writer's thread, so that a creation
or a destruction has its place in the order of the writes.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from sync.database import checked_name
from sync.embedded.documents import State
from sync.embedded.feed import NOW
from sync.embedded.notifier import DatabaseSignal
from sync.embedded.readers import ReaderPool
from sync.embedded.registry import DatabaseEntry, Registry
from sync.embedded.writer import Writer
from sync.errors import DatabaseExists, DatabaseNotFound, StorageFailed
from sync.security import Security
from sync.sequence import Sequence
from sync.subscription import Subscription


class Catalogue:
    """Names to databases, and those who wait for their changes."""

    def __init__(self, readers: ReaderPool) -> None:
        self._readers = readers
        self._entries: dict[str, DatabaseEntry] = {}
        self._signals: dict[Path, DatabaseSignal] = {}
        self._names: dict[Path, str] = {}
        self._read_signals: set[Path] = set()
        self._listeners: set[Subscription] = set()
        self._removals: dict[str, asyncio.Event] = {}
        # Whose destruction is under way: nobody is given them, and a failure gives them back.
        self._leaving: set[Path] = set()
        self._lock: int | None = None
        self._released = False

    async def open(
        self, writer: Writer, directory: Path, new_identity: Callable[[], str], vfs: str | None
    ) -> None:
        """Read the node's file. Raises StorageFailed when another process holds the directory."""
        self._writer = writer
        await writer.alone(partial(self._open, directory, new_identity, vfs))
        for entry in await writer.alone(self._registry.entries):
            self._add(entry)

    @property
    def instance(self) -> str:
        """The store's identity."""
        return self._registry.instance

    def names(self) -> list[str]:
        """Return the databases' names, sorted."""
        return sorted(name for name, entry in self._entries.items() if entry.path not in self._leaving)

    def entry(self, name: str) -> DatabaseEntry:
        """Return a database; raises DatabaseNotFound."""
        entry = self._entries.get(name)
        if entry is None or entry.path in self._leaving:
            raise DatabaseNotFound
        return entry

    async def settled(self, name: str) -> None:
        """Wait for the end of a removal under way: nobody learns of it before who asked for it."""
        removal = self._removals.get(name)
        if removal is not None:
            await removal.wait()

    async def create(self, name: str, security: Security) -> None:
        """Create a database. Raises DatabaseExists, InvalidDatabaseName."""
        checked_name(name)
        present = self._entries.get(name)
        if present is not None and present.path not in self._leaving:
            raise DatabaseExists

        def created(entry: DatabaseEntry) -> None:
            self._add(entry)
            self._publish(name)

        await self._writer.alone(partial(self._registry.create, name, security), then=created)

    async def remove(self, name: str) -> None:
        """Destroy a database; whoever waits for its changes is told.

        They are told last: who destroys it, and follows it too, learns that it is destroyed before their
        feed ends or their next request fails (PouchDB takes that for an error).
        """
        entry = self.entry(name)
        self._leaving.add(entry.path)
        removal = self._removals[name] = asyncio.Event()

        def destroy() -> None:
            self._writer.release(entry.path)
            with self._readers.destroying(entry.path):
                self._registry.remove(entry)

        def end(signal: DatabaseSignal | None) -> None:
            if self._removals.get(name) is removal:
                del self._removals[name]
            removal.set()
            if signal is not None:
                signal.destroy()

        def destroyed(_: None) -> None:
            signal = self._forget(entry)
            self._publish(name)
            # After who waits for the destruction, who is told next.
            asyncio.get_running_loop().call_soon(end, signal)

        def kept() -> None:
            self._leaving.discard(entry.path)
            end(None)

        await self._writer.alone(destroy, then=destroyed, otherwise=kept)

    async def change_security(self, name: str, security: Security) -> None:
        """Store and apply who may use a database."""
        entry = self.entry(name)

        def changed(_: DatabaseEntry) -> None:
            self._entries[name] = replace(self._entries[name], security=security)

        await self._writer.alone(partial(self._registry.change_security, entry, security), then=changed)

    async def renew_identities(self, then: Callable[[], None]) -> None:
        """Draw every identity anew; `then` is called as soon as they are the ones given out."""

        def renewed(entries: list[DatabaseEntry]) -> None:
            self._entries.update({entry.name: entry for entry in entries})
            then()

        await self._writer.alone(self._registry.renew_identities, then=renewed)

    def committed(self, path: Path, update_seq: int) -> None:
        """Announce a commit (called on the event loop by the writer)."""
        signal = self._signals.get(path)
        if signal is None:
            return
        signal.publish(update_seq)
        self._publish(self._names[path])

    async def wait_for_change(self, name: str, since: str, timeout_s: float) -> bool:
        """Wait until something changed after `since` ("now" included). Raises DatabaseNotFound."""
        entry = self.entry(name)
        signal = self._signals[entry.path]
        if entry.path not in self._read_signals:
            # A commit that comes meanwhile is not lost: the signal keeps the greater number.
            try:
                signal.publish((await self._readers.run(entry.path, State.read)).update_seq)
            except DatabaseNotFound:
                # Its file goes just now: nobody learns of it before who destroys it.
                await self.settled(name)
                raise
            self._read_signals.add(entry.path)
        current = signal.update_seq
        if since == NOW:
            return await signal.wait(current, timeout_s)
        number = Sequence.resume(since, identity=entry.identity, current=current).number
        return await signal.wait(number, timeout_s)

    def update_seq(self, entry: DatabaseEntry) -> int:
        """Return the number of the last commit announced since the opening, 0 when there was none."""
        return self._signals[entry.path].update_seq

    def subscribe(self) -> Subscription:
        """Listen to the updates of all databases."""
        subscription = Subscription(self._listeners)
        if self._released:
            subscription.close()
        return subscription

    def release_waiters(self) -> None:
        """End every wait, now and from now on."""
        self._released = True
        for signal in self._signals.values():
            signal.close()
        for subscription in list(self._listeners):
            subscription.close()

    def close(self) -> None:
        """Close the node file and let another process have the directory."""
        if self._lock is not None:
            self._registry.close()
            os.close(self._lock)
            self._lock = None

    def _open(self, directory: Path, new_identity: Callable[[], str], vfs: str | None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory / "node.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise StorageFailed("Another process holds this store.") from error
        try:
            self._registry = Registry(directory, new_identity, vfs)
        except BaseException:
            os.close(lock)
            raise
        self._lock = lock

    def _add(self, entry: DatabaseEntry) -> None:
        self._entries[entry.name] = entry
        self._names[entry.path] = entry.name
        self._signals[entry.path] = DatabaseSignal(0)

    def _forget(self, entry: DatabaseEntry) -> DatabaseSignal:
        del self._entries[entry.name], self._names[entry.path]
        self._leaving.discard(entry.path)
        self._read_signals.discard(entry.path)
        return self._signals.pop(entry.path)

    def _publish(self, name: str) -> None:
        for subscription in self._listeners:
            subscription.publish(name)
