"""Compaction: contents of revisions that are no leaves go, and their room is given back.

It works in slices, each a short transaction among the others' writes: candidates are found by a reader,
what is done to them is decided anew by the writer. A cut in the middle leaves a database as valid as
before; the next compaction goes on.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, cast

import apsw

from sync.embedded.documents import State, find_row, remove_bodies
from sync.embedded.packing import pack
from sync.revtree import RevisionTree

# Sequences looked at, and free pages given back, in one slice.
SEQUENCES: Final = 5000
DOCUMENTS: Final = 200
PAGES: Final = 500


class Candidates(NamedTuple):
    """Documents that may hold contents of inner revisions; `next_sequence` None: nothing comes after."""

    identifiers: Sequence[str]
    next_sequence: int | None


def candidates(connection: apsw.Connection, sequence: int) -> Candidates:
    """Return documents of more than one revision, from `sequence` on."""
    last = State.read(connection).update_seq
    listed = connection.execute(
        "SELECT sequence, id FROM documents WHERE sequence BETWEEN ? AND ? AND typeof(tree) = 'blob' "
        "ORDER BY sequence LIMIT ?",
        (sequence, sequence + SEQUENCES - 1, DOCUMENTS),
    )
    found = list(cast("Sequence[tuple[int, str]]", listed))
    after = found[-1][0] + 1 if len(found) == DOCUMENTS else sequence + SEQUENCES
    return Candidates([identifier for _, identifier in found], after if after <= last else None)


def compact(connection: apsw.Connection, identifiers: Sequence[str]) -> None:
    """Remove the contents of these documents' inner revisions. No sequence moves: nothing changed."""
    for identifier in identifiers:
        row = find_row(connection, identifier)
        if row is None:
            continue
        tree = row.tree
        leaves = {leaf.revision for leaf in tree.leaves()}
        inner = {
            revision: node._replace(body=None)
            for revision, node in tree.nodes.items()
            if revision not in leaves and node.body is not None
        }
        if not inner:
            continue
        slim = RevisionTree({**tree.nodes, **inner})
        remove_bodies(connection, tree.bodies() - slim.bodies())
        connection.execute("UPDATE documents SET tree = ? WHERE sequence = ?", (pack(slim), row.sequence))


def shrink(connection: apsw.Connection) -> bool:
    """Give free pages back to the file system; tell whether some remain.

    A file that an earlier version made keeps its size and uses them again.
    """
    if not connection.execute("PRAGMA auto_vacuum").get:
        return False
    # Each page is given back by a step of the statement: it must be read to its end.
    list(connection.execute(f"PRAGMA incremental_vacuum({PAGES})"))
    remaining: int = connection.execute("PRAGMA freelist_count").get
    return remaining > 0
