"""The connections that write: one for each database written last, each with its log watched."""

from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import Final

import apsw

from sync.embedded.checkpoints import Checkpointer, checkpoint
from sync.embedded.schema import close, open_for_writing
from sync.errors import DatabaseNotFound

OPEN_FILES: Final = 64
# A log as short as this (512 KiB) is left beside its file when that is closed, and goes on at the next
# opening: of a thousand databases written in turn, each write would otherwise wait for the disk six times.
SHORT_LOG_PAGES: Final = 64


class WriterConnections:
    """Used in the writer's thread only. `page_limit` bounds the size of each database, in pages."""

    def __init__(self, *, page_limit: int | None, vfs: str | None) -> None:
        self._page_limit = page_limit
        self._vfs = vfs
        self._open: OrderedDict[Path, apsw.Connection] = OrderedDict()
        self._log_pages: dict[Path, int] = {}
        self._checkpointer = Checkpointer(vfs=vfs)

    def get(self, path: Path) -> apsw.Connection:
        """Return the connection on a file; raises DatabaseNotFound when there is no such file."""
        connection = self._open.pop(path, None) or self._opened(path)
        self._open[path] = connection
        return connection

    def release(self, path: Path) -> None:
        """Close the connection on a file."""
        connection = self._open.pop(path, None)
        self._checkpointer.forget(path)
        log_pages = self._log_pages.pop(path, 0)
        if connection is None:
            return
        if log_pages > SHORT_LOG_PAGES:
            # An emptied log is not read again; a reader in the middle of it is not waited for.
            connection.set_busy_timeout(0)
            checkpoint(connection, mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        close(connection)

    def discard(self, path: Path) -> None:
        """Throw away the connection on a file, whose state is unknown: nothing more is asked of it."""
        self._checkpointer.forget(path)
        self._log_pages.pop(path, None)
        close(self._open.pop(path))

    def close_oldest(self) -> None:
        """Close those used longest ago, when too many are open."""
        while len(self._open) > OPEN_FILES:
            self.release(next(iter(self._open)))

    def close(self) -> None:
        """Close every file; blocks until its last checkpoint is over."""
        for path in list(self._open):
            self.release(path)
        self._checkpointer.close()

    def _opened(self, path: Path) -> apsw.Connection:
        # Opening would make the file anew: a write that comes after the destruction must not.
        if not path.exists():
            raise DatabaseNotFound
        connection = open_for_writing(path, page_limit=self._page_limit, vfs=self._vfs)
        connection.set_wal_hook(partial(self._committed, path))
        return connection

    def _committed(self, path: Path, connection: apsw.Connection, _database: str, log_pages: int) -> int:
        self._log_pages[path] = log_pages
        self._checkpointer.committed(path, connection, log_pages)
        return apsw.SQLITE_OK
