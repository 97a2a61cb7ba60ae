"""Copying the write-ahead log back into its database, beside the writer and not in its way.

A checkpoint of some thousand pages takes as long as dozens of commits, and one writer serves every
database: a thread of its own does it, on its own connection, while commits go on.

While nobody reads for long the log stays near `LONGEST_LOG_PAGES`. No checkpoint goes beyond what the
oldest reader sees, though, nor begins the log again under it: while a reader holds its snapshot the log
grows with every commit, without a bound. Readers of this engine hold one for a page of answers, never while
a client reads; a program that holds one in these files (a copy under way, a shell left in a transaction)
makes the log grow until it ends.
"""

import logging
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import apsw

from sync.embedded.schema import close, open_for_reading

log = logging.getLogger("sync.embedded")

# 16 MiB of log: larger gains little and slows a restart.
CHECKPOINT_PAGES: Final = 2000
# At 64 MiB of log that never got a quiet instant, the writer itself empties it, unless a reader is in it.
LONGEST_LOG_PAGES: Final = 8000


class Checkpointer:
    """One thread for all databases. `vfs` names what SQLite reaches the disk through."""

    def __init__(self, *, vfs: str | None = None) -> None:
        self._vfs = vfs
        self._queue: SimpleQueue[Path | None] = SimpleQueue()
        # By file, the length of the log, in pages, from which the next checkpoint is asked for.
        self._next: dict[Path, int] = {}
        self._thread = threading.Thread(target=self._serve, name="sync-checkpoints", daemon=True)
        self._thread.start()

    def committed(self, path: Path, connection: apsw.Connection, log_pages: int) -> None:
        """Note how long the log is after a commit; called in the writer's thread."""
        if log_pages >= LONGEST_LOG_PAGES:
            checkpoint(connection)
            return
        if log_pages < CHECKPOINT_PAGES:
            self._next.pop(path, None)
        elif log_pages >= self._next.get(path, 0):
            self._next[path] = log_pages + CHECKPOINT_PAGES
            self._queue.put(path)

    def forget(self, path: Path) -> None:
        """Forget a file that is closed or destroyed; called in the writer's thread."""
        self._next.pop(path, None)

    def close(self) -> None:
        """Finish what was asked for; blocks until then."""
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (path := self._queue.get()) is not None:
            try:
                connection = open_for_reading(path, vfs=self._vfs)
            except apsw.CantOpenError:
                # Destroyed meanwhile.
                continue
            except apsw.Error:
                log.exception("a log could not be read for its checkpoint")
                continue
            checkpoint(connection)
            close(connection)


def checkpoint(connection: apsw.Connection, *, mode: int = apsw.SQLITE_CHECKPOINT_PASSIVE) -> None:
    """Copy what can be copied, by default without waiting for anybody; a failure leaves all in the log."""
    try:
        # A connection that has read nothing yet does not know that there is a log, and would copy nothing.
        connection.execute("PRAGMA user_version")
        connection.wal_checkpoint(mode=mode)
    except apsw.BusyError:
        return
    except apsw.Error:
        log.exception("a checkpoint failed: what was written is still in the log")
