"""`_changes`: reading what is asked, and choosing the feed that answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.changes import ChangesPage, Style
from sync.errors import BadRequest, Unsupported
from sync.http import feeds
from sync.http.exchange import Exchange
from sync.http.limits import Limits
from sync.http.request import Request, texts
from sync.http.response import StreamResponse
from sync.http.watch import Watch
from sync.sequence import FROM_THE_START

_DOC_IDS_FILTER: Final = "_doc_ids"
_DEFAULT_HEARTBEAT_S: Final = 60.0


class Feed(StrEnum):
    """How changes are sent."""

    NORMAL = "normal"
    LONGPOLL = "longpoll"
    CONTINUOUS = "continuous"
    EVENTSOURCE = "eventsource"


async def get(exchange: Exchange) -> StreamResponse:
    """Answer `GET /{db}/_changes`."""
    doc_ids = exchange.request.value("doc_ids")
    return await _answer(exchange, doc_ids)


async def post(exchange: Exchange) -> StreamResponse:
    """Answer `POST /{db}/_changes`: `doc_ids` in the body, everything else as for GET."""
    asked: Mapping[str, object] = await exchange.json_object()
    return await _answer(exchange, asked.get("doc_ids"))


async def _answer(exchange: Exchange, doc_ids: object) -> StreamResponse:
    request, node = exchange.request, exchange.node
    kind = _kind(request)
    listing = _listing(exchange, doc_ids)
    # The first page is read before anything is sent, so that what is wrong has its own status.
    first = await listing.page(listing.since)
    watch = Watch(
        exchange.engine,
        exchange.database,
        life_s=_life_s(exchange),
        heartbeat_s=_heartbeat_s(request, node.limits),
        stopping=node.stopping,
    )
    if kind is Feed.LONGPOLL:
        return StreamResponse(feeds.longpoll(listing, first, watch))
    if kind is Feed.CONTINUOUS:
        return StreamResponse(feeds.continuous(listing, first, watch))
    if kind is Feed.EVENTSOURCE:
        return StreamResponse(feeds.eventsource(listing, first, watch), "text/event-stream")
    return StreamResponse(feeds.normal(listing, first))


@dataclass(frozen=True, slots=True)
class _EngineListing:
    """`sync.http.feeds.Listing`: what was asked, page by page."""

    exchange: Exchange
    since: str
    limit: int | None
    style: Style
    include_docs: bool
    conflicts: bool
    descending: bool
    doc_ids: list[str] | None
    seq_interval: int

    @property
    def is_paged(self) -> bool:
        """Whether a page can be continued by the next: not backwards, nor by ids."""
        return not self.descending and self.doc_ids is None

    async def page(self, since: str, limit: int | None = None) -> ChangesPage:
        """Read the page that follows `since`, of at most `limit` rows."""
        wanted = self.limit if limit is None else limit
        if self.is_paged:
            bound = self.exchange.node.limits.page_rows
            wanted = bound if wanted is None else min(bound, wanted)
        return await self.exchange.engine.changes(
            self.exchange.database,
            since=since,
            limit=wanted,
            include_docs=self.include_docs,
            style=self.style,
            descending=self.descending,
            doc_ids=self.doc_ids,
        )


def _listing(exchange: Exchange, doc_ids: object) -> _EngineListing:
    request = exchange.request
    limit = request.count("limit")
    return _EngineListing(
        exchange=exchange,
        since=request.query.get("since") or request.headers.get("last-event-id") or FROM_THE_START,
        limit=None if limit is None else max(1, limit),
        style=_style(request),
        include_docs=request.flag("include_docs"),
        conflicts=request.flag("conflicts"),
        descending=request.flag("descending"),
        doc_ids=_doc_ids(request, doc_ids),
        seq_interval=max(1, request.count("seq_interval") or 1),
    )


def _kind(request: Request) -> Feed:
    asked = request.query.get("feed", Feed.NORMAL)
    # "live" is CouchDB's older word for a continuous feed.
    if asked == "live":
        return Feed.CONTINUOUS
    try:
        return Feed(asked)
    except ValueError as error:
        raise BadRequest("Supported `feed` types: normal, continuous, live, longpoll, eventsource") from error


def _style(request: Request) -> Style:
    asked = request.query.get("style", Style.MAIN_ONLY)
    try:
        return Style(asked)
    except ValueError as error:
        raise BadRequest("Supported `style` values: main_only, all_docs") from error


def _doc_ids(request: Request, doc_ids: object) -> list[str] | None:
    """Read the ids to keep: only with `filter=_doc_ids`, as in CouchDB. Other filters are refused."""
    chosen = request.query.get("filter")
    if chosen is None:
        return None
    if chosen != _DOC_IDS_FILTER:
        raise Unsupported("Only the filter _doc_ids is served.")
    return texts(doc_ids, "doc_ids")


def _heartbeat_s(request: Request, limits: Limits) -> float | None:
    asked = request.query.get("heartbeat")
    if asked is None or asked == "false":
        return None
    if asked == "true":
        return _DEFAULT_HEARTBEAT_S
    return max(limits.min_heartbeat_s, (request.count("heartbeat") or 0) / 1000)


def _life_s(exchange: Exchange) -> float:
    """Return how long this feed may wait: its timeout, the node's bound, the token's end, the least."""
    limits, request = exchange.node.limits, exchange.request
    timeout_ms = request.count("timeout")
    if _heartbeat_s(request, limits) is not None:
        life_s = limits.feed_life_s
    elif timeout_ms is None:
        life_s = limits.default_timeout_s
    else:
        life_s = min(limits.default_timeout_s, timeout_ms / 1000)
    expires_at = exchange.principal.expires_at
    if expires_at is not None:
        life_s = min(life_s, expires_at - exchange.node.now())
    return max(0.0, life_s)
