"""SQLite's errors in our words."""

import errno

import apsw

from sync.errors import StorageError, StorageFailed, StorageFull


def storage_error(error: apsw.Error | OSError) -> StorageError:
    """Say what an error of the file or the disk means to who asked for the write."""
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StorageFull()
        return StorageFailed(
            f"The store could not be reached ({errno.errorcode.get(error.errno or 0, '?')})."
        )
    if isinstance(error, apsw.FullError):
        return StorageFull()
    return StorageFailed(f"The store answered {_code(error)}.")


def _code(error: apsw.Error) -> str:
    """Return SQLite's name of the error ("SQLITE_CORRUPT"), or ours of what SQLite never saw."""
    code = getattr(error, "extendedresult", None)
    names = (apsw.mapping_extended_result_codes, apsw.mapping_result_codes)
    return next((str(each[code]) for each in names if code in each), type(error).__name__)
