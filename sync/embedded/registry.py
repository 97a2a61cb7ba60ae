"""The node's own file: its identity, its databases, and who may use them.

The list is the truth: a database exists once its row is committed, and no longer once its row is gone.
Files without a row are what a crash left of a creation or a destruction, and are removed on opening.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apsw
import orjson

from sync.embedded.failures import storage_error
from sync.embedded.schema import (
    DATABASE_VERSION,
    NODE_SCHEMA,
    close,
    create_database,
    open_for_writing,
    remove_files,
)
from sync.embedded.upgrade import upgrade
from sync.errors import DatabaseExists, StorageFailed
from sync.security import Security

log = logging.getLogger("sync.embedded")

_SUFFIX: Final = ".sqlite"


@dataclass(frozen=True, slots=True)
class DatabaseEntry:
    """A database of this node. `identity` is drawn at its creation and names its file."""

    name: str
    identity: str
    security: Security
    path: Path


class Registry:
    """The node file. Its methods block: they are called in the writer's thread, or before it starts."""

    def __init__(self, directory: Path, new_identity: Callable[[], str], vfs: str | None) -> None:
        self._new_identity = new_identity
        self._vfs = vfs
        self._files = directory / "databases"
        self._files.mkdir(parents=True, exist_ok=True)
        self._connection = open_for_writing(directory / f"node{_SUFFIX}", NODE_SCHEMA, vfs=vfs)
        # Before anything is acknowledged: the names of the file and of the directory beneath outlive a cut.
        sync_directory(directory)
        self.instance = self._instance()
        self._upgrade()

    def entries(self) -> list[DatabaseEntry]:
        """Return every database; remove files that no row names."""
        rows = self._connection.execute("SELECT name, identity, security FROM databases ORDER BY name")
        entries = [
            DatabaseEntry(name, identity, Security.from_json(orjson.loads(security)), self._path(identity))
            for name, identity, security in rows
        ]
        named = {entry.path for entry in entries}
        for path in self._files.glob(f"*{_SUFFIX}"):
            if path not in named:
                remove_files(path)
        return entries

    def create(self, name: str, security: Security) -> DatabaseEntry:
        """Make a database's file, then its row. Raises DatabaseExists."""
        if self._connection.execute("SELECT 1 FROM databases WHERE name = ?", (name,)).fetchone():
            raise DatabaseExists
        identity = self._new_identity()
        path = self._path(identity)
        create_database(path)
        sync_directory(self._files)
        self._connection.execute(
            "INSERT INTO databases (name, identity, security) VALUES (?, ?, ?)",
            (name, identity, orjson.dumps(security.to_json())),
        )
        return DatabaseEntry(name, identity, security, path)

    def change_security(self, entry: DatabaseEntry, security: Security) -> DatabaseEntry:
        """Store who may use a database."""
        self._connection.execute(
            "UPDATE databases SET security = ? WHERE identity = ?",
            (orjson.dumps(security.to_json()), entry.identity),
        )
        return DatabaseEntry(entry.name, entry.identity, security, entry.path)

    def remove(self, entry: DatabaseEntry) -> None:
        """Remove a database's row, then its file."""
        self._connection.execute("DELETE FROM databases WHERE identity = ?", (entry.identity,))
        remove_files(entry.path)
        sync_directory(self._files)

    def close(self) -> None:
        """Close the node file."""
        close(self._connection)

    def _upgrade(self) -> None:
        """Bring every database to today's form, once: the node's file says when all of them have it.

        A file that cannot be read concerns one team: it stays as it is, says so when it is asked for, and
        is tried again at the next opening.
        """
        version: int = self._connection.execute("PRAGMA user_version").get
        if version > DATABASE_VERSION:
            raise StorageFailed("A later version of this program wrote this store: run that version.")
        if version == DATABASE_VERSION:
            return
        upgraded = [
            self._upgraded(identity)
            for (identity,) in self._connection.execute("SELECT identity FROM databases")
        ]
        if all(upgraded):
            self._connection.execute(f"PRAGMA user_version = {DATABASE_VERSION}")

    def _upgraded(self, identity: str) -> bool:
        """Upgrade one database; tell whether it could be read. Raises StorageFull."""
        path = self._path(identity)
        if not path.exists():
            log.error("a database has lost its file: %s", path)
            return False
        try:
            connection = open_for_writing(path, vfs=self._vfs)
            try:
                upgrade(connection)
            finally:
                close(connection)
        except apsw.FullError as error:
            raise storage_error(error) from error
        except (apsw.Error, StorageFailed):
            log.exception("a database could not be upgraded: %s", path)
            return False
        return True

    def _path(self, identity: str) -> Path:
        return self._files / f"{identity}{_SUFFIX}"

    def _instance(self) -> str:
        found = self._connection.execute("SELECT instance FROM node").fetchone()
        if found is None:
            self._connection.execute("INSERT INTO node (instance) VALUES (?)", (self._new_identity(),))
            return self._instance()
        instance: str = found[0]
        return instance


def sync_directory(directory: Path) -> None:
    """Make the directory's entries outlive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
