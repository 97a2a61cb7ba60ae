"""Readers: queries on their own connections, in their own threads, never waiting for the writer."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import apsw

from sync.embedded.failures import storage_error
from sync.embedded.schema import close, open_for_reading
from sync.errors import DatabaseNotFound, EngineClosed

Answer = TypeVar("Answer")

THREADS: Final = 4
IDLE_CONNECTIONS: Final = 64


class ReaderPool:
    """Runs queries. Connections are kept open for the files read last, `IDLE_CONNECTIONS` in all."""

    def __init__(self, *, vfs: str | None = None) -> None:
        self._vfs = vfs
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="sync-reader")
        self._lock = threading.Lock()
        self._idle: OrderedDict[tuple[Path, int], apsw.Connection] = OrderedDict()
        # What is lent now, and on which file; None once that file went: such a connection is not lent again.
        self._lent: dict[object, Path | None] = {}
        self._destroying: set[Path] = set()
        self._closing = False

    async def run(self, path: Path, query: Callable[[apsw.Connection], Answer]) -> Answer:
        """Run `query` in one read transaction on the file at `path`, off the event loop.

        Raises what the query raises, StorageFailed, DatabaseNotFound when the file was destroyed meanwhile.
        """
        return await self.compute(partial(self._run, path, query))

    async def compute(self, work: Callable[[], Answer]) -> Answer:
        """Run work that needs no file off the event loop. Raises what it raises, EngineClosed."""
        if self._closing:
            raise EngineClosed
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    @contextmanager
    def destroying(self, path: Path) -> Iterator[None]:
        """Close what is open on a file, and keep nothing open on it that was lent before the block's end."""
        with self._lock:
            self._destroying.add(path)
            closing = [key for key in self._idle if key[0] == path]
            connections = [self._idle.pop(key) for key in closing]
        for connection in connections:
            close(connection)
        try:
            yield
        finally:
            with self._lock:
                self._destroying.discard(path)
                self._lent.update({loan: None for loan, lent in self._lent.items() if lent == path})

    async def aclose(self) -> None:
        """Wait for the queries under way and close every connection."""
        self._closing = True
        await asyncio.get_running_loop().run_in_executor(None, self._executor.shutdown)
        with self._lock:
            connections = list(self._idle.values())
            self._idle.clear()
        for connection in connections:
            close(connection)

    def _run(self, path: Path, query: Callable[[apsw.Connection], Answer]) -> Answer:
        try:
            with self._borrowed(path) as connection:
                connection.execute("BEGIN")
                try:
                    return query(connection)
                finally:
                    connection.execute("ROLLBACK")
        except apsw.Error as error:
            if path in self._destroying or not path.exists():
                raise DatabaseNotFound from error
            raise storage_error(error) from error

    @contextmanager
    def _borrowed(self, path: Path) -> Iterator[apsw.Connection]:
        loan = object()
        try:
            connection = self._take(path, loan) or open_for_reading(path, vfs=self._vfs)
            try:
                yield connection
            except apsw.Error:
                # Its state is unknown: never lend it again.
                close(connection)
                raise
            except BaseException:
                self._give_back(loan, connection)
                raise
            self._give_back(loan, connection)
        finally:
            with self._lock:
                self._lent.pop(loan, None)

    def _take(self, path: Path, loan: object) -> apsw.Connection | None:
        with self._lock:
            # Noted before a file is opened: who destroys it meanwhile must know of the connection.
            self._lent[loan] = path
            for key in self._idle:
                if key[0] == path:
                    return self._idle.pop(key)
        return None

    def _give_back(self, loan: object, connection: apsw.Connection) -> None:
        closing = connection
        with self._lock:
            path = self._lent.pop(loan)
            if path is not None and path not in self._destroying:
                self._idle[path, id(connection)] = connection
                if len(self._idle) <= IDLE_CONNECTIONS:
                    return
                _, closing = self._idle.popitem(last=False)
        close(closing)
