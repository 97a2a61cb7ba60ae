"""`_all_docs`, `_design_docs`, `_local_docs`: documents by id, and several such listings at once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from sync.all_docs import AllDocsPage, AllDocsQuery, AllDocsRow
from sync.document import DESIGN_PREFIX
from sync.errors import BadRequest, Forbidden
from sync.http.exchange import Exchange
from sync.http.listing_options import ListingOptions
from sync.http.page_size import FIRST_ROWS, PageSize
from sync.http.representation import AttachmentOptions, with_bytes
from sync.http.response import StreamResponse

# The first text after every one that starts with "_design/".
_AFTER_DESIGN: Final = "_design0"


@dataclass(frozen=True, slots=True)
class _Listed:
    """Pages of rows, and how many documents there are of their kind (None: not told)."""

    pages: AsyncIterator[AllDocsPage]
    total: int | None


Source = Callable[[Exchange, AllDocsQuery], Awaitable[_Listed]]


async def all_docs(exchange: Exchange) -> StreamResponse:
    """Answer `GET` and `POST /{db}/_all_docs`."""
    return await _listing(exchange, _every_document)


async def all_docs_queries(exchange: Exchange) -> StreamResponse:
    """Answer `POST /{db}/_all_docs/queries`."""
    return await _listings(exchange, _every_document)


async def design_docs(exchange: Exchange) -> StreamResponse:
    """Answer `GET` and `POST /{db}/_design_docs`."""
    return await _listing(exchange, _design_documents)


async def design_docs_queries(exchange: Exchange) -> StreamResponse:
    """Answer `POST /{db}/_design_docs/queries`."""
    return await _listings(exchange, _design_documents)


async def local_docs(exchange: Exchange) -> StreamResponse:
    """Answer `GET` and `POST /{db}/_local_docs`."""
    return await _listing(exchange, _local_documents)


async def local_docs_queries(exchange: Exchange) -> StreamResponse:
    """Answer `POST /{db}/_local_docs/queries`."""
    return await _listings(exchange, _local_documents)


async def _listing(exchange: Exchange, source: Source) -> StreamResponse:
    body = await exchange.json_object() if exchange.request.method == "POST" else None
    if body is not None and body.get("keys") is not None and not isinstance(body["keys"], list):
        raise BadRequest("`keys` body member must be an array.")
    keys = exchange.request.value("keys")
    if keys is not None and not isinstance(keys, list):
        raise BadRequest("`keys` parameter must be an array.")
    options = ListingOptions.read(exchange.request.query, body)
    return _answer(_pieces(exchange, await source(exchange, options.query()), options))


async def _listings(exchange: Exchange, source: Source) -> StreamResponse:
    queries = (await exchange.json_object()).get("queries")
    if queries is None:
        raise BadRequest("POST body must include `queries` parameter.")
    if not isinstance(queries, list) or not all(isinstance(one, Mapping) for one in queries):
        raise BadRequest("`queries` must be an array of JSON objects.")
    asked = [ListingOptions.read({}, one) for one in queries]
    return _answer(_several(exchange, source, asked))


def _answer(pieces: AsyncIterator[bytes]) -> StreamResponse:
    return StreamResponse(pieces, headers={"cache-control": "must-revalidate"})


async def _several(
    exchange: Exchange, source: Source, asked: Sequence[ListingOptions]
) -> AsyncIterator[bytes]:
    yield b'{"results":['
    for number, options in enumerate(asked):
        if number:
            yield b","
        async for piece in _pieces(exchange, await source(exchange, options.query()), options):
            yield piece
    yield b"]}\n"


async def _pieces(exchange: Exchange, listed: _Listed, options: ListingOptions) -> AsyncIterator[bytes]:
    """Send a listing as its pages are read."""
    by_key = options.query().keys is not None
    others = options.other_keys()
    is_first, update_seq = True, ""
    async for page in listed.pages:
        rows = [
            orjson.dumps(_row(await _attached(exchange, row, options), options, others)) for row in page.rows
        ]
        if is_first:
            update_seq = page.update_seq
            offset = None if by_key or listed.total is None else page.offset
            yield orjson.dumps({"total_rows": listed.total, "offset": offset})[:-1] + b',"rows":[\n'
        elif rows:
            yield b",\n"
        is_first = False
        yield b",\n".join(rows)
    end = {"update_seq": None if by_key else update_seq} if options.update_seq else {}
    yield b"\n]" + (b"," + orjson.dumps(end)[1:] if end else b"}") + b"\n"


async def _every_document(exchange: Exchange, query: AllDocsQuery) -> _Listed:
    first = await _first(exchange, query)
    return _Listed(_following(exchange, query, first), first.total_rows)


async def _design_documents(exchange: Exchange, query: AllDocsQuery) -> _Listed:
    everything = AllDocsQuery(start_key=DESIGN_PREFIX, end_key=_AFTER_DESIGN, inclusive_end=False)
    listed = await exchange.engine.all_docs(exchange.database, everything)
    if query.keys is None:
        query = _among_designs(query)
    first = await _first(exchange, query)
    first = replace(first, offset=max(0, first.offset - listed.offset))
    return _Listed(_following(exchange, query, first), len(listed.rows))


async def _local_documents(exchange: Exchange, query: AllDocsQuery) -> _Listed:
    if exchange.rule is not None:
        raise Forbidden("Local documents are not open to devices.")
    return _Listed(_only(await exchange.engine.local_documents(exchange.database, query)), None)


async def _only(page: AllDocsPage) -> AsyncIterator[AllDocsPage]:
    yield page


def _rows(exchange: Exchange, query: AllDocsQuery) -> PageSize:
    most = exchange.node.limits.page_rows
    return PageSize(most, first=FIRST_ROWS if query.include_docs else most)


async def _first(exchange: Exchange, query: AllDocsQuery) -> AllDocsPage:
    """Read the first page: what is wrong with the query has its own status."""
    return await _page(exchange, query, _rows(exchange, query).rows)


async def _page(exchange: Exchange, query: AllDocsQuery, rows: int) -> AllDocsPage:
    limit = rows if query.limit is None else min(rows, query.limit)
    return await exchange.engine.all_docs(exchange.database, replace(query, limit=limit))


async def _following(
    exchange: Exchange, query: AllDocsQuery, first: AllDocsPage
) -> AsyncIterator[AllDocsPage]:
    """Yield a page and those after it. Each begins after the last row of the one before."""
    size, page, left = _rows(exchange, query), first, query.limit
    asked, got = size.rows, len(first.rows)
    query = replace(query, counted=False)
    while True:
        yield page
        size.learn(row.document for row in page.rows if query.include_docs)
        left = None if left is None else left - len(page.rows)
        if got < asked or left == 0 or exchange.node.stopping.is_stopped:
            return
        if query.keys is not None:
            asked, query = size.rows, replace(query, skip=query.skip + got, limit=left)
            page = await _page(exchange, query, asked)
            got = len(page.rows)
        else:
            # The last row told is asked for again, and left out: it may be gone meanwhile.
            last = page.rows[-1].key
            asked = size.rows + 1
            query = replace(query, start_key=last, skip=0, limit=None if left is None else left + 1)
            page = await _page(exchange, query, asked)
            got = len(page.rows)
            page = replace(page, rows=tuple(row for row in page.rows if row.key != last))


def _among_designs(query: AllDocsQuery) -> AllDocsQuery:
    """Narrow a range to the ids of design documents."""
    first, last = (query.end_key, query.start_key) if query.descending else (query.start_key, query.end_key)
    low = max(first or "", DESIGN_PREFIX)
    high = last if last is not None and last < _AFTER_DESIGN else _AFTER_DESIGN
    start, end = (high, low) if query.descending else (low, high)
    return replace(query, start_key=start, end_key=end)


async def _attached(exchange: Exchange, row: AllDocsRow, options: ListingOptions) -> AllDocsRow:
    """Return the row with the bytes of its document's attachments, when they are asked for."""
    if row.document is None or not row.document.attachments:
        return row
    attached = AttachmentOptions(options.attachments, options.att_encoding_info)
    document = await with_bytes(exchange.engine, exchange.database, row.document, attached)
    return replace(row, document=document)


def _row(row: AllDocsRow, options: ListingOptions, others: Mapping[str, object]) -> dict[str, object]:
    if row.revision is None:
        return {"key": others.get(row.key, row.key), "error": "not_found"}
    value: dict[str, object] = {"rev": str(row.revision)}
    if row.deleted:
        value["deleted"] = True
    told: dict[str, object] = {"id": row.key, "key": row.key, "value": value}
    if options.include_docs:
        document = row.document
        told["doc"] = None if document is None else document.to_json(conflicts=options.conflicts)
    return told
