"""Rows of one database: revision trees, contents, and the figures that move with them.

A row holds its document's tree in one of two forms. Nearly every document has one revision and no known
ancestor: its tree is that revision's text. Any other tree is a list of nodes (`sync.embedded.packing`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

import apsw

from sync.document import Document
from sync.embedded.attachments import release, split
from sync.embedded.packing import INLINE, pack, unpack
from sync.revision import Revision
from sync.revtree import Leaf, Node, RevisionTree

# Keys of a write's own contents while their places are not chosen yet, from here downward: never stored.
NEW: Final = -1
# 512 rows at most are counted one by one; a million documents make two thousand blocks.
BLOCK_BITS: Final = 9


@dataclass
class DocumentRow:
    """A document as stored. `content` is its winner's, when it was asked for."""

    sequence: int
    identifier: str
    deleted: bool
    stored: str | bytes
    content: bytes | None = None

    @cached_property
    def tree(self) -> RevisionTree:
        """The document's revision tree."""
        return unpack(self.stored, deleted=self.deleted)

    @property
    def leaves(self) -> list[Leaf]:
        """The tree's leaves, the winner first."""
        if isinstance(self.stored, str):
            return [Leaf(Revision.parse(self.stored), self.deleted, INLINE)]
        return self.tree.leaves()


class NewDocument(NamedTuple):
    """A document that is not here yet, of one revision without ancestors."""

    identifier: str
    revision: Revision
    deleted: bool
    content: bytes


@dataclass(slots=True)
class State:
    """A database's counters, read and written with each transaction."""

    update_seq: int
    doc_count: int
    doc_del_count: int
    blocks: Counter[int] = field(default_factory=Counter)

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
        connection.executemany(
            "INSERT INTO blocks (block, documents) VALUES (?, ?) "
            "ON CONFLICT (block) DO UPDATE SET documents = documents + excluded.documents",
            self.blocks.items(),
        )

    def added(self, *, deleted: bool) -> int:
        """Count a row more, at the next sequence, which is returned."""
        self.update_seq += 1
        self._count(self.update_seq, deleted=deleted, by=1)
        return self.update_seq

    def removed(self, row: DocumentRow) -> None:
        """Count a row less."""
        self._count(row.sequence, deleted=row.deleted, by=-1)

    def _count(self, sequence: int, *, deleted: bool, by: int) -> None:
        self.blocks[sequence >> BLOCK_BITS] += by
        if deleted:
            self.doc_del_count += by
        else:
            self.doc_count += by


def count_after(connection: apsw.Connection, sequence: int) -> int:
    """Return how many documents changed last after `sequence`."""
    block = sequence >> BLOCK_BITS
    counted: int = connection.execute(
        "SELECT (SELECT count(*) FROM documents WHERE sequence > ? AND sequence < ?)"
        " + (SELECT ifnull(sum(documents), 0) FROM blocks WHERE block > ?)",
        (sequence, (block + 1) << BLOCK_BITS, block),
    ).get
    return counted


def read_row(found: tuple[Any, ...]) -> DocumentRow:
    """Read a row of `sequence, id, deleted, tree` and, if asked for, `content`."""
    sequence, identifier, deleted, stored, *content = found
    return DocumentRow(sequence, identifier, deleted == 1, stored, *content)


def find_row(connection: apsw.Connection, identifier: str) -> DocumentRow | None:
    """Return a document's row with its content, or None."""
    found = connection.execute(
        "SELECT sequence, id, deleted, tree, content FROM documents WHERE id = ?", (identifier,)
    ).fetchone()
    return None if found is None else read_row(found)


def find_rows(
    connection: apsw.Connection, identifiers: Iterable[str], *, contents: bool = False
) -> dict[str, DocumentRow]:
    """Return those of the documents that are here, by id, in one query."""
    every = tuple(identifiers)
    # What is handed over as an array ends at its first NUL, in C.
    asked = tuple(identifier for identifier in every if "\0" not in identifier)
    apart = [find_row(connection, identifier) for identifier in every if "\0" in identifier]
    rows = {row.identifier: row for row in apart if row is not None}
    if not asked:
        return rows
    columns = "sequence, id, deleted, tree" + (", content" if contents else "")
    listed = connection.execute(
        f"SELECT {columns} FROM carray(?) AS asked CROSS JOIN documents ON id = asked.value",  # noqa: S608 - our own text
        (apsw.carray(asked),),
    )
    return rows | {found[1]: read_row(found) for found in listed}


def insert_new(connection: apsw.Connection, state: State, documents: Sequence[NewDocument]) -> None:
    """Store documents that are not here yet, in their order: one row each, and nothing else."""
    connection.executemany(
        "INSERT INTO documents (sequence, id, deleted, tree, content) VALUES (?, ?, ?, ?, ?)",
        (
            (state.added(deleted=new.deleted), new.identifier, new.deleted, str(new.revision), new.content)
            for new in documents
        ),
    )


