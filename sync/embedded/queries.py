"""Reading documents: by id, by revision, by sequence, by the primary index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import apsw

from sync.all_docs import AllDocsPage, AllDocsQuery, AllDocsRow
from sync.database import DatabaseInformation
from sync.document import Document, MissingRevision
from sync.embedded.attachments import Location, located
from sync.embedded.documents import (
    DocumentRow,
    State,
    find_row,
    find_rows,
    read_content,
    read_document,
    read_row,
)
from sync.embedded.settings import Setting, read_setting
from sync.errors import AttachmentNotFound, DocumentNotFound
from sync.revision import Revision
from sync.revs_diff import RevisionsDifference, difference
from sync.revtree import Leaf
from sync.sequence import Sequence as UpdateSequence


def information(connection: apsw.Connection, name: str, identity: str) -> DatabaseInformation:
    """Return a database's figures."""
    state = State.read(connection)
    page_size, page_count, free_pages = (
        connection.execute(f"PRAGMA {pragma}").get for pragma in ("page_size", "page_count", "freelist_count")
    )
    return DatabaseInformation(
        name=name,
        update_seq=str(UpdateSequence(state.update_seq, identity)),
        doc_count=state.doc_count,
        doc_del_count=state.doc_del_count,
        file_size=page_size * page_count,
        active_size=page_size * (page_count - free_pages),
        purge_seq=str(UpdateSequence(read_setting(connection, Setting.PURGE_SEQ), identity)),
    )


def get(connection: apsw.Connection, identifier: str, revision: str | None, *, latest: bool) -> Document:
    """Return the winner or the named revision; raises DocumentNotFound, InvalidRevision."""
    row, leaf = _leaf(connection, identifier, revision, latest=latest)
    found = read_document(connection, row, leaf)
    if found is None:
        raise DocumentNotFound
    return replace(found, sequence=row.sequence, statuses=row.tree.statuses(found.ancestry))


def attachment(
    connection: apsw.Connection, identifier: str, name: str, revision: str | None
) -> tuple[Location, Revision]:
    """Return where an attachment of the winner or the named revision is, and that revision.

    Raises DocumentNotFound, AttachmentNotFound, InvalidRevision.
    """
    row, leaf = _leaf(connection, identifier, revision, latest=False)
    content = read_content(connection, row, leaf.body)
    if content is None:
        raise DocumentNotFound
    found = located(content).get(name)
    if found is None:
        raise AttachmentNotFound
    return found, leaf.revision


def open_revisions(
    connection: apsw.Connection, identifier: str, revisions: Collection[str] | None, *, latest: bool
) -> list[Document | MissingRevision]:
    """Return every leaf (None), or the named revisions; raises DocumentNotFound for an unknown id."""
    row = find_row(connection, identifier)
    if revisions is not None:
        return _named(connection, (identifier, row), revisions, latest=latest)
    if row is None:
        raise DocumentNotFound
    return [_read(connection, row, leaf) for leaf in row.leaves]


def bulk_get(
    connection: apsw.Connection, wanted: Sequence[tuple[str, str | None]], *, latest: bool
) -> list[list[Document | MissingRevision]]:
    """Return, for each (id, revision or None for the winner), what was found."""
    rows = find_rows(connection, {identifier for identifier, _ in wanted}, contents=True)
    return [
        _named_or_winner(connection, (identifier, rows.get(identifier)), revision, latest=latest)
        for identifier, revision in wanted
    ]


def revs_diff(
    connection: apsw.Connection, offered: Mapping[str, Collection[str]]
) -> dict[str, RevisionsDifference]:
    """Return, for each document that lacks some of the revisions offered, which."""
    rows = find_rows(connection, offered)
    lacking: dict[str, RevisionsDifference] = {}
    for identifier, revisions in offered.items():
        row = rows.get(identifier)
        found = difference(None if row is None else row.tree, [Revision.parse(one) for one in revisions])
        if found.missing:
            lacking[identifier] = found
    return lacking


