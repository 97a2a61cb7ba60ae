"""Writing documents inside a transaction: CouchDB's rules for edits and for replicated revisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import apsw
import orjson

from sync.document import IncomingDocument, WriteResult
from sync.embedded.attachments import (
    Location,
    Prepared,
    Resolved,
    Stub,
    digests,
    keep,
    located,
    prepare_attachments,
    resolved,
)
from sync.embedded.documents import (
    NEW,
    DocumentRow,
    NewDocument,
    State,
    find_row,
    find_rows,
    insert_new,
    read_content,
    replace_row,
)
from sync.embedded.settings import Setting, read_setting
from sync.errors import Conflict, Forbidden, InvalidDocument
from sync.revision import Revision, next_revision
from sync.revtree import RevisionTree
from sync.write_rules import Refusal, WriteRule


class PreparedDocument(NamedTuple):
    """A document ready to be written: judged and serialised before the transaction begins."""

    document: IncomingDocument
    body: bytes
    refusal: Refusal | None
    attachments: tuple[Prepared, ...] = ()


class _Edit(NamedTuple):
    """A revision on its way in, then its ancestors, newest first.

    `attachments` None: only the revision's name is to be kept. `is_new`: this node made the revision.
    """

    prepared: PreparedDocument
    path: tuple[Revision, ...]
    attachments: tuple[Resolved, ...] | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents of one call, written together."""

    documents: Sequence[PreparedDocument]
    new_edits: bool


def prepare(documents: Iterable[IncomingDocument], *, new_edits: bool, rule: WriteRule | None) -> Batch:
    """Apply the rule, serialise bodies, digest and compress attachments, outside the writer's thread.

    Raises InvalidDocument for a replicated document without its revision, and what
    `prepare_attachments` raises.
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

    @cached_property
    def _revs_limit(self) -> int:
        return read_setting(self._connection, Setting.REVS_LIMIT)

    def write(self, prepared: PreparedDocument, *, new_edits: bool) -> WriteResult:
        """Write one document, or say why not."""
        document = prepared.document
        row = self._row(document.identifier)
        try:
            edit = self._edit(row, prepared) if new_edits else self._replicated(row, prepared)
        except Conflict as conflict:
            return WriteResult(document.identifier, None, conflict.error, conflict.reason)
        if row is None and len(edit.path) == 1:
            self._new[document.identifier] = NewDocument(
                document.identifier, edit.path[0], document.deleted, self._content(edit)
            )
        else:
            self.flush()
            self._grow(row, edit)
        return WriteResult(document.identifier, edit.path[0])

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

    def _grow(self, row: DocumentRow | None, edit: _Edit) -> None:
        """Merge a revision and its history into a document's tree; leave no trace when nothing is news.

        A revision whose content is already here may still bring ancestors, which can make an inner
        revision of one of our leaves.
        """
        document = edit.prepared.document
        former = None if row is None else row.tree
        known = None if former is None else former.nodes.get(edit.path[0])
        body = None if known is None else known.body
        if body is None and edit.attachments is not None:
            body = NEW
        tree = RevisionTree.of_path(edit.path, deleted=document.deleted, body=body)
        if former is not None:
            tree = former.merged(tree)
        tree = tree.stemmed(self._revs_limit)
        if tree != former:
            content = self._content(edit) if NEW in tree.bodies() else None
            replace_row(self._connection, self._state, row, (document.identifier, tree), content)
            self._reread(document.identifier)

    def _content(self, edit: _Edit) -> bytes:
        generation = edit.path[0].generation if edit.is_new else None
        return keep(self._connection, edit.attachments or (), edit.prepared.body, generation=generation)

    def _edit(self, row: DocumentRow | None, prepared: PreparedDocument) -> _Edit:
        """Return an edit: the revision made, then the one replaced. Raises Conflict, MissingStub."""
        document = prepared.document
        parent = _parent(row, document)
        # An edit that names no revision continues a tombstone, of which it keeps nothing.
        named = self._attachments(row, _named(document)) if _has_stubs(prepared) else {}
        attachments = resolved(document.identifier, prepared.attachments, named)
        made = next_revision(
            parent, document.body, deleted=document.deleted, attachments=digests(attachments)
        )
        if row is not None and made in row.tree.nodes:
            raise Conflict
        path = (made,) if parent is None else (made, parent)
        return _Edit(prepared, path, attachments, is_new=True)

    def _replicated(self, row: DocumentRow | None, prepared: PreparedDocument) -> _Edit:
        """Return a revision as given. A stub stands for an attachment of its nearest ancestor here.

        Raises MissingStub, unless the revision is known, or is no leaf: then only its name is news.
        """
        document = prepared.document
        path = document.revisions
        if not _has_stubs(prepared):
            attachments = resolved(document.identifier, prepared.attachments, {})
            return _Edit(prepared, path, attachments, is_new=False)
        tree = RevisionTree.of_path(path, deleted=document.deleted, body=None)
        if row is not None:
            tree = row.tree.merged(tree)
        is_leaf = any(leaf.revision == path[0] for leaf in tree.leaves())
        if tree.nodes[path[0]].body is not None or not is_leaf:
            return _Edit(prepared, path, None, is_new=False)
        here = (revision for revision in tree.ancestry(path[0]) if tree.nodes[revision].body is not None)
        named = self._attachments(row, next(here, None))
        attachments = resolved(document.identifier, prepared.attachments, named)
        return _Edit(prepared, path, attachments, is_new=False)

    def _attachments(self, row: DocumentRow | None, revision: Revision | None) -> Mapping[str, Location]:
        if row is None or revision is None:
            return {}
        whole = find_row(self._connection, row.identifier)
        if whole is None:
            return {}
        return located(read_content(self._connection, whole, whole.tree.nodes[revision].body))

    def _reread(self, identifier: str) -> None:
        row = find_row(self._connection, identifier)
        if row is not None:
            self._known[identifier] = row


def _prepared(document: IncomingDocument, new_edits: bool, rule: WriteRule | None) -> PreparedDocument:  # noqa: FBT001 - private
    refusal = None if rule is None else rule(document, new_edits=new_edits)
    if refusal is not None:
        return PreparedDocument(document, b"", refusal)
    if not new_edits and not document.revisions:
        raise InvalidDocument("A document written with new_edits false needs its _rev or _revisions")
    try:
        content = orjson.dumps(document.body)
    except TypeError as error:
        raise InvalidDocument(f"Document is not JSON: {error}") from error
    return PreparedDocument(document, content, None, prepare_attachments(document.attachments))


def _parent(row: DocumentRow | None, document: IncomingDocument) -> Revision | None:
    """Return the revision that an edit replaces, None for a first one. Raises Conflict.

    | the document | edit names no revision | edit names a leaf | edit names anything else |
    |---|---|---|---|
    | is not here | first generation | - | conflict |
    | is deleted | continues the winner | continues the leaf | conflict |
    | is alive | conflict | continues the leaf | conflict |
    """
    named = _named(document)
    if row is None:
        if named is not None:
            raise Conflict
    elif named is None:
        winner = row.tree.winner()
        if not winner.deleted:
            raise Conflict
        return winner.revision
    elif named not in {leaf.revision for leaf in row.tree.leaves()}:
        raise Conflict
    return named


def _has_stubs(prepared: PreparedDocument) -> bool:
    return any(isinstance(attachment, Stub) for attachment in prepared.attachments)


def _named(document: IncomingDocument) -> Revision | None:
    return document.revisions[0] if document.revisions else None
