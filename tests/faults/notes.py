"""Documents that are no envelopes: edits, deletions, conflicts, grafts; and the model that expects them."""

import random
from typing import Final

from sync.document import Document, IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.errors import DocumentNotFound
from sync.revision import Revision
from sync.revtree import RevisionTree
from tests.faults.node import NOTES

IDS: Final = 6


class Notes:
    """What was written: `acknowledged` for certain, `attempted` perhaps."""

    def __init__(self) -> None:
        self.attempted: list[IncomingDocument] = []
        self.acknowledged: list[IncomingDocument] = []

    async def next_edit(self, drawn: random.Random, store: EmbeddedEngine) -> IncomingDocument:
        """Draw an edit of what a node holds."""
        identifier = f"note{drawn.randrange(IDS)}"
        try:
            found = await store.open_revisions(NOTES, identifier, None)
        except DocumentNotFound:
            found = []
        leaves = [leaf for leaf in found if isinstance(leaf, Document)]
        digest = f"{drawn.getrandbits(128):032x}"
        if not leaves or drawn.random() < 0.25:
            generation = drawn.randint(1, 4)
            path = tuple(Revision(generation - index, digest[index:] or "0") for index in range(generation))
        else:
            leaf = drawn.choice(leaves)
            path = (Revision(leaf.revision.generation + 1, digest), *leaf.ancestry)
        deleted = drawn.random() < 0.2
        return IncomingDocument(identifier, {} if deleted else {"said": digest}, path, deleted)

    def expected(self, identifier: str, there: RevisionTree) -> RevisionTree:
        """Return the tree of what was acknowledged, and of what was attempted and is `there`."""
        tree = RevisionTree({})
        certain = {id(document) for document in self.acknowledged}
        for document in self.attempted:
            if document.identifier != identifier:
                continue
            if id(document) in certain or document.revisions[0] in there.nodes:
                grown = RevisionTree.of_path(document.revisions, deleted=document.deleted, body=1)
                tree = tree.merged(grown)
        return tree
