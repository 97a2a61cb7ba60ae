"""A document's revision tree: pure values, no storage.

CouchDB keeps, for each document, every revision it has heard of and which came from which. Merging what
two nodes know must give the same tree in whatever order it is learnt, so the tree is held as a map from
revision to what is known of it, and merging is a union: commutative, associative and idempotent by
construction. An honest revision has one parent; a forged history may claim two for the same revision, and
then both are kept, since choosing one would make the answer depend on the order of arrival.

A revision names its content: two nodes which know the body of one revision know the same body.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from sync.revision import Revision, RevisionStatus


class Node(NamedTuple):
    """What is known of one revision.

    `parents` is empty for a first generation, and for a revision whose ancestors are unknown or stemmed.
    `body` is the store's key of the content, None while only the revision's name is known; `deleted` has
    a meaning only with a body.
    """

    parents: frozenset[Revision]
    deleted: bool
    body: int | None

    @property
    def status(self) -> RevisionStatus:
        """What is known of the revision, as CouchDB names it."""
        if self.body is None:
            return RevisionStatus.MISSING
        return RevisionStatus.DELETED if self.deleted else RevisionStatus.AVAILABLE

    def union(self, other: "Node") -> "Node":
        """Join what two trees know of the same revision."""
        parents = self.parents | other.parents
        known = self if self.body is not None else other
        return Node(parents, known.deleted, known.body)


class Graft(NamedTuple):
    """One write: a revision, then its known ancestors, newest first. `body` is its content's key."""

    path: Sequence[Revision]
    deleted: bool
    body: int | None


class Leaf(NamedTuple):
    """A revision that nothing replaces."""

    revision: Revision
    deleted: bool
    body: int | None


@dataclass(frozen=True)
class RevisionTree:
    """The revisions known of one document."""

    nodes: Mapping[Revision, Node]

    @classmethod
    def of_path(cls, path: Iterable[Revision], *, deleted: bool, body: int | None) -> Self:
        """Make the tree of one write: `path` is the revision, then its known ancestors, newest first."""
        return cls({}).grafted([Graft(list(path), deleted, body)])

    def grafted(self, grafts: Iterable[Graft]) -> Self:
        """Join this tree and writes of the same document, in time proportional to what they name in all.

        The first of several contents of one revision stands.
        """
        nodes = dict(self.nodes)
        for path, deleted, body in grafts:
            for index, revision in enumerate(path):
                parents = frozenset(path[index + 1 : index + 2])
                node = Node(parents, deleted and index == 0, body if index == 0 else None)
                known = nodes.get(revision)
                nodes[revision] = node if known is None else known.union(node)
        return type(self)(nodes)

    def merged(self, other: "RevisionTree") -> "RevisionTree":
        """Join two trees of the same document."""
        nodes = dict(self.nodes)
        for revision, node in other.nodes.items():
            known = nodes.get(revision)
            nodes[revision] = node if known is None else known.union(node)
        return RevisionTree(nodes)

    def leaves(self) -> list[Leaf]:
        """Return the leaves, the winner first (CouchDB's rule).

        A leaf that is not deleted wins over one that is; then the longer history; then the digest that
        comes last as text. Every node therefore chooses the same winner without asking another.
        """
        return list(self._leaves)

    @cached_property
    def _leaves(self) -> list[Leaf]:
        inner = {parent for node in self.nodes.values() for parent in node.parents}
        found = [
            Leaf(revision, node.deleted, node.body)
            for revision, node in self.nodes.items()
            if revision not in inner
        ]
        return sorted(found, key=lambda leaf: (not leaf.deleted, leaf.revision), reverse=True)

    def winner(self) -> Leaf:
        """Return the leaf that a reader who names no revision gets."""
        return self._leaves[0]

    def conflicts(self) -> tuple[Revision, ...]:
        """Return the leaves that lost and are not deleted."""
        return self._lost[0]

    def deleted_conflicts(self) -> tuple[Revision, ...]:
        """Return the deleted leaves that lost."""
        return self._lost[1]

    @cached_property
    def _lost(self) -> tuple[tuple[Revision, ...], tuple[Revision, ...]]:
        lost = self._leaves[1:]
        return (
            tuple(leaf.revision for leaf in lost if not leaf.deleted),
            tuple(leaf.revision for leaf in lost if leaf.deleted),
        )

    def ancestry(self, revision: Revision) -> tuple[Revision, ...]:
        """Return `revision` and its known ancestors, newest first; of two claimed parents, the greater."""
        path = [revision]
        while parents := self.nodes[path[-1]].parents:
            path.append(max(parents))
        return tuple(path)

    def statuses(self, revisions: Iterable[Revision]) -> tuple[RevisionStatus, ...]:
        """Return what is known of each of this tree's `revisions`."""
        return tuple(self.nodes[revision].status for revision in revisions)

    def latest(self, revision: Revision) -> list[Leaf]:
        """Return the leaves that descend from `revision` (itself, when it is one), the winner first."""
        children: dict[Revision, list[Revision]] = {}
        for known, node in self.nodes.items():
            for parent in node.parents:
                children.setdefault(parent, []).append(known)
        descendants, waiting = {revision}, [revision]
        while waiting:
            found = [child for child in children.get(waiting.pop(), ()) if child not in descendants]
            descendants.update(found)
            waiting.extend(found)
        return [leaf for leaf in self.leaves() if leaf.revision in descendants]

    def stemmed(self, revs_limit: int) -> "RevisionTree":
        """Forget ancestors further than `revs_limit` generations from every leaf; keep every leaf.

        A parent is always one generation older: how far a revision is from a leaf is the difference of
        their generations, and only the oldest of the leaves that it led to matters.
        """
        oldest_leaf: dict[Revision, int] = {}
        for revision in sorted(self.nodes, reverse=True):
            generation = oldest_leaf.setdefault(revision, revision.generation)
            for parent in self.nodes[revision].parents:
                oldest_leaf[parent] = min(generation, oldest_leaf.get(parent, generation))
        kept = {
            revision
            for revision, generation in oldest_leaf.items()
            if generation - revision.generation < revs_limit
        }
        if len(kept) == len(self.nodes):
            return self
        return RevisionTree(
            {
                revision: node._replace(parents=node.parents & kept)
                for revision, node in self.nodes.items()
                if revision in kept
            }
        )

    def without_leaves(self, gone: Collection[Revision]) -> "RevisionTree | None":
        """Take leaves away, and the ancestors that lead to no other; None when nothing remains."""
        kept = self._ancestors(leaf.revision for leaf in self.leaves() if leaf.revision not in gone)
        if not kept:
            return None
        return RevisionTree({revision: node for revision, node in self.nodes.items() if revision in kept})

    def bodies(self) -> set[int]:
        """Return the store's keys of every content this tree names."""
        return {node.body for node in self.nodes.values() if node.body is not None}

    def _ancestors(self, revisions: Iterable[Revision]) -> set[Revision]:
        """Return revisions and everything that led to them."""
        found: set[Revision] = set()
        waiting = list(revisions)
        while waiting:
            revision = waiting.pop()
            if revision not in found:
                found.add(revision)
                waiting.extend(self.nodes[revision].parents)
        return found
