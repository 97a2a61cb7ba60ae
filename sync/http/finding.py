"""Running a query: documents read page by page, judged in a worker's thread, listed in an index's order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final, TypeVar

import orjson

from sync.all_docs import AllDocsQuery
from sync.document import DESIGN_PREFIX, Document
from sync.http.exchange import Exchange
from sync.http.filters import whole
from sync.http.page_size import PageSize
from sync.mango.collation import CollationKey, collation_key
from sync.mango.fields import Missing, lookup
from sync.mango.indexes import Index, conditions
from sync.mango.patience import require_time, until
from sync.mango.query import Bookmark, Query
from sync.mango.selector import Selector
from sync.sequence import FROM_THE_START

Answer = TypeVar("Answer")

# Sorted in memory at most; the bookmark goes on after them.
SORTED_ROWS: Final = 100_000
SORTED_BYTES: Final = 64 * 1024 * 1024
JUDGED_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands in an index: by its columns' values, then by its id."""

    key: tuple[CollationKey, str]
    values: tuple[object, ...]
    size: int

    @classmethod
    def of(cls, values: tuple[object, ...], identifier: str) -> "Place":
        """Return the place of a document whose columns have these values."""
        size = len(identifier) + len(orjson.dumps(values))
        return cls((tuple(map(collation_key, values)), identifier), values, size)

    @property
    def identifier(self) -> str:
        """The document's id."""
        return self.key[1]


class Foremost:
    """The first places of an index, as many as are wanted and as memory allows.

    `is_cut` tells that some were left out for the sake of memory. What comes after one that was left out
    is left out too, so that a bookmark never passes over any.
    """

    def __init__(self, wanted: int, *, descending: bool) -> None:
        self._rows = min(wanted, SORTED_ROWS)
        self._wanted = wanted
        self._descending = descending
        self._places: dict[str, Place] = {}
        self._bytes = 0
        self._end: tuple[CollationKey, str] | None = None
        self.is_cut = False

    def add(self, identifiers: Iterable[str], places: Iterable[Place]) -> None:
        """Put documents that were read in their places; those of `identifiers` have no other any more."""
        for identifier in identifiers:
            former = self._places.pop(identifier, None)
            self._bytes -= 0 if former is None else former.size
        for place in places:
            if self._end is None or self._precedes(place.key, self._end):
                self._places[place.identifier] = place
                self._bytes += place.size
        # Sorting costs, and is therefore done when there is twice what is kept.
        if len(self._places) > 2 * self._rows or self._bytes > 2 * SORTED_BYTES:
            self.listed()

    def listed(self) -> list[Place]:
        """Return the places in order."""
        ordered = sorted(self._places.values(), key=lambda place: place.key, reverse=self._descending)
        kept, size = 0, 0
        while kept < min(len(ordered), self._rows) and size + ordered[kept].size <= SORTED_BYTES:
            size += ordered[kept].size
            kept += 1
        if kept < len(ordered):
            self._end = ordered[kept].key
            self._places = {place.identifier: place for place in ordered[:kept]}
            self._bytes = size
            self.is_cut = self.is_cut or kept < self._wanted
        return ordered[:kept]

    def _precedes(self, one: tuple[CollationKey, str], other: tuple[CollationKey, str]) -> bool:
        return one > other if self._descending else one < other


