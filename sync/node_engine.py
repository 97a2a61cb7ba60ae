"""What the HTTP interface asks of an engine in its own process, besides what the rest of Escale asks."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from sync.all_docs import AllDocsPage, AllDocsQuery
from sync.attachment import Attachment
from sync.changes import ChangesPage, Style
from sync.engine import Engine
from sync.revision import Revision
from sync.sequence import FROM_THE_START


class AttachmentReader(Protocol):
    """One stored attachment, and its bytes."""

    @property
    def attachment(self) -> Attachment:
        """What is known of it."""

    @property
    def revision(self) -> Revision:
        """The revision of the document that was asked for."""

    def pieces(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes as stored, from `start` up to but not including `end` (None: all of them).

        Raises DocumentNotFound when the last revision that named them went meanwhile.
        """


class Maintenance(Protocol):
    """The smaller operations on a whole database. Each raises DatabaseNotFound."""

    async def purge(self, name: str, revisions: Mapping[str, Sequence[Revision]]) -> dict[str, list[str]]:
        """Take leaves of documents away as if they had never been; return which were, by document."""

    async def purged_infos(self, name: str) -> list[tuple[str, list[str]]]:
        """Return the ids and revisions purged lately, the oldest first."""

    async def revs_limit(self, name: str) -> int:
        """Return how many generations of ancestors of each leaf are kept."""

    async def set_revs_limit(self, name: str, limit: int) -> None:
        """Change how many generations are kept, of what is written from now on."""

    async def purged_infos_limit(self, name: str) -> int:
        """Return how many purges are remembered."""

    async def set_purged_infos_limit(self, name: str, limit: int) -> None:
        """Change how many purges are remembered."""

    async def compact(self, name: str) -> None:
        """Begin to remove contents of revisions that are no leaves, and to give their room back."""


class NodeEngine(Engine, Protocol):
    """An engine that this process holds."""

    @property
    def maintenance(self) -> Maintenance:
        """The operations on whole databases."""

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
        """List changes as `Engine.changes` does; `before` begins a descending list below that sequence."""

    async def local_documents(self, name: str, query: AllDocsQuery) -> AllDocsPage:
        """List local documents by id, each with its `_local/`."""

    async def open_attachment(
        self, name: str, identifier: str, attachment: str, *, revision: str | None = None
    ) -> AttachmentReader:
        """Return an attachment of the winner, or of one revision.

        Raises DocumentNotFound, AttachmentNotFound.
        """
