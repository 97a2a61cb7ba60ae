"""The four ways CouchDB sends changes, as streams of bytes."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final, Protocol

import orjson

from sync.changes import Change, ChangesPage
from sync.http.watch import Watch

HEARTBEAT: Final = b"\n"
EVENT_HEARTBEAT: Final = b"event: heartbeat\ndata: \n\n"


class Listing(Protocol):
    """What a client asked of the changes of a database."""

    @property
    def limit(self) -> int | None:
        """The most rows to send in all."""

    @property
    def conflicts(self) -> bool:
        """Whether documents name their conflicts."""

    @property
    def seq_interval(self) -> int:
        """Every how many rows a sequence is told."""

    @property
    def is_paged(self) -> bool:
        """Whether a page can be continued by the next."""

    async def page(self, since: str, limit: int | None = None) -> ChangesPage:
        """Read the page that follows `since`, of at most `limit` rows."""


async def normal(listing: Listing, first: ChangesPage) -> AsyncIterator[bytes]:
    """Send what there is, page by page, up to what there was when it was asked."""
    yield b'{"results":[\n'
    async for piece in _results(listing, first):
        yield piece


async def longpoll(listing: Listing, first: ChangesPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send what there is; when there is nothing, wait for something."""
    yield b'{"results":[\n'
    page = first
    while not page.results and not watch.is_over:
        async for changed in watch.signs(page.last_seq):
            if changed:
                page = await listing.page(page.last_seq)
            else:
                yield HEARTBEAT
    async for piece in _results(listing, page):
        yield piece


async def continuous(listing: Listing, first: ChangesPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send changes as they come, a line each, until the limit or the term."""
    last = first
    async for piece in _live(listing, first, watch):
        if isinstance(piece, ChangesPage):
            last = piece
            for row in _rows(listing, piece):
                yield orjson.dumps(row) + b"\n"
        else:
            yield HEARTBEAT
    yield orjson.dumps({"last_seq": last.last_seq, "pending": last.pending}) + b"\n"


async def eventsource(listing: Listing, first: ChangesPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send changes as server-sent events; a client that comes back names the last one's id."""
    async for piece in _live(listing, first, watch):
        if isinstance(piece, ChangesPage):
            for change, row in zip(piece.results, _rows(listing, piece), strict=True):
                yield b"data: " + orjson.dumps(row) + b"\nid: " + change.sequence.encode("ascii") + b"\n\n"
        else:
            yield EVENT_HEARTBEAT


async def _live(listing: Listing, first: ChangesPage, watch: Watch) -> AsyncIterator[ChangesPage | None]:
    """Yield pages that hold something, and None at each heartbeat."""
    page, sent = first, 0
    while True:
        if page.results:
            sent += len(page.results)
            yield page
        left = None if listing.limit is None else listing.limit - sent
        if left == 0:
            return
        if not page.pending or not listing.is_paged:
            async for changed in watch.signs(page.last_seq):
                if not changed:
                    yield None
        if watch.is_over:
            return
        page = await listing.page(page.last_seq, left)


async def _results(listing: Listing, first: ChangesPage) -> AsyncIterator[bytes]:
    """Send the rows of `first` and of the pages that were pending then, and the end of the object."""
    page = first
    rows = len(first.results) + first.pending
    rows = rows if listing.limit is None else min(rows, listing.limit)
    separator = b""
    while True:
        for row in _rows(listing, page):
            yield separator + orjson.dumps(row)
            separator = b",\n"
        rows -= len(page.results)
        if rows <= 0 or not page.results or not listing.is_paged:
            break
        page = await listing.page(page.last_seq, rows)
    end = orjson.dumps({"last_seq": page.last_seq, "pending": page.pending})
    yield b"\n],\n" + end[1:] + b"\n"


def _rows(listing: Listing, page: ChangesPage) -> Iterator[dict[str, object]]:
    last = len(page.results)
    for number, change in enumerate(page.results, start=1):
        # The last row always tells its sequence: a client may resume from the last it read.
        told = number == last or number % listing.seq_interval == 0
        yield _row(change, told=told, conflicts=listing.conflicts)


def _row(change: Change, *, told: bool, conflicts: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "seq": change.sequence if told else None,
        "id": change.identifier,
        "changes": _leaves(change.leaves),
    }
    if change.deleted:
        row["deleted"] = True
    if change.document is not None:
        row["doc"] = change.document.to_json(conflicts=conflicts)
    return row


def _leaves(leaves: Sequence[object]) -> list[dict[str, str]]:
    return [{"rev": str(revision)} for revision in leaves]
