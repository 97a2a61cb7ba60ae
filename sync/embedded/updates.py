"""Writing documents inside a transaction: CouchDB's rules for edits and for replicated revisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from time import monotonic
from typing import Final, NamedTuple, TypeAlias

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
from sync.embedded.unfinished import Unfinished
from sync.errors import Conflict, Forbidden, InvalidDocument, TooManyRevisions
from sync.revision import Revision, next_revision
from sync.revtree import Graft, RevisionTree
from sync.write_rules import Refusal, WriteRule

# One transaction takes no more of a batch than this, so that every other caller's write finds its turn. Small
# batches stay whole.
SLICE_DOCUMENTS: Final = 1000
SLICE_BYTES: Final = 8 * 1024 * 1024
SLICE_REVISIONS: Final = 20_000
SLICE_S: Final = 0.05
# About what a revision takes in a stored tree.
STORED_REVISION_BYTES: Final = 48
# What one document's tree may hold: fifty conflicts that each bring a history of a thousand revisions.
MAXIMUM_REVISIONS: Final = 50_000

Written: TypeAlias = "list[WriteResult] | Unfinished[list[WriteResult]]"


class PreparedDocument(NamedTuple):
    """A document ready to be written: judged and serialised before the transaction begins."""

    document: IncomingDocument
    body: bytes
    refusal: Refusal | None
    attachments: tuple[Prepared, ...] = ()


class _Edit(NamedTuple):
    """A revision on its way in, then its ancestors, newest first; `place` is the document's in its batch.

    `attachments` None: only the revision's name is to be kept. `is_new`: this node made the revision.
    """

    place: int
    prepared: PreparedDocument
    path: tuple[Revision, ...]
    attachments: tuple[Resolved, ...] | None
    is_new: bool


class _Growth(NamedTuple):
    """What a slice of a batch brings to one document. `row` None: the document is not here yet."""

    row: DocumentRow | None
    edits: list[_Edit]

    @property
    def is_simple(self) -> bool:
        """Whether it is a new document of one revision without ancestors, as nearly all are."""
        return self.row is None and len(self.edits) == 1 and len(self.edits[0].path) == 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents of one call, written together, or in slices when they are many."""

    documents: Sequence[PreparedDocument]
    new_edits: bool


def prepare(documents: Iterable[IncomingDocument], *, new_edits: bool, rule: WriteRule | None) -> Batch:
    """Apply the rule, serialise bodies, digest and compress attachments, outside the writer's thread.

    Raises InvalidDocument for a replicated document without its revision, and what
    `prepare_attachments` raises.
    """
    return Batch([_prepared(document, new_edits, rule) for document in documents], new_edits)


def apply_batch(
    connection: apsw.Connection, state: State, batch: Batch, written: Sequence[WriteResult] = ()
) -> Written:
    """Write a batch in the open transaction; return what became of each document.

    `written` tells of those before. What is long is cut (SLICE_…): the rest is left for later transactions.
    """
    started, size = monotonic(), _Size()
    documents = batch.documents[len(written) :][:SLICE_DOCUMENTS]
    admitted = (one.document.identifier for one in documents if one.refusal is None)
    application = _Application(connection, state, find_rows(connection, admitted), size)
    for one in documents:
        application.write(one, new_edits=batch.new_edits)
        if size.is_reached or monotonic() - started > SLICE_S:
            break
    application.flush()
    results = [*written, *application.results]
    if len(results) == len(batch.documents):
        return results
    return Unfinished(partial(apply_batch, batch=batch, written=results))


@dataclass(slots=True)
class _Size:
    """What a slice is made of so far: bytes, and revisions of histories and of the trees they join."""

    bytes: int = 0
    revisions: int = 0

    @property
    def is_reached(self) -> bool:
        return self.bytes >= SLICE_BYTES or self.revisions >= SLICE_REVISIONS

    def add(self, prepared: PreparedDocument) -> None:
        self.bytes += len(prepared.body)
        self.revisions += len(prepared.document.revisions)
        for attachment in prepared.attachments:
            self.bytes += 0 if isinstance(attachment, Stub) else attachment.length