def all_docs(connection: apsw.Connection, query: AllDocsQuery, identity: str) -> AllDocsPage:
    """List the primary index, or the rows of the requested keys."""
    state = State.read(connection)
    rows: list[DocumentRow | str]
    if query.keys is not None:
        asked = query.keys[query.skip :][: query.limit]
        found = find_rows(connection, set(asked), contents=query.include_docs)
        rows = [found.get(key, key) for key in asked]
        offset = query.skip
    else:
        where, values = _key_range(query)
        order = "DESC" if query.descending else "ASC"
        columns = "sequence, id, deleted, tree" + (", content" if query.include_docs else "")
        listed = connection.execute(
            f"SELECT {columns} FROM documents WHERE {where} AND deleted = 0 "  # noqa: S608 - our own text
            f"ORDER BY id {order} LIMIT ? OFFSET ?",
            (*values, -1 if query.limit is None else query.limit, query.skip),
        )
        rows = [read_row(found) for found in listed]
        offset = query.skip + _rows_before(connection, query)
    return AllDocsPage(
        total_rows=state.doc_count,
        offset=offset,
        rows=tuple(_index_row(connection, row, include_docs=query.include_docs) for row in rows),
        update_seq=str(UpdateSequence(state.update_seq, identity)),
    )


def _index_row(connection: apsw.Connection, row: DocumentRow | str, *, include_docs: bool) -> AllDocsRow:
    if isinstance(row, str):
        return AllDocsRow(row, None)
    winner = row.leaves[0]
    document = read_document(connection, row, winner) if include_docs and not winner.deleted else None
    return AllDocsRow(row.identifier, winner.revision, winner.deleted, document)


def _key_range(query: AllDocsQuery) -> tuple[str, list[str]]:
    after, before = ("<=", ">") if query.descending else (">=", "<")
    # No id is empty: the bound says nothing, and lets the index be entered from either end.
    where, values = "id > ''", []
    if query.start_key is not None:
        where += f" AND id {after} ?"
        values.append(query.start_key)
    if query.end_key is not None:
        where += f" AND id {before}{'=' if query.inclusive_end else ''} ?"
        values.append(query.end_key)
    return where, values


def _rows_before(connection: apsw.Connection, query: AllDocsQuery) -> int:
    if query.start_key is None or not query.counted:
        return 0
    sign = ">" if query.descending else "<"
    counted: int = connection.execute(
        f"SELECT count(*) FROM documents WHERE id {sign} ? AND deleted = 0",  # noqa: S608 - our own text
        (query.start_key,),
    ).get
    return counted


def _leaf(
    connection: apsw.Connection, identifier: str, revision: str | None, *, latest: bool
) -> tuple[DocumentRow, Leaf]:
    row = find_row(connection, identifier)
    if row is None:
        raise DocumentNotFound
    if revision is None:
        winner = row.leaves[0]
        if winner.deleted:
            raise DocumentNotFound("deleted")
        return row, winner
    wanted = _named_leaves(row, Revision.parse(revision), latest=latest)
    if not wanted:
        raise DocumentNotFound
    return row, wanted[0]


def _named_leaves(row: DocumentRow, revision: Revision, *, latest: bool) -> list[Leaf]:
    node = row.tree.nodes.get(revision)
    if node is None:
        return []
    return row.tree.latest(revision) if latest else [Leaf(revision, node.deleted, node.body)]


def _read(connection: apsw.Connection, row: DocumentRow, leaf: Leaf) -> Document | MissingRevision:
    return read_document(connection, row, leaf) or MissingRevision(row.identifier, leaf.revision)


def _named(
    connection: apsw.Connection,
    document: tuple[str, DocumentRow | None],
    revisions: Collection[str],
    *,
    latest: bool,
) -> list[Document | MissingRevision]:
    identifier, row = document
    if row is None:
        return [MissingRevision(identifier, Revision.parse(revision)) for revision in revisions]
    found: dict[Revision, Document | MissingRevision] = {}
    for revision in map(Revision.parse, revisions):
        for leaf in _named_leaves(row, revision, latest=latest) or [Leaf(revision, deleted=False, body=None)]:
            found[leaf.revision] = _read(connection, row, leaf)
    return list(found.values())


def _named_or_winner(
    connection: apsw.Connection,
    document: tuple[str, DocumentRow | None],
    revision: str | None,
    *,
    latest: bool,
) -> list[Document | MissingRevision]:
    identifier, row = document
    if revision is not None:
        return _named(connection, document, [revision], latest=latest)
    return [MissingRevision(identifier, None) if row is None else _read(connection, row, row.leaves[0])]
