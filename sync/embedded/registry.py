"""The node's own file: its identity, its databases, and who may use them.

The list is the truth: a database exists once its row is committed, and no longer once its row is gone. It is
also small and seldom changed: each change is copied back from its log at once, so that even a copy of the
store that left the logs behind knows its databases.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import apsw
import orjson

from sync.embedded.checkpoints import checkpoint
from sync.embedded.database_files import SUFFIX, DatabaseFiles, sync_directory
from sync.embedded.failures import storage_error
from sync.embedded.schema import NODE_SCHEMA, NODE_VERSION, close, open_for_reading, open_for_writing
from sync.embedded.upgrade import upgrade, upgrade_node
from sync.errors import DatabaseExists, DatabaseNotFound, StorageFailed
from sync.security import Security

log = logging.getLogger("sync.embedded")


@dataclass(frozen=True, slots=True)
class DatabaseEntry:
    """A database of this node.

    `identity` is drawn at its creation, and anew after a restoration; `path` is named after the first.
    """

    name: str
    identity: str
    security: Security
    path: Path


class Registry:
    """The node file. Its methods block: they are called in the writer's thread, or before it starts."""

    def __init__(self, directory: Path, new_identity: Callable[[], str], vfs: str | None) -> None:
        self._new_identity = new_identity
        self._vfs = vfs
        self._files = DatabaseFiles(directory)
        path = directory / f"node{SUFFIX}"
        if self._files.hold_databases() and not _has_identity(path, vfs):
            raise StorageFailed(
                f"{path} is lost or empty, while the databases beside it are whole and left as they are: "
                "put back the node.sqlite of this store (with node.sqlite-wal, if there is one), or a whole "
                "copy. Without any, move the databases away: clients give again what they still hold."
            )
        self._connection = open_for_writing(path, NODE_SCHEMA, vfs=vfs)
        try:
            # Before anything is acknowledged: the names of the file and of the directory outlive a power cut.
            sync_directory(directory)
            self.instance = self._instance()
            self._upgrade()
            self._copy_back()
        except BaseException:
            close(self._connection)
            raise

    def entries(self) -> list[DatabaseEntry]:
        """Return every database, once what a crash left of their files is settled."""
        entries = self._listed()
        self._files.settle({entry.path for entry in entries})
        return entries

    def create(self, name: str, security: Security) -> DatabaseEntry:
        """Make a database's file, then its row. Raises DatabaseExists."""
        if self._connection.execute("SELECT 1 FROM databases WHERE name = ?", (name,)).fetchone():
            raise DatabaseExists
        identity = self._new_identity()
        path = self._files.path(identity)
        self._files.create(path)
        self._connection.execute(
            "INSERT INTO databases (name, identity, security) VALUES (?, ?, ?)",
            (name, identity, orjson.dumps(security.to_json())),
        )
        self._copy_back()
        return DatabaseEntry(name, identity, security, path)

    def change_security(self, entry: DatabaseEntry, security: Security) -> DatabaseEntry:
        """Store who may use a database. Raises DatabaseNotFound."""
        self._connection.execute(
            "UPDATE databases SET security = ? WHERE name = ? AND coalesce(file, identity) = ?",
            (orjson.dumps(security.to_json()), entry.name, entry.path.stem),
        )
        if not self._connection.changes():
            raise DatabaseNotFound
        self._copy_back()
        return replace(entry, security=security)

    def remove(self, entry: DatabaseEntry) -> None:
        """Remove a database's row, then its file. When the row cannot go, both stay."""
        self._files.withdraw(entry.path)
        try:
            self._connection.execute(
                "DELETE FROM databases WHERE name = ? AND coalesce(file, identity) = ?",
                (entry.name, entry.path.stem),
            )
        except apsw.Error:
            # Left withdrawn, the next opening puts it back: its row is there.
            with suppress(OSError):
                self._files.put_back(entry.path)
            raise
        self._copy_back()
        try:
            self._files.erase(entry.path)
        except OSError:
            log.exception("what is left of a destroyed database is erased at the next opening")

    def renew_identities(self) -> list[DatabaseEntry]:
        """Draw the node's identity and each database's anew, all or none. Return the databases."""
        instance = self._new_identity()
        with self._connection:
            self._connection.execute("UPDATE node SET instance = ?", (instance,))
            for entry in self._listed():
                self._connection.execute(
                    "UPDATE databases SET file = ?, identity = ? WHERE name = ?",
                    (entry.path.stem, self._new_identity(), entry.name),
                )
        self.instance = instance
        self._copy_back()
        return self._listed()

    def close(self) -> None:
        """Close the node file."""
        close(self._connection)

    def _listed(self) -> list[DatabaseEntry]:
        rows = self._connection.execute(
            "SELECT name, identity, security, coalesce(file, identity) FROM databases ORDER BY name"
        )
        return [
            DatabaseEntry(name, identity, Security.from_json(orjson.loads(security)), self._files.path(file))
            for name, identity, security, file in rows
        ]

    def _copy_back(self) -> None:
        checkpoint(self._connection, mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def _upgrade(self) -> None:
        """Bring every database to today's form, once: the node's file says when all of them have it.

        A file that cannot be read concerns one team: it stays as it is, says so when it is asked for, and
        is tried again at the next opening.
        """
        version: int = self._connection.execute("PRAGMA user_version").get
        if version > NODE_VERSION:
            raise StorageFailed("A later version of this program wrote this store: run that version.")
        if version == NODE_VERSION:
            return
        upgrade_node(self._connection)
        upgraded = [self._upgraded(entry.path) for entry in self._listed()]
        if all(upgraded):
            self._connection.execute(f"PRAGMA user_version = {NODE_VERSION}")

    def _upgraded(self, path: Path) -> bool:
        """Upgrade one database; tell whether it could be read. Raises StorageFull."""
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

    def _instance(self) -> str:
        found = self._connection.execute("SELECT instance FROM node").fetchone()
        if found is None:
            self._connection.execute("INSERT INTO node (instance) VALUES (?)", (self._new_identity(),))
            return self._instance()
        instance: str = found[0]
        return instance


def _has_identity(path: Path, vfs: str | None) -> bool:
    """Whether a node's file says which node it is; nothing is written to it. Raises StorageFailed."""
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        connection = open_for_reading(path, vfs=vfs)
        try:
            is_made = connection.table_exists(None, "node")
            return is_made and connection.execute("SELECT 1 FROM node").fetchone() is not None
        finally:
            close(connection)
    except apsw.Error as error:
        raise storage_error(error) from error
