"""`_all_docs`: the primary index."""

from collections.abc import Mapping

from sync.all_docs import AllDocsQuery, AllDocsRow
from sync.errors import BadRequest
from sync.http.exchange import Exchange
from sync.http.request import Request, texts
from sync.http.response import JsonResponse


async def get(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_all_docs`."""
    return await _listing(exchange, exchange.request.value("keys"))


async def post(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_all_docs`: `keys` in the body, everything else as for GET."""
    asked: Mapping[str, object] = await exchange.json_object()
    return await _listing(exchange, asked.get("keys"))


async def _listing(exchange: Exchange, keys: object) -> JsonResponse:
    request = exchange.request
    query = _query(request, keys)
    page = await exchange.engine.all_docs(exchange.database, query)
    conflicts = request.flag("conflicts")
    listing: dict[str, object] = {
        "total_rows": page.total_rows,
        "offset": page.offset,
        "rows": [_row(row, query, conflicts=conflicts) for row in page.rows],
    }
    if request.flag("update_seq"):
        listing["update_seq"] = page.update_seq
    return JsonResponse(listing)


def _query(request: Request, keys: object) -> AllDocsQuery:
    only = _key(request, "key")
    return AllDocsQuery(
        keys=None if keys is None else texts(keys, "keys"),
        start_key=only or _key(request, "startkey", "start_key"),
        end_key=only or _key(request, "endkey", "end_key"),
        inclusive_end=request.flag("inclusive_end", default=True),
        descending=request.flag("descending"),
        skip=request.count("skip") or 0,
        limit=request.count("limit"),
        include_docs=request.flag("include_docs"),
    )


def _key(request: Request, *names: str) -> str | None:
    value = request.value(*names)
    if not isinstance(value, str | None):
        raise BadRequest(f"`{names[0]}` must be a JSON string.")
    return value


def _row(row: AllDocsRow, query: AllDocsQuery, *, conflicts: bool) -> dict[str, object]:
    if row.revision is None:
        return {"key": row.key, "error": "not_found"}
    value: dict[str, object] = {"rev": str(row.revision)}
    if row.deleted:
        value["deleted"] = True
    told: dict[str, object] = {"id": row.key, "key": row.key, "value": value}
    if query.include_docs:
        told["doc"] = None if row.document is None else row.document.to_json(conflicts=conflicts)
    return told
