"""A database of an engine in this process, as an end of a replication."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import orjson

from sync import errors
from sync.changes import Style
from sync.document import Document, IncomingDocument, MissingRevision
from sync.http.representation import AttachmentOptions, with_bytes
from sync.node_engine import NodeEngine
from sync.replicator.errors import (
    BatchTooLarge,
    DatabaseMissing,
    PeerRefused,
    PeerUnreachable,
    ReplicationError,
    RequestUnfit,
)
from sync.replicator.peer import (
    FROM_THE_START,
    ChangedDocument,
    ChangesPage,
    Denial,
    FetchedBatch,
    FetchedDocument,
    LocalDocument,
    PeerInformation,
    SequenceValue,
    WantedRevision,
)
from sync.revision import Revision
from sync.security import Security
from sync.write_rules import WriteRule


class EnginePeer:
    """`sync.replicator.peer.Peer` over an engine. `rule` binds what is written (None: as given)."""

    def __init__(self, engine: NodeEngine, database: str, *, rule: WriteRule | None = None) -> None:
        self._engine = engine
        self._database = database
        self._rule = rule

    async def identity(self) -> str:
        """Return the store's identity and the database's name."""
        return self._engine.instance + self._database

    async def information(self) -> PeerInformation:
        """Return which database this is."""
        async with _translated():
            found = await self._engine.information(self._database)
        return PeerInformation(await self.identity(), "0", found.update_seq)

    async def changes(self, since: SequenceValue, limit: int, *, wait_s: float = 0.0) -> ChangesPage:
        """Read changes, waiting for one when asked to."""
        asked = str(since)
        async with _translated():
            page = await self._page(asked, limit)
            if not page.changes and wait_s and await self._changed(asked, wait_s):
                page = await self._page(asked, limit)
        return page

    async def revs_diff(self, offered: Mapping[str, Sequence[str]]) -> list[WantedRevision]:
        """Return what is lacking."""
        async with _translated():
            lacking = await self._engine.revs_diff(self._database, offered)
        return [
            WantedRevision(identifier, str(revision), tuple(map(str, found.possible_ancestors)))
            for identifier, found in lacking.items()
            for revision in found.missing
        ]

    async def bulk_get(self, wanted: Sequence[WantedRevision]) -> FetchedBatch:
        """Read revisions with their histories."""
        async with _translated():
            found = await self._engine.bulk_get(
                self._database, [(one.identifier, one.revision) for one in wanted], latest=True
            )
        documents: dict[tuple[str, str], FetchedDocument] = {}
        absent: list[WantedRevision] = []
        for one, leaves in zip(wanted, found, strict=True):
            if all(isinstance(leaf, MissingRevision) for leaf in leaves):
                absent.append(one)
            for leaf in leaves:
                if isinstance(leaf, Document):
                    # Two revisions may have led to one leaf.
                    key = (leaf.identifier, str(leaf.revision))
                    documents[key] = FetchedDocument(*key, await self._whole(leaf, one))
        return FetchedBatch(tuple(documents.values()), tuple(absent))

    async def write(self, documents: Sequence[FetchedDocument]) -> list[Denial]:
        """Store revisions as they are."""
        denied: list[Denial] = []
        incoming: list[IncomingDocument] = []
        for document in documents:
            try:
                incoming.append(IncomingDocument.from_json(orjson.loads(document.content)))
            except errors.BadRequest as error:
                denied.append(Denial(document.identifier, document.revision, error.error, error.reason))
        async with _translated():
            results = await self._engine.write(self._database, incoming, new_edits=False, rule=self._rule)
        denied += [
            Denial(result.identifier, str(result.revision or ""), result.error, result.reason or "")
            for result in results
            if result.error is not None
        ]
        return denied

    async def ensure_commit(self) -> None:
        """Do nothing: an engine's acknowledged writes survive a power cut."""

    async def get_local(self, identifier: str) -> LocalDocument:
        """Return a local document, an empty one when there is none."""
        async with _translated():
            try:
                found = await self._engine.get_local(self._database, identifier)
            except errors.DocumentNotFound:
                return LocalDocument(None, {})
        return LocalDocument(str(found.revision), found.body)

    async def put_local(self, identifier: str, document: LocalDocument) -> None:
        """Write a local document over its revision."""
        async with _translated():
            await self._engine.put_local(
                self._database, identifier, document.body, revision=document.revision
            )

    async def create(self) -> None:
        """Create the database, for server administrators only, unless it exists."""
        async with _translated():
            with suppress(errors.DatabaseExists):
                await self._engine.create_database(self._database, Security())

    async def aclose(self) -> None:
        """Do nothing: the engine is its owner's to close."""

    async def _whole(self, leaf: Document, wanted: WantedRevision) -> bytes:
        """Write a revision with its attachments; those that the target has already as stubs."""
        ancestors = [Revision.parse(revision) for revision in wanted.possible_ancestors]
        options = AttachmentOptions(data=True).since_revisions(ancestors)
        async with _translated():
            told = await with_bytes(self._engine, self._database, leaf, options)
        return orjson.dumps(told.to_json(revs=True))

    async def _page(self, since: str, limit: int) -> ChangesPage:
        page = await self._engine.changes(
            self._database,
            since=since,
            limit=limit,
            style=Style.ALL_DOCS,
        )
        changes = tuple(
            ChangedDocument(change.identifier, tuple(str(leaf) for leaf in change.leaves))
            for change in page.results
        )
        return ChangesPage(changes, page.last_seq, page.pending)

    async def _changed(self, since: str, wait_s: float) -> bool:
        return await self._engine.wait_for_change(self._database, since or str(FROM_THE_START), wait_s)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Say an engine's errors in the words of a replication."""
    try:
        yield
    except errors.SyncError as error:
        raise _told(error) from error


def _told(error: errors.SyncError) -> ReplicationError:
    if isinstance(error, errors.DatabaseNotFound):
        return DatabaseMissing(error.reason, code=error.error, status=404)
    if isinstance(error, errors.TooLarge):
        return BatchTooLarge(error.reason, code=error.error, status=413)
    if isinstance(error, errors.StorageError):
        return PeerUnreachable(error.reason, code=error.error)
    if isinstance(error, errors.BadRequest):
        return RequestUnfit(error.reason, code=error.error, status=400)
    if isinstance(error, errors.MissingStub):
        return RequestUnfit(error.reason, code=error.error, status=412)
    if isinstance(error, errors.Conflict):
        return PeerRefused(error.reason, code=error.error, status=409)
    return PeerRefused(error.reason, code=error.error)