class _Application:
    """Documents of one slice of a batch on their way into the database.

    `known` holds the rows there were before. What each document gains waits until the end, so that the
    many revisions of one are merged at once and new documents are inserted together; or until something
    depends on it. It is then written in the order of the batch, which that of the sequences follows.
    """

    def __init__(
        self, connection: apsw.Connection, state: State, known: dict[str, DocumentRow], size: _Size
    ) -> None:
        self._connection = connection
        self._state = state
        self._known = known
        self._size = size
        self._growing: dict[str, _Growth] = {}
        self._stale: set[str] = set()
        self.results: list[WriteResult] = []

    @cached_property
    def _revs_limit(self) -> int:
        return read_setting(self._connection, Setting.REVS_LIMIT)

    def write(self, prepared: PreparedDocument, *, new_edits: bool) -> None:
        """Write one document, or say why not. Raises MissingStub."""
        self._size.add(prepared)
        document = prepared.document
        if prepared.refusal is not None:
            self.results.append(_refused(document, Forbidden(str(prepared.refusal))))
            return
        growth = self._growing.get(document.identifier)
        if growth is not None and (new_edits or _has_stubs(prepared)):
            # It depends on what the document is by now.
            self.flush()
            growth = None
        if growth is None:
            growth = self._begun(document.identifier)
        try:
            edit = self._edit(growth.row, prepared) if new_edits else self._replicated(growth.row, prepared)
        except Conflict as conflict:
            self.results.append(WriteResult(document.identifier, None, conflict.error, conflict.reason))
            return
        growth.edits.append(edit)
        self._growing[document.identifier] = growth
        self.results.append(WriteResult(document.identifier, edit.path[0]))

    def flush(self) -> None:
        """Write what waits."""
        new: list[NewDocument] = []
        for identifier, growth in self._growing.items():
            if growth.is_simple:
                edit = growth.edits[0]
                deleted = edit.prepared.document.deleted
                new.append(NewDocument(identifier, edit.path[0], deleted, self._content(edit)))
            else:
                insert_new(self._connection, self._state, new)
                new = []
                self._grow(identifier, growth)
        insert_new(self._connection, self._state, new)
        self._stale.update(self._growing)
        self._growing.clear()

    def _begun(self, identifier: str) -> _Growth:
        if identifier in self._stale:
            self._stale.discard(identifier)
            self._reread(identifier)
        row = self._known.get(identifier)
        # The tree of the first does not count: whatever its size, its revisions are best merged together.
        if row is not None and self._growing and not isinstance(row.stored, str):
            self._size.revisions += len(row.stored) // STORED_REVISION_BYTES
        return _Growth(row, [])

    def _grow(self, identifier: str, growth: _Growth) -> None:
        """Merge revisions and their histories into a document's tree; leave no trace when nothing is news.

        A revision whose content is already here may still bring ancestors, which can make an inner
        revision of one of our leaves.
        """
        row, edits = growth
        former = RevisionTree({}) if row is None else row.tree
        named = {NEW - index: edit for index, edit in enumerate(edits)}
        tree = former.grafted(
            Graft(edit.path, edit.prepared.document.deleted, None if edit.attachments is None else key)
            for key, edit in named.items()
        ).stemmed(self._revs_limit)
        if len(tree.nodes) > max(MAXIMUM_REVISIONS, len(former.nodes)):
            for edit in edits:
                self.results[edit.place] = _refused(
                    edit.prepared.document, TooManyRevisions(MAXIMUM_REVISIONS)
                )
        elif tree != former:
            contents = {key: self._content(named[key]) for key in sorted(tree.bodies() & named.keys())}
            replace_row(self._connection, self._state, row, (identifier, tree), contents)

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
        return _Edit(len(self.results), prepared, path, attachments, is_new=True)

    def _replicated(self, row: DocumentRow | None, prepared: PreparedDocument) -> _Edit:
        """Return a revision as given. A stub stands for an attachment of its nearest ancestor here.

        Raises MissingStub, unless the revision is known, or is no leaf: then only its name is news.
        """
        document = prepared.document
        path = document.revisions
        if not _has_stubs(prepared):
            attachments = resolved(document.identifier, prepared.attachments, {})
            return _Edit(len(self.results), prepared, path, attachments, is_new=False)
        tree = RevisionTree.of_path(path, deleted=document.deleted, body=None)
        if row is not None:
            tree = row.tree.merged(tree)
        is_leaf = any(leaf.revision == path[0] for leaf in tree.leaves())
        if tree.nodes[path[0]].body is not None or not is_leaf:
            return _Edit(len(self.results), prepared, path, None, is_new=False)
        here = (revision for revision in tree.ancestry(path[0]) if tree.nodes[revision].body is not None)
        named = self._attachments(row, next(here, None))
        attachments = resolved(document.identifier, prepared.attachments, named)
        return _Edit(len(self.results), prepared, path, attachments, is_new=False)

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
        if "Recursion" in str(error):
            raise InvalidDocument("The document is nested too deep (at most 254 levels)") from error
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


def _refused(document: IncomingDocument, error: Forbidden) -> WriteResult:
    return WriteResult(document.identifier, _named(document), error.error, error.reason)


def _has_stubs(prepared: PreparedDocument) -> bool:
    return any(isinstance(attachment, Stub) for attachment in prepared.attachments)


def _named(document: IncomingDocument) -> Revision | None:
    return document.revisions[0] if document.revisions else None
