"""Bringing a database's file written by an earlier version to today's form, in one transaction.

Documents keep their sequences and the database its identity, so that a tablet's checkpoint goes on where
it was. A power cut in the middle leaves the file as it was; the next opening starts again.

| `user_version` | form |
|---|---|
| 0 | every content in `bodies`, trees as `[[revision, [parents], deleted, body], …]` |
| 1 | the winner's content in the row, trees as `sync.embedded.packing` says, rows counted by blocks |
"""

from collections.abc import Iterable
from typing import cast

import apsw
import orjson

from sync.embedded.documents import BLOCK_BITS, store_row
from sync.embedded.schema import DATABASE_SCHEMA, DATABASE_VERSION
from sync.errors import StorageFailed
from sync.revision import Revision
from sync.revtree import Node, RevisionTree


def upgrade(connection: apsw.Connection) -> None:
    """Upgrade an open database in place. Raises StorageFailed when a later version wrote it."""
    version: int = connection.execute("PRAGMA user_version").get
    if version == DATABASE_VERSION:
        return
    if version > DATABASE_VERSION:
        raise StorageFailed("A later version of this program wrote this database: run that version.")
    connection.execute("BEGIN IMMEDIATE")
    try:
        _from_version_0(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def upgrade_node(connection: apsw.Connection) -> None:
    """Give the node's file, of before `NODE_VERSION` 2, the column that names files by themselves."""
    if "file" not in {column[1] for column in connection.execute("PRAGMA table_info(databases)")}:
        connection.execute("ALTER TABLE databases ADD COLUMN file TEXT")


def _from_version_0(connection: apsw.Connection) -> None:
    connection.execute("ALTER TABLE documents RENAME TO former_documents")
    connection.execute(DATABASE_SCHEMA)
    former = connection.execute("SELECT sequence, id, tree FROM former_documents ORDER BY sequence")
    for sequence, identifier, tree in cast("Iterable[tuple[int, str, bytes]]", former):
        store_row(connection, sequence, (identifier, _tree_of_version_0(tree)))
    connection.execute("DROP TABLE former_documents")
    connection.execute(
        "INSERT INTO blocks SELECT sequence >> ?, count(*) FROM documents GROUP BY 1", (BLOCK_BITS,)
    )


def _tree_of_version_0(stored: bytes) -> RevisionTree:
    return RevisionTree(
        {
            Revision.parse(revision): Node(frozenset(map(Revision.parse, parents)), deleted, body)
            for revision, parents, deleted, body in orjson.loads(stored)
        }
    )
