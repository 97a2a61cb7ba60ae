"""The changes feed of one database, read by sequence."""

from collections.abc import Collection
from typing import Final

import apsw

from sync.changes import Change, ChangesPage, ChangesQuery, Style
from sync.embedded.documents import DocumentRow, State, find_row, read_document, unpack
from sync.sequence import Sequence as UpdateSequence

NOW: Final = "now"


def changes(connection: apsw.Connection, query: ChangesQuery, identity: str) -> ChangesPage:
    """List changes after `query.since`, oldest first unless asked otherwise. Raises InvalidSequence.

    The caller's transaction makes the rows, `last_seq` and `pending` those of one instant.
    """
    current = State.read(connection).update_seq
    since = (
        current
        if query.since == NOW
        else UpdateSequence.resume(query.since, identity=identity, current=current).number
    )
    if query.doc_ids is None:
        rows, pending = _scan(connection, query, since)
    else:
        rows, pending = _named(connection, query, since)
    # Everything up to `current` was looked at when nothing remains, even what a filter left out.
    last = rows[-1].sequence if rows and (pending or query.descending) else current
    return ChangesPage(
        results=tuple(_change(connection, row, query, identity) for row in rows),
        last_seq=str(UpdateSequence(last, identity)),
        pending=pending,
    )


def _scan(connection: apsw.Connection, query: ChangesQuery, since: int) -> tuple[list[DocumentRow], int]:
    order = "DESC" if query.descending else "ASC"
    listed = connection.execute(
        "SELECT sequence, id, tree FROM documents WHERE sequence > ? "  # noqa: S608 - our own text
        f"ORDER BY sequence {order} LIMIT ?",
        (since, -1 if query.limit is None else query.limit),
    )
    rows = [DocumentRow(sequence, identifier, unpack(tree)) for sequence, identifier, tree in listed]
    if query.limit is None or len(rows) < query.limit or not rows:
        return rows, 0
    sign = "<" if query.descending else ">"
    remaining: int = connection.execute(
        f"SELECT count(*) FROM documents WHERE sequence {sign} ? AND sequence > ?",  # noqa: S608 - our own text
        (rows[-1].sequence, since),
    ).get
    return rows, remaining


def _named(connection: apsw.Connection, query: ChangesQuery, since: int) -> tuple[list[DocumentRow], int]:
    wanted: Collection[str] = set(query.doc_ids or ())
    found = [row for identifier in wanted if (row := find_row(connection, identifier)) is not None]
    rows = sorted(
        (row for row in found if row.sequence > since),
        key=lambda row: row.sequence,
        reverse=query.descending,
    )
    listed = rows[: query.limit]
    return listed, len(rows) - len(listed)


def _change(connection: apsw.Connection, row: DocumentRow, query: ChangesQuery, identity: str) -> Change:
    leaves = row.tree.leaves()
    listed = leaves if query.style is Style.ALL_DOCS else leaves[:1]
    return Change(
        sequence=str(UpdateSequence(row.sequence, identity)),
        identifier=row.identifier,
        leaves=tuple(leaf.revision for leaf in listed),
        deleted=leaves[0].deleted,
        document=read_document(connection, row, leaves[0]) if query.include_docs else None,
    )
