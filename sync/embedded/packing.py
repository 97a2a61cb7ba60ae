"""Revision trees as stored.

| tree | stored as |
|---|---|
| one revision, its content in the row | text: the revision |
| any other | JSON: `[[generation, digest, [parents], deleted, body], …]`, parents as places in the list |
"""

from typing import Final

import orjson

from sync.revision import Revision
from sync.revtree import Node, RevisionTree

# The key of the content that lies in the document's row; keys in `bodies` are positive.
INLINE: Final = 0


def pack(tree: RevisionTree) -> str | bytes:
    """Write a tree as stored."""
    if len(tree.nodes) == 1:
        ((revision, node),) = tree.nodes.items()
        if node.body == INLINE:
            return str(revision)
    places = {revision: place for place, revision in enumerate(tree.nodes)}
    return orjson.dumps(
        [
            (
                revision.generation,
                revision.digest,
                sorted(places[parent] for parent in node.parents),
                node.deleted,
                node.body,
            )
            for revision, node in tree.nodes.items()
        ]
    )


def unpack(stored: str | bytes, *, deleted: bool) -> RevisionTree:
    """Read a tree as stored; `deleted` is the row's mark, which a tree of one revision does not repeat."""
    if isinstance(stored, str):
        return RevisionTree({Revision.parse(stored): Node(frozenset(), deleted, INLINE)})
    listed = orjson.loads(stored)
    revisions = [Revision(generation, digest) for generation, digest, *_ in listed]
    return RevisionTree(
        {
            revision: Node(frozenset(revisions[place] for place in parents), gone, body)
            for revision, (_, _, parents, gone, body) in zip(revisions, listed, strict=True)
        }
    )
