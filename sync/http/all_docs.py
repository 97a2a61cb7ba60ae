"""`_all_docs`, `_design_docs`, `_local_docs`: documents by id, and several such listings at once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sync.all_docs import AllDocsPage, AllDocsQuery, AllDocsRow
from sync.document import DESIGN_PREFIX
from sync.errors import BadRequest, Forbidden
from sync.http.exchange import Exchange
from sync.http.listing_options import ListingOptions
from sync.http.representation import AttachmentOptions, with_bytes
from sync.http.response import JsonResponse

# The first text after every one that starts with "_design/".
_AFTER_DESIGN: Final = "_design0"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A page, and how many documents there are of its kind (None: not told)."""

    page: AllDocsPage
    total: int | None


Source = Callable[[Exchange, AllDocsQuery], Awaitable[_Listed]]


async def all_docs(exchange: Exchange) -> JsonResponse:
    """Answer `GET` and `POST /{db}/_all_docs`."""
    return await _listing(exchange, _every_document)


async def all_docs_queries(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_all_docs/queries`."""
    return await _listings(exchange, _every_document)


async def design_docs(exchange: Exchange) -> JsonResponse:
    """Answer `GET` and `POST /{db}/_design_docs`."""
    return await _listing(exchange, _design_documents)


async def design_docs_queries(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_design_docs/queries`."""
    return await _listings(exchange, _design_documents)


async def local_docs(exchange: Exchange) -> JsonResponse:
    """Answer `GET` and `POST /{db}/_local_docs`."""
    return await _listing(exchange, _local_documents)


async def local_docs_queries(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_local_docs/queries`."""
    return await _listings(exchange, _local_documents)


async def _listing(exchange: Exchange, source: Source) -> JsonResponse:
    body = await exchange.json_object() if exchange.request.method == "POST" else None
    if body is not None and body.get("keys") is not None and not isinstance(body["keys"], list):
        raise BadRequest("`keys` body member must be an array.")
    options = ListingOptions.read(exchange.request.query, body)
    return JsonResponse(await _told(exchange, source, options))


async def _listings(exchange: Exchange, source: Source) -> JsonResponse:
    queries = (await exchange.json_object()).get("queries")
    if queries is None:
        raise BadRequest("POST body must include `queries` parameter.")
    if not isinstance(queries, list) or not all(isinstance(one, Mapping) for one in queries):
        raise BadRequest("`queries` must be an array of JSON objects.")
    asked = [ListingOptions.read({}, one) for one in queries]
    return JsonResponse({"results": [await _told(exchange, source, options) for options in asked]})


async def _told(exchange: Exchange, source: Source, options: ListingOptions) -> dict[str, object]:
    query = options.query()
    listed = await source(exchange, query)
    by_key = query.keys is not None
    told: dict[str, object] = {
        "total_rows": listed.total,
        "offset": None if by_key or listed.total is None else listed.page.offset,
        "rows": [_row(await _attached(exchange, row, options), options) for row in listed.page.rows],
    }
    if options.update_seq:
        told["update_seq"] = None if by_key else listed.page.update_seq
    return told


async def _every_document(exchange: Exchange, query: AllDocsQuery) -> _Listed:
    page = await exchange.engine.all_docs(exchange.database, query)
    return _Listed(page, page.total_rows)


async def _design_documents(exchange: Exchange, query: AllDocsQuery) -> _Listed:
    everything = AllDocsQuery(start_key=DESIGN_PREFIX, end_key=_AFTER_DESIGN, inclusive_end=False)
    listed = await exchange.engine.all_docs(exchange.database, everything)
    total = len(listed.rows)
    if query.keys is not None:
        return _Listed(await exchange.engine.all_docs(exchange.database, query), total)
    page = await exchange.engine.all_docs(exchange.database, _among_designs(query))
    return _Listed(replace(page, offset=max(0, page.offset - listed.offset)), total)


async def _local_documents(exchange: Exchange, query: AllDocsQuery) -> _Listed:
    if exchange.rule is not None:
        raise Forbidden("Local documents are not open to devices.")
    return _Listed(await exchange.engine.local_documents(exchange.database, query), None)


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


def _row(row: AllDocsRow, options: ListingOptions) -> dict[str, object]:
    if row.revision is None:
        return {"key": row.key, "error": "not_found"}
    value: dict[str, object] = {"rev": str(row.revision)}
    if row.deleted:
        value["deleted"] = True
    told: dict[str, object] = {"id": row.key, "key": row.key, "value": value}
    if options.include_docs:
        document = row.document
        told["doc"] = None if document is None else document.to_json(conflicts=options.conflicts)
    return told
