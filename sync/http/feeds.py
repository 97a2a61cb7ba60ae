"""The four ways CouchDB sends changes, as streams of bytes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import orjson

from sync.changes import Change
from sync.http.listing import ListedPage, Listing
from sync.http.response import CHUNK_BYTES
from sync.http.watch import Watch

HEARTBEAT: Final = b"\n"
EVENT_HEARTBEAT: Final = b"event: heartbeat\ndata: \n\n"

# The limit that CouchDB counts down from when none is asked for; `seq_interval` divides what is left of it.
_NO_LIMIT: Final = 1_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class RowFormat:
    """How a change is written. `seq_interval`: every how many rows the sequence is told, the others null."""

    listing: Listing
    seq_interval: int = 1
    conflicts: bool = False

    async def written(
        self, page: ListedPage, sent: int, write: Callable[[int, Change, bytes], bytes]
    ) -> AsyncIterator[bytes]:
        """Yield the rows of a page that comes after `sent` rows, some at a time.

        `write` says how a row stands in the feed, by its number, its change and its JSON. Attachments are
        read when their row is written: they are not all in memory at once.
        """
        left = self.listing.limit or _NO_LIMIT
        waiting: list[bytes] = []
        size = 0
        for number, change in enumerate(page.results, start=sent):
            row = orjson.dumps(await self._row(change, told=(left - number) % self.seq_interval == 0))
            waiting.append(write(number, change, row))
            size += len(row)
            if size > CHUNK_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
        if waiting:
            yield b"".join(waiting)

    async def _row(self, change: Change, *, told: bool) -> dict[str, object]:
        row: dict[str, object] = {
            "seq": change.sequence if told else None,
            "id": change.identifier,
            "changes": [{"rev": str(leaf)} for leaf in change.leaves],
        }
        if change.deleted:
            row["deleted"] = True
        if self.listing.query.include_docs:
            row["doc"] = await self._document(change)
        return row

    async def _document(self, change: Change) -> object:
        if change.document is None:
            return None
        document = (await self.listing.attached(change.document)).to_json(conflicts=self.conflicts)
        chosen = self.listing.query.filter
        return document if chosen is None else chosen.shown(document)


async def normal(form: RowFormat, first: ListedPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send what there is, page by page, up to what there was when it was asked."""
    yield b'{"results":[\n'
    async for piece in _results(form, first, watch):
        yield piece


async def longpoll(form: RowFormat, first: ListedPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send what there is; when there is nothing, wait for something."""
    yield b'{"results":[\n'
    page = first
    async for found in _live(form.listing, first, watch):
        if found is None:
            yield HEARTBEAT
            continue
        page = found
        if page.results:
            break
    async for piece in _results(form, page, watch):
        yield piece


async def continuous(form: RowFormat, first: ListedPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send changes as they come, a line each, until the limit or the term."""
    last, sent = first, 0
    async for page in _live(form.listing, first, watch):
        if page is None:
            yield HEARTBEAT
            continue
        last = page
        async for rows in form.written(page, sent, _line):
            yield rows
        sent += len(page.results)
    yield _end(last)


async def eventsource(form: RowFormat, first: ListedPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send changes as server-sent events; a client that comes back names the last one's id."""
    sent = 0
    async for page in _live(form.listing, first, watch):
        if page is None:
            yield EVENT_HEARTBEAT
            continue
        async for rows in form.written(page, sent, _event):
            yield rows
        sent += len(page.results)


async def _live(listing: Listing, first: ListedPage, watch: Watch) -> AsyncIterator[ListedPage | None]:
    """Yield pages as they come, empty ones too, and None at each heartbeat; end at the limit or the term."""
    page, sent = first, 0
    pulse = _Pulse(watch.heartbeat_s)
    while True:
        yield page
        sent += len(page.results)
        left = None if listing.limit is None else listing.limit - sent
        if left == 0:
            return
        if page.results:
            pulse.beat()
        elif pulse.is_due:
            pulse.beat()
            yield None
        if not page.pending:
            page = listing.turned(page)
            async for changed in watch.signs(page.last_seq):
                pulse.beat()
                if not changed:
                    yield None
        if watch.is_over:
            return
        page = await listing.page(page.last_seq, left)


class _Pulse:
    """Tells when a heartbeat is due while there is no time to wait: a filter lets nothing through."""

    def __init__(self, interval_s: float | None) -> None:
        self._interval_s = interval_s
        self._loop = asyncio.get_running_loop()
        self.beat()

    def beat(self) -> None:
        """Note that the client has just heard something."""
        self._last = self._loop.time()

    @property
    def is_due(self) -> bool:
        """Whether the client has heard nothing for an interval."""
        return self._interval_s is not None and self._loop.time() - self._last >= self._interval_s


async def _results(form: RowFormat, first: ListedPage, watch: Watch) -> AsyncIterator[bytes]:
    """Send the rows of `first` and of the pages that were pending then, and the end of the object.

    A node that stops ends it early: `last_seq` and `pending` say from where, and that more remains.
    """
    listing, page, sent = form.listing, first, 0
    unseen = first.scanned + first.pending
    # The last rows leave with the end: five hundred tablets woken at once are told in half the packets.
    held = b""
    while True:
        async for rows in form.written(page, sent, _element):
            if held:
                yield held
            held = rows
        sent += len(page.results)
        unseen -= page.scanned
        left = None if listing.limit is None else listing.limit - sent
        if left == 0 or unseen <= 0 or not page.pending or watch.is_stopped:
            break
        if held:
            yield held
            held = b""
        page = await listing.page(page.last_seq, left, rows=unseen)
    yield held + b"\n],\n" + _end(page)[1:]


def _element(number: int, _change: Change, row: bytes) -> bytes:
    return b",\n" + row if number else row


def _line(_number: int, _change: Change, row: bytes) -> bytes:
    return row + b"\n"


def _event(_number: int, change: Change, row: bytes) -> bytes:
    return b"data: " + row + b"\nid: " + orjson.dumps(change.sequence) + b"\n\n"


def _end(page: ListedPage) -> bytes:
    return orjson.dumps({"last_seq": page.last_seq, "pending": page.pending}) + b"\n"
