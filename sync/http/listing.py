"""What a client asked of the changes of a database, read page by page.

A page is bounded in rows and, when documents are read, in bytes: however long the feed, its reader holds
one page, and gives way to the others between two.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from sync.changes import Change, ChangesPage, Style
from sync.document import Document
from sync.http.filters import Filter
from sync.http.page_size import PageSize
from sync.http.representation import STUBS, AttachmentOptions, with_bytes
from sync.node_engine import NodeEngine
from sync.sequence import FROM_THE_START


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """Which changes, as CouchDB's parameters say. `limit` None: all."""

    since: str = FROM_THE_START
    limit: int | None = None
    style: Style = Style.MAIN_ONLY
    include_docs: bool = False
    attachments: AttachmentOptions = STUBS
    descending: bool = False
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Changes to tell, after `scanned` were looked at; `pending` remain to be looked at after `last_seq`."""

    results: tuple[Change, ...]
    last_seq: str
    pending: int
    scanned: int


class Listing:
    """The changes that a query asks for. Judging documents is work for `workers`, not for the event loop."""

    def __init__(
        self,
        engine: NodeEngine,
        database: str,
        query: ListingQuery,
        *,
        page_rows: int,
        workers: ThreadPoolExecutor,
    ) -> None:
        self.query = query
        self._engine = engine
        self._database = database
        self._size = PageSize(page_rows)
        self._page_rows = page_rows
        self._workers = workers
        self._newest = FROM_THE_START

    @property
    def limit(self) -> int | None:
        """The most rows to send in all."""
        return self.query.limit

    async def first(self) -> ListedPage:
        """Read the first page."""
        if self.query.descending:
            self._newest = (await self._engine.changes(self._database, since="now", limit=1)).last_seq
        return await self.page(self.query.since, self.query.limit)

    async def attached(self, document: Document) -> Document:
        """Return a document with the bytes of its attachments, when they are asked for."""
        return await with_bytes(self._engine, self._database, document, self.query.attachments)

    def turned(self, page: ListedPage) -> ListedPage:
        """Go on forwards, once all is listed backwards, from what was newest at the first page."""
        if not self.query.descending:
            return page
        self.query = replace(self.query, descending=False)
        return replace(page, last_seq=self._newest)

    async def page(self, since: str, limit: int | None, *, rows: int | None = None) -> ListedPage:
        """Read the page after `since`, of at most `limit` results, after looking at `rows` at most.

        Backwards, the page after `since` is the one below it; `since` "0" stands for the end.
        """
        descending = self.query.descending
        chosen = self.query.filter
        bounds = (self._most_rows, rows, limit if chosen is None else None)
        found = await self._engine.changes(
            self._database,
            since=FROM_THE_START if descending else since,
            limit=min(bound for bound in bounds if bound is not None),
            include_docs=self._reads_documents,
            style=self.query.style,
            descending=descending,
            doc_ids=None if chosen is None or descending else chosen.lookups,
            before=since if descending and since != FROM_THE_START else None,
        )
        self._size.learn(change.document for change in found.results if self._reads_documents)
        if chosen is None:
            return ListedPage(found.results, found.last_seq, found.pending, len(found.results))
        return await self._chosen(chosen, found, limit)

    @property
    def _reads_documents(self) -> bool:
        chosen = self.query.filter
        return self.query.include_docs or (chosen is not None and chosen.needs_documents)

    @property
    def _most_rows(self) -> int:
        return self._size.rows if self._reads_documents else self._page_rows

    async def _chosen(self, chosen: Filter, page: ChangesPage, limit: int | None) -> ListedPage:
        documents = await self._documents(chosen, page)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, _filtered, chosen, page, documents, limit)

    async def _documents(self, chosen: Filter, page: ChangesPage) -> list[list[Document]]:
        """Return, for each change, the documents of the leaves that it tells."""
        if not chosen.needs_documents:
            return [[] for _ in page.results]
        several = [change for change in page.results if len(change.leaves) > 1]
        wanted = [(change.identifier, str(leaf)) for change in several for leaf in change.leaves]
        found = await self._engine.bulk_get(self._database, wanted) if wanted else []
        leaves: dict[str, list[Document]] = {}
        for (identifier, _), opened in zip(wanted, found, strict=True):
            leaves.setdefault(identifier, []).extend(one for one in opened if isinstance(one, Document))
        return [
            leaves.get(change.identifier, [] if change.document is None else [change.document])
            for change in page.results
        ]


def _filtered(
    chosen: Filter, page: ChangesPage, documents: Sequence[Sequence[Document]], limit: int | None
) -> ListedPage:
    """Keep what the filter lets through, up to `limit`; what comes after the last one is not looked at."""
    kept: list[Change] = []
    for number, (change, opened) in enumerate(zip(page.results, documents, strict=True), start=1):
        if leaves := chosen.leaves(change, opened):
            kept.append(replace(change, leaves=leaves))
            if len(kept) == limit:
                pending = page.pending + len(page.results) - number
                last_seq = change.sequence if pending else page.last_seq
                return ListedPage(tuple(kept), last_seq, pending, number)
    return ListedPage(tuple(kept), page.last_seq, page.pending, len(page.results))
