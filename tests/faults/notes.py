"""Documents that are no envelopes: edits, deletions, conflicts, grafts; and the model that expects them."""

import random
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from sync.document import Document, IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.errors import DocumentNotFound
from sync.revision import Revision
from sync.revtree import RevisionTree
from tests.faults.node import NOTES

IDS: Final = 6


class Notes:
    """What was written: `acknowledged` for certain, `attempted` perhaps.

    `at_central_since_copy` are those that central acknowledged since it was copied last.
    """

    def __init__(self) -> None:
        self.attempted: list[IncomingDocument] = []
        self.acknowledged: list[IncomingDocument] = []
        self.at_central_since_copy: list[IncomingDocument] = []

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

    async def take_back(self, others: Iterable[EmbeddedEngine]) -> None:
        """Of what only central acknowledged since its copy, keep for certain what the `others` hold."""
        held: set[tuple[str, Revision]] = set()
        for store in others:
            for document in self.at_central_since_copy:
                with suppress(DocumentNotFound):
                    for leaf in await store.open_revisions(NOTES, document.identifier, None):
                        if isinstance(leaf, Document):
                            held |= {(document.identifier, revision) for revision in leaf.ancestry}
        lost = [
            document
            for document in self.at_central_since_copy
            if (document.identifier, document.revisions[0]) not in held
        ]
        self.acknowledged = [each for each in self.acknowledged if not any(each is one for one in lost)]
        self.at_central_since_copy.clear()

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
