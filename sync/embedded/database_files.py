"""The files of a node's databases. Opening a store erases none that may hold data.

A database is destroyed in two steps: its file is renamed to `….gone` before its row goes from the node's
file, and erased after. What lies there without a row is therefore one of three things: a file named `….gone`,
whose destruction was asked for and is finished; an empty one, which a creation left unfinished; or one that
the node's file has lost, which is moved to `set-apart/` and said.
"""

import logging
import os
from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Final

from sync.embedded.schema import create_database, is_unwritten, remove_files

log = logging.getLogger("sync.embedded")

SUFFIX: Final = ".sqlite"
_GONE: Final = ".gone"


class DatabaseFiles:
    """The folder `databases` of a store. Its methods block, and raise OSError."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "databases"
        self._set_apart = self._directory / "set-apart"
        self._directory.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Return where the file of this name lies."""
        return self._directory / f"{name}{SUFFIX}"

    def hold_databases(self) -> bool:
        """Whether there is any database's file."""
        return any(self._directory.glob(f"*{SUFFIX}"))

    def create(self, path: Path) -> None:
        """Write the file of an empty database; it outlives a power cut."""
        create_database(path)
        sync_directory(self._directory)

    def withdraw(self, path: Path) -> None:
        """Say, for the next opening too, that a file is to be erased once no row names it."""
        path.rename(_gone(path))
        sync_directory(self._directory)

    def put_back(self, path: Path) -> None:
        """Take `withdraw` back."""
        _gone(path).rename(path)
        sync_directory(self._directory)

    def erase(self, path: Path) -> None:
        """Erase a withdrawn file, last of what SQLite keeps beside it: a log alone would mean nothing."""
        remove_files(path)
        _gone(path).unlink()
        sync_directory(self._directory)

    def settle(self, named: Collection[Path]) -> None:
        """Finish what a crash interrupted, given the files that rows name; set apart what none explains."""
        for gone in self._directory.glob(f"*{SUFFIX}{_GONE}"):
            path = gone.with_suffix("")
            if path.exists():
                self._keep_apart(gone, self._free_place(gone))
            elif path in named:
                self.put_back(path)
            else:
                self.erase(path)
        for path in self._directory.glob(f"*{SUFFIX}"):
            if path in named:
                continue
            target = self._free_place(path)
            if is_unwritten(path) and not _log_of(target).exists():
                remove_files(path)
            else:
                self._keep_apart(path, target)

    def _free_place(self, path: Path) -> Path:
        """Return where to set a file apart: beside its log, when a power cut came between the two."""
        # A copy of the same file may have been set apart before.
        names = (f"{number}-{path.name}" if number else path.name for number in count())
        return next(
            place
            for place in (self._set_apart / name for name in names)
            if not place.exists() and not (_log_of(place).exists() and _log_of(path).exists())
        )

    def _keep_apart(self, path: Path, target: Path) -> None:
        self._set_apart.mkdir(exist_ok=True)
        # The log first: the next opening finds again a file whose log alone was moved.
        if _log_of(path).exists():
            _log_of(path).rename(_log_of(target))
            sync_directory(self._set_apart)
        path.rename(target)
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        sync_directory(self._set_apart)
        sync_directory(self._directory)
        log.error("a database's file that the node's file does not name was kept, and moved to %s", target)


def sync_directory(directory: Path) -> None:
    """Make the directory's entries outlive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _gone(path: Path) -> Path:
    return path.with_name(f"{path.name}{_GONE}")
