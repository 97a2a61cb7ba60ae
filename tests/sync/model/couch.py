"""A CouchDB database as plain sets: what the embedded engine is held against.

Nothing here is clever or fast. A document is a set of revisions, a set of edges from child to parent, and
the contents that are still known; everything else is computed from these at each question.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync.document import JsonValue
from sync.revision import Revision


@dataclass(frozen=True)
class Content:
    """What a revision says: a value, attachments by name, or that the document is deleted."""

    value: JsonValue = None
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    deleted: bool = False


@dataclass
class ModelDocument:
    """One document. `changed` is the number of its last change."""

    revisions: set[Revision] = field(default_factory=set)
    edges: set[tuple[Revision, Revision]] = field(default_factory=set)
    contents: dict[Revision, Content] = field(default_factory=dict)
    changed: int = 0

    def leaves(self) -> list[Revision]:
        """Return the revisions that nothing replaces, CouchDB's winner first."""
        parents = {parent for _, parent in self.edges}
        found = [revision for revision in self.revisions if revision not in parents]
        return sorted(found, key=lambda leaf: (not self.contents[leaf].deleted, leaf), reverse=True)

    @property
    def winner(self) -> Revision:
        """The revision that a reader who names none gets."""
        return self.leaves()[0]

    @property
    def is_deleted(self) -> bool:
        """Whether every leaf is a tombstone."""
        return self.contents[self.winner].deleted

    def ancestors(self, revision: Revision) -> set[Revision]:
        """Return a revision and every one that led to it."""
        found = {revision}
        while more := {parent for child, parent in self.edges if child in found} - found:
            found |= more
        return found

    def line(self, revision: Revision) -> list[Revision]:
        """Return a revision and its ancestors, newest first; of two claimed parents, the greater."""
        found = [revision]
        while parents := [parent for child, parent in self.edges if child == found[-1]]:
            found.append(max(parents))
        return found

    def descendants(self, revision: Revision) -> list[Revision]:
        """Return the leaves to which a revision led, the winner first."""
        return [leaf for leaf in self.leaves() if revision in self.ancestors(leaf)]

    def keep(self, kept: Collection[Revision]) -> None:
        """Forget every other revision."""
        self.revisions &= set(kept)
        self.edges = {(child, parent) for child, parent in self.edges if {child, parent} <= self.revisions}
        self.contents = {one: said for one, said in self.contents.items() if one in self.revisions}

    def state(self) -> object:
        """Return all that makes one state of this document differ from another."""
        return frozenset(self.revisions), frozenset(self.edges), frozenset(self.contents)

    def near(self, revision: Revision, generations: int) -> set[Revision]:
        """Return a revision and its ancestors, as many levels of them in all as said."""
        found, level = set[Revision](), {revision}
        for _ in range(generations):
            found |= level
            level = {parent for child, parent in self.edges if child in level}
        return found


class ModelConflict(Exception):
    """An edit that does not replace a leaf."""


class ModelDatabase:
    """Documents by id, a counter of changes, and how many generations are remembered."""

    def __init__(self) -> None:
        self.documents: dict[str, ModelDocument] = {}
        self.changes = 0
        self.revs_limit = 1000

    def parent_of_edit(self, identifier: str, named: Revision | None) -> Revision | None:
        """Return what an edit that names `named` would replace. Raises ModelConflict."""
        document = self.documents.get(identifier)
        if document is None:
            if named is not None:
                raise ModelConflict
            return None
        if named is None and document.is_deleted:
            return document.winner
        if named not in document.leaves():
            raise ModelConflict
        return named

    def graft(self, identifier: str, path: Sequence[Revision], content: Content) -> None:
        """Learn of a revision and of its ancestors, newest first."""
        document = self.documents.get(identifier, ModelDocument())
        before = document.state()
        document.revisions |= set(path)
        document.edges |= set(pairwise(path))
        document.contents.setdefault(path[0], content)
        self._stem(document)
        if document.state() != before:
            self._changed(document)
            self.documents[identifier] = document

    def compact(self) -> None:
        """Forget what every revision said that is not a leaf."""
        for document in self.documents.values():
            leaves = document.leaves()
            document.contents = {one: said for one, said in document.contents.items() if one in leaves}

    def purge(self, identifier: str, named: Collection[Revision]) -> set[Revision]:
        """Forget leaves, and ancestors of no other; return which leaves."""
        document = self.documents.get(identifier)
        if document is None:
            return set()
        leaves = set(document.leaves())
        gone = leaves & set(named)
        if gone:
            document.keep(set[Revision]().union(*(document.ancestors(leaf) for leaf in leaves - gone)))
            self._changed(document)
            if not document.revisions:
                del self.documents[identifier]
        return gone

    def in_order_of_change(self) -> Iterator[tuple[str, ModelDocument]]:
        """Yield the documents, the one that changed last at the end."""
        yield from sorted(self.documents.items(), key=lambda found: found[1].changed)

    def _stem(self, document: ModelDocument) -> None:
        document.keep(
            set[Revision]().union(*(document.near(leaf, self.revs_limit) for leaf in document.leaves()))
        )

    def _changed(self, document: ModelDocument) -> None:
        self.changes += 1
        document.changed = self.changes
