"""Writing documents inside a transaction: CouchDB's rules for edits and for replicated revisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import apsw
import orjson

from sync.document import IncomingDocument, WriteResult
from sync.embedded.documents import (
    NEW,
    DocumentRow,
    NewDocument,
    State,
    find_row,
    find_rows,
    insert_new,
    replace_row,
)
from sync.errors import Conflict, Forbidden, InvalidDocument, Unsupported
from sync.revision import Revision, next_revision
from sync.revtree import RevisionTree
from sync.write_rules import Refusal, WriteRule

REVS_LIMIT = 1000


class PreparedDocument(NamedTuple):
    """A document ready to be written: judged and serialised before the transaction begins."""

    document: IncomingDocument
    content: bytes
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents of one call, written together."""

    documents: Sequence[PreparedDocument]
    new_edits: bool


def prepare(documents: Iterable[IncomingDocument], *, new_edits: bool, rule: WriteRule | None) -> Batch:
    """Apply the rule and serialise bodies, outside the writer's thread.

    Raises Unsupported for attachments that no rule refused, InvalidDocument for a replicated document
    without its revision.
    """
    return Batch([_prepared(document, new_edits, rule) for document in documents], new_edits)


def apply_batch(connection: apsw.Connection, state: State, batch: Batch) -> list[WriteResult]:
    """Write a batch in the open transaction; return what became of each document."""
    admitted = (one.document.identifier for one in batch.documents if one.refusal is None)
    application = _Application(connection, state, find_rows(connection, admitted))
    results = [
        WriteResult(one.document.identifier, _named(one.document), Forbidden.error, str(one.refusal))
        if one.refusal is not None
        else application.write(one, new_edits=batch.new_edits)
        for one in batch.documents
    ]
    application.flush()
    return results


class _Application:
    """Documents of one batch on their way into the database.

    `known` holds the rows there were before the batch. New documents of one revision, which nearly all
    are, wait to be inserted together; they are inserted before any other document is written, so that
    sequences follow the order of the batch.
    """

    def __init__(self, connection: apsw.Connection, state: State, known: dict[str, DocumentRow]) -> None:
        self._connection = connection
        self._state = state
        self._known = known
        self._new: dict[str, NewDocument] = {}

    def write(self, prepared: PreparedDocument, *, new_edits: bool) -> WriteResult:
        """Write one document, or say why not."""
        document = prepared.document
        row = self._row(document.identifier)
        try:
            path = _edit(row, document) if new_edits else document.revisions
        except Conflict as conflict:
            return WriteResult(document.identifier, None, conflict.error, conflict.reason)
        if row is None and len(path) == 1:
            self._new[document.identifier] = NewDocument(
                document.identifier, path[0], document.deleted, prepared.content
            )
        else:
            self.flush()
            self._grow(row, prepared, path)
        return WriteResult(document.identifier, path[0])

    def flush(self) -> None:
        """Insert the new documents that wait."""
        if self._new:
            insert_new(self._connection, self._state, list(self._new.values()))
            self._new.clear()

    def _row(self, identifier: str) -> DocumentRow | None:
        if identifier in self._new:
            self.flush()
            self._reread(identifier)
        return self._known.get(identifier)

    def _grow(self, row: DocumentRow | None, prepared: PreparedDocument, path: tuple[Revision, ...]) -> None:
        """Merge a revision and its history into a document's tree; leave no trace when nothing is news.

        A revision whose content is already here may still bring ancestors, which can make an inner
        revision of one of our leaves.
        """
        document = prepared.document
        former = None if row is None else row.tree
        known = None if former is None else former.nodes.get(path[0])
        body = NEW if known is None or known.body is None else known.body
        tree = RevisionTree.of_path(path, deleted=document.deleted, body=body)
        if former is not None:
            tree = former.merged(tree)
        tree = tree.stemmed(REVS_LIMIT)
        if tree != former:
            replace_row(self._connection, self._state, row, (document.identifier, tree), prepared.content)
            self._reread(document.identifier)

    def _reread(self, identifier: str) -> None:
        row = find_row(self._connection, identifier)
        if row is not None:
            self._known[identifier] = row


def _prepared(document: IncomingDocument, new_edits: bool, rule: WriteRule | None) -> PreparedDocument:  # noqa: FBT001 - private
    refusal = None if rule is None else rule(document, new_edits=new_edits)
    if refusal is not None:
        return PreparedDocument(document, b"", refusal)
    if document.attachments:
        raise Unsupported("Attachments are not served by this engine.")
    if not new_edits and not document.revisions:
        raise InvalidDocument("A document written with new_edits false needs its _rev or _revisions")
    try:
        content = orjson.dumps(document.body)
    except TypeError as error:
        raise InvalidDocument(f"Document is not JSON: {error}") from error
    return PreparedDocument(document, content, None)


def _edit(row: DocumentRow | None, document: IncomingDocument) -> tuple[Revision, ...]:
    """Return the path of an edit: the revision it makes, then the one it replaces. Raises Conflict.

    | the document | edit names no revision | edit names a leaf | edit names anything else |
    |---|---|---|---|
    | is not here | first generation | - | conflict |
    | is deleted | continues the winner | continues the leaf | conflict |
    | is alive | conflict | continues the leaf | conflict |
    """
    named = _named(document)
    parent = named
    if row is None:
        if named is not None:
            raise Conflict
    elif named is None:
        winner = row.tree.winner()
        if not winner.deleted:
            raise Conflict
        parent = winner.revision
    elif named not in {leaf.revision for leaf in row.tree.leaves()}:
        raise Conflict
    made = next_revision(parent, document.body, deleted=document.deleted)
    if row is not None and made in row.tree.nodes:
        raise Conflict
    return (made,) if parent is None else (made, parent)


def _named(document: IncomingDocument) -> Revision | None:
    return document.revisions[0] if document.revisions else None
