"""Our embedded engine with the habit of CouchDB's that clients see in a plain edit: its own revision."""

import asyncio
import hashlib
from collections.abc import Sequence
from functools import cached_property

import orjson

from sync.document import Document, IncomingDocument, WriteResult
from sync.embedded import EmbeddedEngine
from sync.errors import Conflict, DocumentNotFound, Forbidden
from sync.revision import Revision
from sync.write_rules import WriteRule


class CouchDBStore(EmbeddedEngine):
    """A plain edit's revision is an MD5 that neither we nor PouchDB would derive."""

    @cached_property
    def _one_at_a_time(self) -> asyncio.Lock:
        return asyncio.Lock()

    async def write(
        self,
        name: str,
        documents: Sequence[IncomingDocument],
        *,
        new_edits: bool,
        rule: WriteRule | None = None,
    ) -> list[WriteResult]:
        """Write as `sync.engine.Engine` says, edits one by one under CouchDB's kind of revision."""
        if not new_edits:
            return await super().write(name, documents, new_edits=False, rule=rule)
        async with self._one_at_a_time:
            return [await self._edited(name, document, rule) for document in documents]

    async def _edited(self, name: str, document: IncomingDocument, rule: WriteRule | None) -> WriteResult:
        named = document.revisions[0] if document.revisions else None
        refusal = None if rule is None else rule(document, new_edits=True)
        if refusal is not None:
            return WriteResult(document.identifier, named, Forbidden.error, str(refusal))
        leaves = await self._leaves(name, document.identifier)
        winner = max(leaves, key=lambda leaf: (not leaf.deleted, leaf.revision), default=None)
        if named is None:
            parent = winner if winner is not None and winner.deleted else None
            conflicts = parent is None and winner is not None
        else:
            parent = next((leaf for leaf in leaves if leaf.revision == named), None)
            conflicts = parent is None
        if conflicts:
            return WriteResult(document.identifier, named, Conflict.error, "Document update conflict.")
        return await self._stored(name, document, parent)

    async def _stored(self, name: str, document: IncomingDocument, parent: Document | None) -> WriteResult:
        ancestry = () if parent is None else parent.ancestry
        said = orjson.dumps([document.deleted, [str(one) for one in ancestry], document.body])
        digest = hashlib.md5(said, usedforsecurity=False).hexdigest()
        revision = Revision(len(ancestry) + 1 if parent is None else parent.revision.generation + 1, digest)
        edit = IncomingDocument(document.identifier, document.body, (revision, *ancestry), document.deleted)
        (result,) = await super().write(name, [edit], new_edits=False)
        return result

    async def _leaves(self, name: str, identifier: str) -> list[Document]:
        try:
            found = await self.open_revisions(name, identifier, None)
        except DocumentNotFound:
            return []
        return [leaf for leaf in found if isinstance(leaf, Document)]
