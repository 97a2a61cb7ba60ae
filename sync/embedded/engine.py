"""The embedded engine: `sync.node_engine.NodeEngine` over SQLite files in one directory."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import apsw

from sync.all_docs import AllDocsPage, AllDocsQuery
from sync.changes import ChangesPage, ChangesQuery, Style
from sync.database import DatabaseInformation
from sync.document import Document, IncomingDocument, JsonObject, MissingRevision, WriteResult
from sync.document import checked_identifier as checked
from sync.embedded import feed, local_documents, queries
from sync.embedded.attachments import StoredAttachment
from sync.embedded.catalogue import Catalogue
from sync.embedded.maintenance import EmbeddedMaintenance
from sync.embedded.readers import ReaderPool
from sync.embedded.shared_pages import SharedPages
from sync.embedded.updates import apply_batch, prepare
from sync.embedded.writer import Writer
from sync.errors import Conflict, DocumentNotFound, Forbidden
from sync.revision import Revision
from sync.revs_diff import RevisionsDifference
from sync.security import Security
from sync.sequence import FROM_THE_START
from sync.subscription import Subscription
from sync.write_rules import WriteRule

Answer = TypeVar("Answer")
Query = Callable[[apsw.Connection], Answer]


def random_identity() -> str:
    """Draw an identity for a node or a database: 128 bits, hexadecimal."""
    return secrets.token_hex(16)


class EmbeddedEngine:
    """CouchDB semantics over SQLite (`sync.node_engine.NodeEngine`, where each method is described)."""

    def __init__(self, catalogue: Catalogue, writer: Writer, readers: ReaderPool) -> None:
        self._catalogue = catalogue
        self._writer = writer
        self._readers = readers
        self.maintenance = EmbeddedMaintenance(catalogue, writer, readers)
        self._pages = SharedPages()

    @classmethod
    async def open(
        cls,
        directory: Path,
        *,
        new_identity: Callable[[], str] = random_identity,
        database_page_limit: int | None = None,
        vfs: str | None = None,
    ) -> Self:
        """Open, or create, the store in `directory`, which this process then holds alone.

        `database_page_limit` bounds each database, in pages of 8 KiB; `vfs` names what SQLite reaches the
        disk through (tests put a failing one there). Raises StorageFull, StorageFailed.
        """
        readers = ReaderPool(vfs=vfs)
        catalogue = Catalogue(readers)
        writer = Writer(catalogue.committed, page_limit=database_page_limit, vfs=vfs)
        try:
            await catalogue.open(writer, directory, new_identity, vfs)
        except BaseException:
            await writer.aclose()
            await readers.aclose()
            catalogue.close()
            raise
        return cls(catalogue, writer, readers)

    @property
    def instance(self) -> str:
        """The store's identity."""
        return self._catalogue.instance

    async def create_database(self, name: str, security: Security) -> None:
        """Create an empty database."""
        await self._catalogue.create(name, security)

    async def delete_database(self, name: str) -> None:
        """Destroy a database and all it holds."""
        await self._catalogue.remove(name)

    async def databases(self) -> list[str]:
        """Return the databases' names, sorted."""
        return self._catalogue.names()

    async def information(self, name: str) -> DatabaseInformation:
        """Return a database's figures."""
        entry = self._catalogue.entry(name)
        found = await self._read(name, partial(queries.information, name=name, identity=entry.identity))
        return replace(found, compact_running=self.maintenance.is_compacting(entry.path))

    async def security(self, name: str) -> Security:
        """Return who may use a database."""
        await self._catalogue.settled(name)
        return self._catalogue.entry(name).security

    async def set_security(self, name: str, security: Security) -> None:
        """Change who may use a database."""
        await self._catalogue.change_security(name, security)

    async def renew_identities(self) -> None:
        """Draw the store's identity and each database's anew, all or none: after a copy was restored.

        A client that went on with the lost store holds sequences that a restored one gives again, for
        other changes. They name the former identities, and whoever comes with one, or with a checkpoint
        named after them, starts again from the first change. Documents and sequences keep their numbers.
        """
        await self._catalogue.renew_identities(self._pages.forget)

    async def get(
        self, name: str, identifier: str, *, revision: str | None = None, latest: bool = False
    ) -> Document:
        """Return the winner, or one revision."""
        return await self._read(
            name, partial(queries.get, identifier=identifier, revision=revision, latest=latest)
        )

    async def open_revisions(
        self, name: str, identifier: str, revisions: Collection[str] | None, *, latest: bool = False
    ) -> list[Document | MissingRevision]:
        """Return the named revisions, or every leaf."""
        return await self._read(
            name, partial(queries.open_revisions, identifier=identifier, revisions=revisions, latest=latest)
        )

    async def write(
        self,
        name: str,
        documents: Sequence[IncomingDocument],
        *,
        new_edits: bool,
        rule: WriteRule | None = None,
    ) -> list[WriteResult]:
        """Write documents, many of them in several transactions."""
        path = self._catalogue.entry(name).path
        preparing = partial(prepare, documents, new_edits=new_edits, rule=rule)
        # One document is prepared sooner than another thread takes it.
        alone = len(documents) == 1 and not documents[0].attachments
        batch = preparing() if alone else await self._readers.compute(preparing)
        return await self._writer.write(path, partial(apply_batch, batch=batch))

    async def put(self, name: str, identifier: str, body: JsonObject, *, revision: str | None) -> str:
        """Write one edit."""
        return await self._edit(name, identifier, body, revision=revision, deleted=False)

    async def delete(self, name: str, identifier: str, *, revision: str) -> str:
        """Write a tombstone."""
        if isinstance((await self.bulk_get(name, [(identifier, None)]))[0][0], MissingRevision):
            raise DocumentNotFound
        return await self._edit(name, identifier, {}, revision=revision, deleted=True)

    async def revs_diff(
        self, name: str, offered: Mapping[str, Collection[str]]
    ) -> dict[str, RevisionsDifference]:
        """Return what is lacking of the revisions offered."""
        return await self._read(name, partial(queries.revs_diff, offered=offered))

    async def bulk_get(
        self, name: str, wanted: Sequence[tuple[str, str | None]], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        """Return, for each (id, revision or None for the winner), what was found."""
        return await self._read(name, partial(queries.bulk_get, wanted=wanted, latest=latest))

    async def all_docs(self, name: str, query: AllDocsQuery) -> AllDocsPage:
        """List documents by id."""
        identity = self._catalogue.entry(name).identity
        return await self._read(name, partial(queries.all_docs, query=query, identity=identity))

    async def changes(
        self,
        name: str,
        *,
        since: str = FROM_THE_START,
        limit: int | None = None,
        include_docs: bool = False,
        style: Style = Style.MAIN_ONLY,
        descending: bool = False,
        doc_ids: Collection[str] | None = None,
        before: str | None = None,
    ) -> ChangesPage:
        """List documents by their last change."""
        query = ChangesQuery(
            since=since,
            limit=None if limit is None else max(1, limit),
            include_docs=include_docs,
            style=style,
            descending=descending,
            doc_ids=doc_ids,
            before=before,
        )
        entry = self._catalogue.entry(name)
        read = partial(
            self._readers.run, entry.path, partial(feed.changes, query=query, identity=entry.identity)
        )
        if doc_ids is not None:
            return await read()
        return await self._pages.page(entry.path, self._catalogue.update_seq(entry), query, read)

    async def wait_for_change(self, name: str, since: str, timeout_s: float) -> bool:
        """Wait until something changed after `since`."""
        return await self._catalogue.wait_for_change(name, since, timeout_s)

    def updates(self) -> Subscription:
        """Listen to the updates of all databases."""
        return self._catalogue.subscribe()

    async def get_local(self, name: str, identifier: str) -> Document:
        """Return a local document."""
        return await self._read(name, partial(local_documents.read_local, identifier=identifier))

    async def local_documents(self, name: str, query: AllDocsQuery) -> AllDocsPage:
        """List local documents by id."""
        update_seq = (await self.information(name)).update_seq
        return await self._read(name, partial(local_documents.list_local, query=query, update_seq=update_seq))

    async def put_local(
        self, name: str, identifier: str, body: JsonObject, *, revision: str | None
    ) -> Revision:
        """Write a local document."""
        path = self._catalogue.entry(name).path
        return await self._writer.write(
            path,
            lambda connection, _: local_documents.write_local(connection, identifier, body, revision),
        )

    async def delete_local(self, name: str, identifier: str, *, revision: str | None) -> None:
        """Remove a local document."""
        path = self._catalogue.entry(name).path
        await self._writer.write(
            path, lambda connection, _: local_documents.remove_local(connection, identifier, revision)
        )

    async def open_attachment(
        self, name: str, identifier: str, attachment: str, *, revision: str | None = None
    ) -> StoredAttachment:
        """Return an attachment."""
        path = self._catalogue.entry(name).path
        location, of_revision = await self._readers.run(
            path, partial(queries.attachment, identifier=identifier, name=attachment, revision=revision)
        )
        return StoredAttachment(location, of_revision, partial(self._readers.run, path))

    async def aclose(self) -> None:
        """Release every waiter at once, finish the writes under way, close the files."""
        self._catalogue.release_waiters()
        await self.maintenance.aclose()
        await self._writer.aclose()
        await self._readers.aclose()
        self._catalogue.close()

    async def _read(self, name: str, query: Query[Answer]) -> Answer:
        return await self._readers.run(self._catalogue.entry(name).path, query)

    async def _edit(
        self, name: str, identifier: str, body: JsonObject, *, revision: str | None, deleted: bool
    ) -> str:
        named = () if revision is None else (Revision.parse(revision),)
        document = IncomingDocument(checked(identifier), body, named, deleted)
        (result,) = await self.write(name, [document], new_edits=True)
        if result.error == Conflict.error:
            raise Conflict
        if result.revision is None:
            raise Forbidden(result.reason or "The write was refused.")
        return str(result.revision)
