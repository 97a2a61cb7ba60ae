"""SQLite's errors in our words."""

import errno
import sqlite3

from sync.errors import StorageError, StorageFailed, StorageFull


def storage_error(error: sqlite3.Error | OSError) -> StorageError:
    """Say what an error of the file or the disk means to who asked for the write."""
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StorageFull()
        return StorageFailed(
            f"The store could not be reached ({errno.errorcode.get(error.errno or 0, '?')})."
        )
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return StorageFull()
    return StorageFailed(f"The store answered {getattr(error, 'sqlite_errorname', type(error).__name__)}.")
