"""Purging: leaves of a document taken away as if they had never been (CouchDB docs, `/{db}/_purge`).

Nothing of it replicates: another node that holds them may bring them back.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import apsw
import orjson

from sync.embedded.attachments import release
from sync.embedded.documents import DocumentRow, State, find_row, remove_bodies, remove_row, replace_row
from sync.embedded.settings import Setting, read_setting, write_setting
from sync.revision import Revision


def purge(
    connection: apsw.Connection, state: State, asked: Mapping[str, Sequence[Revision]]
) -> dict[str, list[str]]:
    """Purge the leaves named; return, for each document, which were. Others are left out without a word."""
    return {identifier: _purged(connection, state, identifier, named) for identifier, named in asked.items()}


def purged_infos(connection: apsw.Connection) -> list[tuple[str, list[str]]]:
    """Return what was purged lately, the oldest first."""
    rows = connection.execute("SELECT id, revisions FROM purges WHERE sequence > 0 ORDER BY sequence")
    return [
        (identifier, orjson.loads(revisions)) for identifier, revisions in cast("list[tuple[str, str]]", rows)
    ]


def _purged(
    connection: apsw.Connection, state: State, identifier: str, named: Sequence[Revision]
) -> list[str]:
    row = find_row(connection, identifier)
    if row is None:
        return []
    leaves = {leaf.revision for leaf in row.leaves}
    gone = sorted(leaves & set(named))
    if not gone:
        return []
    rest = row.tree.without_leaves(gone)
    if rest is None:
        _forget(connection, state, row)
    else:
        replace_row(connection, state, row, (identifier, rest))
    texts = [str(revision) for revision in gone]
    _note(connection, identifier, texts)
    return texts


def _forget(connection: apsw.Connection, state: State, row: DocumentRow) -> None:
    """Remove a document; the sequence that its last change had is not given again."""
    remove_bodies(connection, row.tree.bodies())
    release(connection, remove_row(connection, state, row))
    state.update_seq += 1


def _note(connection: apsw.Connection, identifier: str, revisions: list[str]) -> None:
    sequence = read_setting(connection, Setting.PURGE_SEQ) + 1
    write_setting(connection, Setting.PURGE_SEQ, sequence)
    connection.execute(
        "INSERT INTO purges (sequence, id, revisions) VALUES (?, ?, ?)",
        (sequence, identifier, orjson.dumps(revisions).decode()),
    )
    limit = read_setting(connection, Setting.PURGED_INFOS_LIMIT)
    connection.execute("DELETE FROM purges WHERE sequence <= ?", (sequence - limit,))
