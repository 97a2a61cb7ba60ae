"""SQLite files of the embedded engine: tables, pragmas, connections.

One file for the node (its identity, the list of databases and who may use them) and **one file per
database**: a period is destroyed whole by removing its file, a backup or a damaged page concerns one
team, and a quota is SQLite's own page limit. The price is one commit per database written in the same
instant, where a single file would share it; tablets of one team, which is where writes coincide, do share.
"""

import logging
import os
from functools import cache
from pathlib import Path
from typing import Final

import apsw

log = logging.getLogger("sync.embedded")

# 8 KiB pages hold a usual envelope (5 kB) without an overflow page: half the writes of 4 KiB pages.
PAGE_SIZE_BYTES: Final = 8192
# A write-ahead log that grew longer under load is cut to this once its pages are copied back.
LOG_BYTES_KEPT: Final = 16 * 1024 * 1024
BUSY_TIMEOUT_MS: Final = 10_000

NODE_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS node (instance TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS databases (
    name     TEXT PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    security BLOB NOT NULL,
    file     TEXT
) WITHOUT ROWID;
"""
# The form of the node's file. `file` names a database's file where its identity no longer does.
NODE_VERSION: Final = 2

# The form of a database's file, kept in its `user_version` (sync.embedded.upgrade).
DATABASE_VERSION: Final = 1

# A document's row moves to a new sequence with each change: the feed is a scan of the table itself. The
# winner's content lies in the row, so that a document of one revision costs one row and one index entry;
# `bodies` holds the contents of all other revisions. `blocks` counts rows by block of sequences, so that
# what remains of a feed is a sum and not a walk. The index tells tombstones apart without their rows.
# `contents` and `pieces` hold attachments (sync.embedded.attachments); the number of a content is never
# given again, for a reader may still be at its pieces.
_DATABASE_TABLES: Final = """
CREATE TABLE IF NOT EXISTS state (
    update_seq    INTEGER NOT NULL,
    doc_count     INTEGER NOT NULL,
    doc_del_count INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS documents (
    sequence INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    deleted  INTEGER NOT NULL,
    tree     NOT NULL,
    content  BLOB
);
CREATE UNIQUE INDEX IF NOT EXISTS documents_by_id ON documents (id, deleted);
CREATE TABLE IF NOT EXISTS blocks (
    block     INTEGER PRIMARY KEY,
    documents INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS bodies (
    id      INTEGER PRIMARY KEY,
    content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS contents (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256    BLOB NOT NULL UNIQUE,
    revisions INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS pieces (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS locals (
    id       TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    content  BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS purges (
    sequence  INTEGER PRIMARY KEY,
    id        TEXT NOT NULL,
    revisions TEXT NOT NULL
);
INSERT INTO state SELECT 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM state);
"""
DATABASE_SCHEMA: Final = f"{_DATABASE_TABLES}PRAGMA user_version = {DATABASE_VERSION};"


# What only a file without tables takes to. Compaction gives free pages back a few at a time.
_NEW_FILE: Final = f"PRAGMA page_size = {PAGE_SIZE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL;"


def is_unwritten(path: Path) -> bool:
    """Whether a file is what `create_database` writes, whole or as far as a power cut let it come."""
    log_path = path.with_name(f"{path.name}-wal")
    if log_path.exists() and log_path.stat().st_size:
        return False
    image = _empty_database()
    if path.stat().st_size > len(image):
        return False
    return all(found in (0, written) for found, written in zip(path.read_bytes(), image, strict=False))


def create_database(path: Path) -> None:
    """Write the file of an empty database, where there is none; it outlives a power cut once its name does.

    An empty database is the same bytes each time: writing them costs one wait for the disk, where making
    its tables one by one costs twenty.
    """
    with path.open("xb") as file:
        file.write(_empty_database())
        file.flush()
        os.fsync(file.fileno())


@cache
def _empty_database() -> bytes:
    connection = apsw.Connection(":memory:")
    connection.execute(_NEW_FILE + DATABASE_SCHEMA)
    image = bytearray(connection.serialize("main"))
    connection.close()
    # A database in memory has no write-ahead log; 2 and 2 say that its file has one (SQLite, "Database File
    # Format", 1.3.3: https://www.sqlite.org/fileformat2.html).
    image[18:20] = bytes([2, 2])
    return bytes(image)


def open_for_writing(
    path: Path, schema: str = "", *, page_limit: int | None = None, vfs: str | None = None
) -> apsw.Connection:
    """Open, or create, a file; make its tables; `page_limit` bounds its size, in pages.

    `synchronous=FULL` makes a commit outlive a power cut, which is what an acknowledgement promises.
    Transactions are begun and committed by the caller. `vfs` names what SQLite reaches the disk through.
    """
    connection = apsw.Connection(str(path), vfs=vfs)
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.execute(_NEW_FILE)
        # Closing must not wait for a checkpoint: the log is read again at the next opening.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES_KEPT}")
        connection.execute(schema)
        if page_limit is not None:
            connection.execute(f"PRAGMA max_page_count = {page_limit}")
    except apsw.Error:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path, *, vfs: str | None = None) -> apsw.Connection:
    """Open an existing file for queries only."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.execute("PRAGMA query_only = ON")
    except apsw.Error:
        connection.close()
        raise
    return connection


def close(connection: apsw.Connection) -> None:
    """Close a connection, whatever the disk says: what was committed is safe, its log is read again."""
    try:
        connection.close()
    except apsw.Error:
        log.exception("a file of the store could not be closed well")


def remove_files(path: Path) -> None:
    """Remove a database's file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
