"""The seam: what Escale asks of a CouchDB engine, ours or the real one.

Sequences are opaque strings. Every method that names a database raises DatabaseNotFound when there is
none; every one may raise StorageFailed, and EngineClosed once `aclose` was called; writing ones may raise
StorageFull, in which case nothing of that call was kept, or of a long one's the first documents only.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sync.all_docs import AllDocsPage, AllDocsQuery
from sync.changes import ChangesPage, Style
from sync.database import DatabaseInformation
from sync.document import Document, IncomingDocument, JsonObject, MissingRevision, WriteResult
from sync.revision import Revision
from sync.revs_diff import RevisionsDifference
from sync.security import Security
from sync.sequence import FROM_THE_START
from sync.write_rules import WriteRule


class UpdateSubscription(Protocol):
    """One listener to the updates of all databases."""

    async def wait(self, timeout_s: float) -> set[str]:
        """Return the names of databases created, deleted or written since the last call.

        Returns as soon as there is one; an empty set after `timeout_s`, or once the engine closes.
        """

    def close(self) -> None:
        """Stop listening."""


class Engine(Protocol):
    """A node's databases."""

    @property
    def instance(self) -> str:
        """The store's identity: kept with the store, another one for a new store."""

    async def create_database(self, name: str, security: Security) -> None:
        """Create an empty database. Raises DatabaseExists, InvalidDatabaseName."""

    async def delete_database(self, name: str) -> None:
        """Destroy a database and all it holds; whoever waits for its changes is told it is gone."""

    async def databases(self) -> list[str]:
        """Return the databases' names, sorted."""

    async def information(self, name: str) -> DatabaseInformation:
        """Return a database's figures."""

    async def security(self, name: str) -> Security:
        """Return who may use a database."""

    async def set_security(self, name: str, security: Security) -> None:
        """Change who may use a database."""

    async def get(
        self, name: str, identifier: str, *, revision: str | None = None, latest: bool = False
    ) -> Document:
        """Return the winner, or one revision; `latest`: the leaf that it led to. Raises DocumentNotFound.

        A document whose winner is deleted is not found, unless the revision is named.
        """

    async def open_revisions(
        self, name: str, identifier: str, revisions: Collection[str] | None, *, latest: bool = False
    ) -> list[Document | MissingRevision]:
        """Return the named revisions, or every leaf (None). Raises DocumentNotFound without a document."""

    async def write(
        self,
        name: str,
        documents: Sequence[IncomingDocument],
        *,
        new_edits: bool,
        rule: WriteRule | None = None,
    ) -> list[WriteResult]:
        """Write documents; return, in their order, what became of each.

        Many documents are written in several transactions, with other callers' writes in between: when one
        of them fails, what was written before stays.
        Once this returns, what it says is written survives a power cut. `new_edits` false stores the
        revisions as given (replication), true derives the next revision and can conflict.
        """

    async def put(self, name: str, identifier: str, body: JsonObject, *, revision: str | None) -> str:
        """Write one edit of `revision` (None: a first edit); return its revision. Raises Conflict."""

    async def delete(self, name: str, identifier: str, *, revision: str) -> str:
        """Write a tombstone over `revision`; return its revision. Raises Conflict, DocumentNotFound."""

    async def revs_diff(
        self, name: str, offered: Mapping[str, Collection[str]]
    ) -> dict[str, RevisionsDifference]:
        """Return, for each document that lacks some of the revisions offered, which."""

    async def bulk_get(
        self, name: str, wanted: Sequence[tuple[str, str | None]], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        """Return, for each (id, revision or None for the winner), what was found."""

    async def all_docs(self, name: str, query: AllDocsQuery) -> AllDocsPage:
        """List documents by id."""

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
    ) -> ChangesPage:
        """List documents by their last change after `since` ("now": none). Raises InvalidSequence.

        A sequence that another database or node gave starts again from the first change.
        """

    async def wait_for_change(self, name: str, since: str, timeout_s: float) -> bool:
        """Wait until something changed after `since`; False after `timeout_s` or when the engine closes."""

    def updates(self) -> UpdateSubscription:
        """Listen to the updates of all databases."""

    async def get_local(self, name: str, identifier: str) -> Document:
        """Return a local document (never replicated), id with its `_local/`. Raises DocumentNotFound."""

    async def put_local(
        self, name: str, identifier: str, body: JsonObject, *, revision: str | None
    ) -> Revision:
        """Write a local document over `revision` ("0-N", None when new); return 0-N+1. Raises Conflict."""

    async def delete_local(self, name: str, identifier: str, *, revision: str | None) -> None:
        """Remove a local document. Raises DocumentNotFound, Conflict."""

    async def aclose(self) -> None:
        """Release every waiter at once, finish the writes under way, close the files."""