def replace_row(
    connection: apsw.Connection,
    state: State,
    previous: DocumentRow | None,
    row: tuple[str, RevisionTree],
    contents: Mapping[int, bytes] = MappingProxyType({}),
) -> None:
    """Store a document's tree at the next sequence and keep the counters true.

    `contents` gives those of the nodes whose bodies are `NEW` or below. The winner's content goes into
    the row, every other one to `bodies`; contents that the former tree named and this one does not are
    removed.
    """
    at_hand: dict[int, bytes | None] = dict(contents)
    if previous is not None:
        at_hand[INLINE] = remove_row(connection, state, previous)
        gone = previous.tree.bodies() - row[1].bodies()
        remove_bodies(connection, gone)
        if INLINE in gone:
            release(connection, at_hand[INLINE])
    store_row(connection, state.added(deleted=row[1].winner().deleted), row, at_hand)


def store_row(
    connection: apsw.Connection,
    sequence: int,
    row: tuple[str, RevisionTree],
    at_hand: Mapping[int, bytes | None] = MappingProxyType({}),
) -> None:
    """Store a document's tree at a free sequence, the winner's content in the row, others in `bodies`.

    `at_hand` gives the contents that lie nowhere yet, under `INLINE`, `NEW` and below.
    """
    identifier, tree = row
    winner = tree.winner()
    inline: bytes | None = None
    nodes = dict(tree.nodes)
    for revision, node in tree.nodes.items():
        if revision == winner.revision:
            inline = _taken(connection, node, at_hand)
            nodes[revision] = node._replace(body=None if inline is None else INLINE)
        elif node.body is not None and node.body <= INLINE:
            kept = at_hand.get(node.body)
            nodes[revision] = node._replace(body=None if kept is None else insert_body(connection, kept))
    connection.execute(
        "INSERT INTO documents (sequence, id, deleted, tree, content) VALUES (?, ?, ?, ?, ?)",
        (sequence, identifier, winner.deleted, pack(RevisionTree(nodes)), inline),
    )


def remove_row(connection: apsw.Connection, state: State, row: DocumentRow) -> bytes | None:
    """Remove a document's row, and count it no more; return its content. Those in `bodies` stay."""
    state.removed(row)
    content: bytes | None = connection.execute(
        "DELETE FROM documents WHERE sequence = ? RETURNING content", (row.sequence,)
    ).get
    return content


def insert_body(connection: apsw.Connection, content: bytes) -> int:
    """Store a content and return its key."""
    connection.execute("INSERT INTO bodies (content) VALUES (?)", (content,))
    return connection.last_insert_rowid()


def remove_bodies(connection: apsw.Connection, keys: set[int]) -> None:
    """Remove contents that no tree names any more, and attachments that nothing else names."""
    for key in keys - {INLINE}:
        release(connection, _take_body(connection, key))


def read_content(connection: apsw.Connection, row: DocumentRow, key: int | None) -> bytes | None:
    """Return the content of one of a document's revisions, None when it is not here.

    The row must have been read with its content.
    """
    if key is None:
        return None
    return row.content if key == INLINE else read_body(connection, key)


def read_body(connection: apsw.Connection, key: int) -> bytes:
    """Return a stored content."""
    content: bytes = connection.execute("SELECT content FROM bodies WHERE id = ?", (key,)).get
    return content


def read_document(connection: apsw.Connection, row: DocumentRow, leaf: Leaf) -> Document | None:
    """Return one revision of a document with its surroundings; None when its content is not here.

    The row must have been read with its content.
    """
    content = read_content(connection, row, leaf.body)
    if content is None:
        return None
    body, attachments = split(content)
    if isinstance(row.stored, str):
        return Document(
            row.identifier,
            leaf.revision,
            body,
            leaf.deleted,
            (leaf.revision,),
            attachments=attachments,
        )
    tree = row.tree
    return Document(
        identifier=row.identifier,
        revision=leaf.revision,
        content=body,
        deleted=leaf.deleted,
        ancestry=tree.ancestry(leaf.revision),
        conflicts=tree.conflicts(),
        deleted_conflicts=tree.deleted_conflicts(),
        attachments=attachments,
    )


def _taken(connection: apsw.Connection, node: Node, at_hand: Mapping[int, bytes | None]) -> bytes | None:
    """Return the content of a node that becomes the row's own, taking it out of `bodies`."""
    if node.body is None or node.body <= INLINE:
        return None if node.body is None else at_hand.get(node.body)
    return _take_body(connection, node.body)


def _take_body(connection: apsw.Connection, key: int) -> bytes:
    content: bytes = connection.execute("DELETE FROM bodies WHERE id = ? RETURNING content", (key,)).get
    return content
