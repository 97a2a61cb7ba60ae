"""What a target lacks of what a source offers: pure comparison of revisions with a tree."""

from collections.abc import Collection
from typing import NamedTuple

from sync.revision import Revision
from sync.revtree import RevisionTree


class RevisionsDifference(NamedTuple):
    """Revisions of one document that are not here, and leaves from which they may descend."""

    missing: tuple[Revision, ...]
    possible_ancestors: tuple[Revision, ...]


def difference(tree: RevisionTree | None, offered: Collection[Revision]) -> RevisionsDifference:
    """Compare the revisions that a source offers with the tree a target holds (None: no document).

    A revision known only as somebody's ancestor counts as present, as in CouchDB: its content is gone
    from the source's leaves too.
    """
    if tree is None:
        return RevisionsDifference(tuple(offered), ())
    missing = tuple(revision for revision in offered if revision not in tree.nodes)
    if not missing:
        return RevisionsDifference((), ())
    highest = max(revision.generation for revision in missing)
    ancestors = tuple(leaf.revision for leaf in tree.leaves() if leaf.revision.generation < highest)
    return RevisionsDifference(missing, ancestors)
