"""Rows of one database: revision trees, bodies, and the figures that move with them."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import apsw
import orjson

from sync.document import Document
from sync.revision import Revision
from sync.revtree import Leaf, Node, RevisionTree


class DocumentRow(NamedTuple):
    """A document as stored: its last sequence, its id and its tree."""

    sequence: int
    identifier: str
    tree: RevisionTree


@dataclass(slots=True)
class State:
    """A database's counters, read and written with each transaction."""

    update_seq: int
    doc_count: int
    doc_del_count: int

    @classmethod
    def read(cls, connection: apsw.Connection) -> Self:
        """Read the counters."""
        return cls(*connection.execute("SELECT update_seq, doc_count, doc_del_count FROM state").get)

    def write(self, connection: apsw.Connection) -> None:
        """Write the counters."""
        connection.execute(
            "UPDATE state SET update_seq = ?, doc_count = ?, doc_del_count = ?",
            (self.update_seq, self.doc_count, self.doc_del_count),
        )


def pack(tree: RevisionTree) -> bytes:
    """Write a tree as stored: `[[revision, [parents], deleted, body], …]`."""
    return orjson.dumps(
        [
            (str(revision), [str(parent) for parent in sorted(node.parents)], node.deleted, node.body)
            for revision, node in tree.nodes.items()
        ]
    )


def unpack(stored: bytes) -> RevisionTree:
    """Read a tree as stored."""
    return RevisionTree(
        {
            Revision.parse(revision): Node(frozenset(map(Revision.parse, parents)), deleted, body)
            for revision, parents, deleted, body in orjson.loads(stored)
        }
    )


def find_row(connection: apsw.Connection, identifier: str) -> DocumentRow | None:
    """Return a document's row, or None."""
    found = connection.execute("SELECT sequence, tree FROM documents WHERE id = ?", (identifier,)).fetchone()
    return None if found is None else DocumentRow(found[0], identifier, unpack(found[1]))


def replace_row(
    connection: apsw.Connection, state: State, previous: DocumentRow | None, row: tuple[str, RevisionTree]
) -> None:
    """Store a document's tree at the next sequence and keep the counters true."""
    identifier, tree = row
    deleted = tree.winner().deleted
    if previous is not None:
        connection.execute("DELETE FROM documents WHERE sequence = ?", (previous.sequence,))
        _count(state, deleted=previous.tree.winner().deleted, by=-1)
    state.update_seq += 1
    _count(state, deleted=deleted, by=1)
    connection.execute(
        "INSERT INTO documents (sequence, id, deleted, tree) VALUES (?, ?, ?, ?)",
        (state.update_seq, identifier, deleted, pack(tree)),
    )


def insert_body(connection: apsw.Connection, content: bytes) -> int:
    """Store a content and return its key."""
    connection.execute("INSERT INTO bodies (content) VALUES (?)", (content,))
    return connection.last_insert_rowid()


def remove_bodies(connection: apsw.Connection, keys: set[int]) -> None:
    """Remove contents that no tree names any more."""
    connection.executemany("DELETE FROM bodies WHERE id = ?", [(key,) for key in keys])


def read_body(connection: apsw.Connection, key: int) -> bytes:
    """Return a stored content."""
    content: bytes = connection.execute("SELECT content FROM bodies WHERE id = ?", (key,)).get
    return content


def read_document(connection: apsw.Connection, row: DocumentRow, leaf: Leaf) -> Document | None:
    """Return one revision of a document with its surroundings; None when its content is not here."""
    if leaf.body is None:
        return None
    return Document(
        identifier=row.identifier,
        revision=leaf.revision,
        content=read_body(connection, leaf.body),
        deleted=leaf.deleted,
        ancestry=row.tree.ancestry(leaf.revision),
        conflicts=tuple(row.tree.conflicts()),
        deleted_conflicts=tuple(row.tree.deleted_conflicts()),
    )


def _count(state: State, *, deleted: bool, by: int) -> None:
    if deleted:
        state.doc_del_count += by
    else:
        state.doc_count += by
