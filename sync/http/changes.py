"""`_changes`: reading what is asked, and choosing the feed that answers."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Final

from sync.changes import Style
from sync.errors import BadRequest
from sync.http import feeds
from sync.http.bodies import optional_json_object
from sync.http.exchange import Exchange
from sync.http.filters import asked_filter
from sync.http.listing import Listing, ListingQuery
from sync.http.representation import AttachmentOptions
from sync.http.request import Request
from sync.http.response import StreamResponse
from sync.http.watch import Wait, Watch
from sync.sequence import FROM_THE_START

_DEFAULT_HEARTBEAT_S: Final = 60.0


class Feed(StrEnum):
    """How changes are sent."""

    NORMAL = "normal"
    LONGPOLL = "longpoll"
    CONTINUOUS = "continuous"
    EVENTSOURCE = "eventsource"


async def get(exchange: Exchange) -> StreamResponse:
    """Answer `GET /{db}/_changes`."""
    return await _answer(exchange, {})


async def post(exchange: Exchange) -> StreamResponse:
    """Answer `POST /{db}/_changes`: `doc_ids` or `selector` in the body, everything else as for GET."""
    return await _answer(exchange, await optional_json_object(exchange))


async def _answer(exchange: Exchange, asked: Mapping[str, object]) -> StreamResponse:
    node = exchange.node
    kind = asked_feed(exchange.request)
    watch = asked_watch(exchange, partial(exchange.engine.wait_for_change, exchange.database))
    listing = Listing(
        exchange.engine,
        exchange.database,
        await _query(exchange, kind, asked),
        page_rows=node.limits.page_rows,
        workers=node.workers,
    )
    form = feeds.RowFormat(
        listing,
        seq_interval=_seq_interval(exchange.request),
        conflicts=exchange.request.flag("conflicts"),
    )
    # The first page is read before anything is sent, so that what is wrong has its own status.
    first = await listing.first()
    if kind is Feed.LONGPOLL:
        return StreamResponse(feeds.longpoll(form, first, watch))
    if kind is Feed.CONTINUOUS:
        return StreamResponse(feeds.continuous(form, first, watch))
    if kind is Feed.EVENTSOURCE:
        return StreamResponse(feeds.eventsource(form, first, watch), "text/event-stream")
    return StreamResponse(feeds.normal(form, first, watch))


def asked_feed(request: Request) -> Feed:
    """Read how changes are to be sent. Raises BadRequest."""
    asked = request.query.get("feed", Feed.NORMAL)
    # "live" is CouchDB's older word for a continuous feed.
    if asked == "live":
        return Feed.CONTINUOUS
    try:
        return Feed(asked)
    except ValueError as error:
        raise BadRequest("Supported `feed` types: normal, continuous, live, longpoll, eventsource") from error


def asked_watch(exchange: Exchange, wait: Wait) -> Watch:
    """Read how long a feed waits: its timeout, the node's bound, the token's end. Raises BadRequest."""
    limits, request = exchange.node.limits, exchange.request
    timeout_ms = request.count("timeout")
    life_s, expires_at = limits.feed_life_s, exchange.principal.expires_at
    if expires_at is not None:
        life_s = min(life_s, expires_at - exchange.node.now())
    asked_s = limits.default_timeout_s if timeout_ms is None else timeout_ms / 1000
    return Watch(
        wait,
        life_s=max(0.0, life_s),
        silence_s=min(limits.default_timeout_s, asked_s),
        heartbeat_s=_heartbeat_s(exchange),
        stopping=exchange.node.stopping,
    )


def asked_since(request: Request, kind: Feed) -> str:
    """Read after which sequence to begin; an EventSource that reconnects names it in a header."""
    header = request.headers.get("last-event-id") if kind is Feed.EVENTSOURCE else None
    return header or request.query.get("last-event-id") or request.query.get("since") or FROM_THE_START


def asked_limit(request: Request) -> int | None:
    """Read the most rows to send; 0 is 1, as CouchDB documents it. Raises BadRequest."""
    limit = request.count("limit")
    return None if limit is None else max(1, limit)


async def _query(exchange: Exchange, kind: Feed, asked: Mapping[str, object]) -> ListingQuery:
    request = exchange.request
    query = ListingQuery(
        since=asked_since(request, kind),
        limit=asked_limit(request),
        style=_style(request),
        include_docs=request.flag("include_docs"),
        attachments=AttachmentOptions(request.flag("attachments"), request.flag("att_encoding_info")),
        descending=request.flag("descending"),
        filter=await asked_filter(exchange, asked),
    )
    return replace(query, since=FROM_THE_START) if query.descending else query


def _style(request: Request) -> Style:
    asked = request.query.get("style", Style.MAIN_ONLY)
    try:
        return Style(asked)
    except ValueError as error:
        raise BadRequest("Supported `style` values: main_only, all_docs") from error


def _seq_interval(request: Request) -> int:
    interval = request.count("seq_interval")
    if interval == 0:
        raise BadRequest("invalid_seq_interval")
    return interval or 1


def _heartbeat_s(exchange: Exchange) -> float | None:
    request = exchange.request
    asked = request.query.get("heartbeat")
    if asked is None or asked == "false":
        return None
    if asked == "true":
        return _DEFAULT_HEARTBEAT_S
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18 and int(asked) > 0):
        raise BadRequest("The heartbeat value should be a positive integer (in milliseconds).")
    return min(_DEFAULT_HEARTBEAT_S, max(exchange.node.limits.min_heartbeat_s, int(asked) / 1000))
