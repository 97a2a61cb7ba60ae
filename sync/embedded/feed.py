"""The changes feed of one database, read by sequence."""

from typing import Final

import apsw

from sync.changes import Change, ChangesPage, ChangesQuery, Style
from sync.embedded.documents import DocumentRow, State, count_after, find_rows, read_document, read_row
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
    end = current + 1
    if query.before is not None:
        end = UpdateSequence.resume(query.before, identity=identity, current=current).number
    if query.doc_ids is None:
        rows, pending = _scan(connection, query, since, end)
    else:
        rows, pending = _named(connection, query, since)
    # Everything up to `current` was looked at when nothing remains, even what a filter left out.
    last = rows[-1].sequence if rows and (pending or query.descending) else end - 1
    return ChangesPage(
        results=tuple(_change(connection, row, query, identity) for row in rows),
        last_seq=str(UpdateSequence(last, identity)),
        pending=pending,
    )


def _scan(
    connection: apsw.Connection, query: ChangesQuery, since: int, end: int
) -> tuple[list[DocumentRow], int]:
    order = "DESC" if query.descending else "ASC"
    columns = "sequence, id, deleted, tree" + (", content" if query.include_docs else "")
    listed = connection.execute(
        f"SELECT {columns} FROM documents WHERE sequence > ? AND sequence < ? "  # noqa: S608 - our own text
        f"ORDER BY sequence {order} LIMIT ?",
        (since, end, -1 if query.limit is None else query.limit),
    )
    rows = [read_row(found) for found in listed]
    if query.limit is None or len(rows) < query.limit or not rows:
        return rows, 0
    last = rows[-1].sequence
    if query.descending:
        return rows, count_after(connection, since) - count_after(connection, last - 1)
    return rows, count_after(connection, last)


def _named(connection: apsw.Connection, query: ChangesQuery, since: int) -> tuple[list[DocumentRow], int]:
    found = find_rows(connection, set(query.doc_ids or ()), contents=query.include_docs)
    rows = sorted(
        (row for row in found.values() if row.sequence > since),
        key=lambda row: row.sequence,
        reverse=query.descending,
    )
    listed = rows[: query.limit]
    return listed, len(rows) - len(listed)


def _change(connection: apsw.Connection, row: DocumentRow, query: ChangesQuery, identity: str) -> Change:
    leaves = row.leaves
    listed = leaves if query.style is Style.ALL_DOCS else leaves[:1]
    return Change(
        sequence=str(UpdateSequence(row.sequence, identity)),
        identifier=row.identifier,
        leaves=tuple(leaf.revision for leaf in listed),
        deleted=leaves[0].deleted,
        document=read_document(connection, row, leaves[0]) if query.include_docs else None,
    )
