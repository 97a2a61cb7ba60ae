"""`_db_updates`: what happens to the node's databases, for its administrators."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson

from sync.http.changes import Feed, asked_feed, asked_since, asked_watch
from sync.http.exchange import Exchange
from sync.http.feeds import EVENT_HEARTBEAT, HEARTBEAT
from sync.http.response import StreamResponse
from sync.http.update_log import DatabaseEvent, UpdateLog
from sync.http.watch import Watch


async def get(exchange: Exchange) -> StreamResponse:
    """Answer `GET /_db_updates`."""
    request, log = exchange.request, exchange.node.update_log
    kind = asked_feed(request)
    watch = asked_watch(exchange, log.wait)
    feed = _Updates(log, watch, limit=request.count("limit"), descending=request.flag("descending"))
    first = await log.since(asked_since(request, kind), limit=feed.limit, descending=feed.descending)
    if kind is Feed.CONTINUOUS:
        return StreamResponse(feed.continuous(first))
    if kind is Feed.EVENTSOURCE:
        return StreamResponse(feed.eventsource(first), "text/event-stream")
    return StreamResponse(feed.whole(first, waits=kind is Feed.LONGPOLL))


Batch = tuple[list[DatabaseEvent], str]


@dataclass(frozen=True, slots=True)
class _Updates:
    """The events that a client asked for, as streams of bytes."""

    log: UpdateLog
    watch: Watch
    limit: int | None
    descending: bool

    async def whole(self, first: Batch, *, waits: bool) -> AsyncIterator[bytes]:
        """Send what there is as one object; `waits`: when there is nothing, wait for something."""
        yield b'{"results":[\n'
        events, last_seq = first
        if waits:
            async for batch in self._live(first):
                if batch is None:
                    yield HEARTBEAT
                    continue
                events, last_seq = batch
                if events:
                    break
        yield b",\n".join(_row(event) for event in events)
        yield b'\n],\n"last_seq":' + orjson.dumps(last_seq) + b"}\n"

    async def continuous(self, first: Batch) -> AsyncIterator[bytes]:
        """Send a line an event, as they come."""
        last_seq = first[1]
        async for batch in self._live(first):
            if batch is None:
                yield HEARTBEAT
                continue
            last_seq = batch[1]
            for event in batch[0]:
                yield _row(event) + b"\n"
        yield orjson.dumps({"last_seq": last_seq}) + b"\n"

    async def eventsource(self, first: Batch) -> AsyncIterator[bytes]:
        """Send server-sent events, as they come."""
        async for batch in self._live(first):
            if batch is None:
                yield EVENT_HEARTBEAT
                continue
            for event in batch[0]:
                yield b"data: " + _row(event) + b"\nid: " + orjson.dumps(event.sequence) + b"\n\n"

    async def _live(self, first: Batch) -> AsyncIterator[Batch | None]:
        """Yield events as they come, and None at each heartbeat; end at the limit or the term."""
        batch, sent = first, 0
        while True:
            yield batch
            sent += len(batch[0])
            left = None if self.limit is None else self.limit - sent
            if left == 0:
                return
            async for changed in self.watch.signs(batch[1]):
                if not changed:
                    yield None
            if self.watch.is_over:
                return
            batch = await self.log.since(batch[1], limit=left, descending=False)


def _row(event: DatabaseEvent) -> bytes:
    return orjson.dumps({"db_name": event.database, "type": event.kind, "seq": event.sequence})