class Finding:
    """One query under way. `examined` documents were read; `bookmark` is where it stopped."""

    def __init__(self, exchange: Exchange, query: Query, index: Index) -> None:
        self._exchange = exchange
        self._query = query
        self._index = index
        self._partial = None if index.partial is None else Selector(index.partial)
        self._size = PageSize(exchange.node.limits.page_rows)
        self._deadline = monotonic() + exchange.node.limits.find_s
        self.examined = 0
        self.bookmark: Bookmark | None = None
        self.is_cut = False

    def pages(self) -> AsyncIterator[list[Document]]:
        """Yield the documents asked for, in order."""
        return self._by_identifier() if self._index.design is None else self._by_columns()

    async def _by_identifier(self) -> AsyncIterator[list[Document]]:
        """Follow the primary index as far as the limit needs."""
        skip, left, asked = self._query.skip, self._query.limit, self._range()
        passed = None if self._query.bookmark is None else self._query.bookmark.identifier
        while left > 0 and not self._exchange.node.stopping.is_stopped:
            rows = self._size.rows + 1
            page = await self._exchange.engine.all_docs(
                self._exchange.database, replace(asked, limit=rows, start_key=passed or asked.start_key)
            )
            documents = [row.document for row in page.rows if row.document and row.key != passed]
            self._size.learn(documents)
            self.examined += len(documents)
            matching = await self._judged_in_turn(documents)
            kept = matching[skip:][:left]
            skip, left = max(0, skip - len(matching)), left - len(kept)
            if kept:
                self.bookmark = Bookmark((kept[-1].identifier,), kept[-1].identifier)
                yield kept
            if len(page.rows) < rows:
                return
            passed = page.rows[-1].key

    async def _by_columns(self) -> AsyncIterator[list[Document]]:
        """Read every document, then list those that match in the index's order."""
        if self._query.limit == 0:
            return
        places = (await self._placed())[self._query.skip :]
        while places and not self._exchange.node.stopping.is_stopped:
            slice_, places = places[: self._size.rows], places[self._size.rows :]
            found = await self._exchange.engine.bulk_get(
                self._exchange.database, [(place.identifier, None) for place in slice_]
            )
            read = [one for opened in found for one in opened if isinstance(one, Document)]
            self._size.learn(read)
            self.bookmark = Bookmark(slice_[-1].values, slice_[-1].identifier)
            # One that changed since it was placed is told as it is now, if it still matches.
            if matching := await self._judged_in_turn(read):
                yield matching

    async def _placed(self) -> list[Place]:
        descending = self._query.sort.descending
        foremost = Foremost(self._query.skip + self._query.limit, descending=descending)
        since, pending = FROM_THE_START, 1
        while pending and not self._exchange.node.stopping.is_stopped:
            page = await self._exchange.engine.changes(
                self._exchange.database, since=since, limit=self._size.rows, include_docs=True
            )
            documents = [one.document for one in page.results if one.document is not None]
            self._size.learn(documents)
            identifiers = [one.identifier for one in page.results]

            def place(read: Sequence[Document], identifiers: list[str] = identifiers) -> None:
                foremost.add(identifiers, self._places(read))

            await self._working(place, documents)
            since, pending = page.last_seq, page.pending
        listed = await self._working(lambda _: foremost.listed(), [])
        self.is_cut = foremost.is_cut
        return listed

    async def _judged_in_turn(self, documents: Sequence[Document]) -> list[Document]:
        """Return those that match, judged a few at a time: other queries have their turn in between."""
        matching: list[Document] = []
        for start in range(0, len(documents), JUDGED_AT_ONCE):
            matching += await self._working(self._matching, documents[start : start + JUDGED_AT_ONCE])
        return matching

    def _matching(self, documents: Sequence[Document]) -> list[Document]:
        return [document for document in documents if self._judged(document) is not None]

    def _places(self, documents: Sequence[Document]) -> list[Place]:
        """Return the places of documents that match and come after the bookmark."""
        self.examined += len(documents)
        found = []
        bookmark, descending = self._query.bookmark, self._query.sort.descending
        after = None if bookmark is None else Place.of(bookmark.values, bookmark.identifier).key
        for document in documents:
            values = self._judged(document)
            if values is None:
                continue
            place = Place.of(values, document.identifier)
            if after is None or (place.key < after if descending else place.key > after):
                found.append(place)
        return found

    def _judged(self, document: Document) -> tuple[object, ...] | None:
        """Return the values of the index's columns when the document is asked for, and None otherwise."""
        if document.deleted or document.identifier.startswith(DESIGN_PREFIX):
            return None
        seen = whole(document)
        values = tuple(lookup(seen, path) for path in self._index.columns)
        if any(isinstance(value, Missing) for value in values):
            return None
        if self._partial is not None and not self._partial.matches(seen):
            return None
        return values if self._query.selector.matches(seen) else None

    def _range(self) -> AllDocsQuery:
        """Return which ids can be asked for: what the selector says of `_id` as text."""
        lower: list[str] = []
        upper: list[str] = []
        for one in conditions(self._query.selector.normal):
            if one.path == ("_id",) and isinstance(one.argument, str) and not one.negated:
                if one.operator in ("$eq", "$gt", "$gte"):
                    lower.append(one.argument)
                if one.operator in ("$eq", "$lt", "$lte"):
                    upper.append(one.argument)
        first, last = max(lower, default=None), min(upper, default=None)
        if self._query.sort.descending:
            first, last = last, first
        return AllDocsQuery(
            start_key=first,
            end_key=last,
            descending=self._query.sort.descending,
            include_docs=True,
            counted=False,
        )

    async def _working(
        self, work: Callable[[Sequence[Document]], Answer], documents: Sequence[Document]
    ) -> Answer:
        """Run work on documents in the worker's thread. Raises RequestTimeout when it is too late."""

        def bounded() -> Answer:
            with until(self._deadline):
                require_time()
                return work(documents)

        return await asyncio.get_running_loop().run_in_executor(self._exchange.node.workers, bounded)
