"""The node itself: welcome, health, its databases, ids drawn for clients."""

import uuid
from collections.abc import Sequence
from typing import Final

from sync.errors import BadRequest, DatabaseNotFound, Unsupported
from sync.http.databases import figures
from sync.http.exchange import Exchange
from sync.http.listing_options import ListingOptions
from sync.http.response import JsonResponse

# The version of CouchDB whose behaviour this interface follows; some clients look at its first number.
COMPATIBLE_VERSION: Final = "3.5.0"

# CouchDB's own bounds (`[uuids] max_count`, `[chttpd] max_db_number_for_dbs_info_req`).
_MOST_IDENTIFIERS: Final = 1000
_MOST_DATABASES: Final = 100


async def welcome(exchange: Exchange) -> JsonResponse:
    """Answer `GET /`; `uuid` is the store's identity, from which PouchDB names its checkpoints."""
    return JsonResponse(
        {
            "couchdb": "Welcome",
            "version": COMPATIBLE_VERSION,
            "uuid": exchange.engine.instance,
            "features": [],
            "vendor": {"name": "Escale"},
        }
    )


async def health(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_up`."""
    await exchange.engine.databases()
    return JsonResponse({"status": "ok", "seeds": {}})


async def identifiers(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_uuids`: ids at random, as many as `count` says."""
    asked = exchange.request.query.get("count", "1")
    if not (asked.isascii() and asked.isdigit()):
        raise BadRequest("invalid count")
    if len(asked) > len(str(_MOST_IDENTIFIERS)) or int(asked) > _MOST_IDENTIFIERS:
        raise BadRequest("count parameter too large")
    drawn = [uuid.uuid4().hex for _ in range(int(asked))]
    never_kept = {
        "cache-control": "must-revalidate, no-cache",
        "pragma": "no-cache",
        "expires": "Mon, 01 Jan 1990 00:00:00 GMT",
    }
    return JsonResponse({"uuids": drawn}, 200, never_kept)


async def databases(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_all_dbs`."""
    return JsonResponse(await _names(exchange))


async def all_information(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_dbs_info`: the figures of every database of the range."""
    return JsonResponse(await _figures(exchange, await _names(exchange)))


async def information(exchange: Exchange) -> JsonResponse:
    """Answer `POST /_dbs_info`: the figures of the databases named."""
    keys = (await exchange.json_object()).get("keys")
    if keys is None:
        raise BadRequest("`keys` member must exist.")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise BadRequest("`keys` member must be an array.")
    if len(keys) > _MOST_DATABASES:
        raise BadRequest("too_many_keys")
    return JsonResponse(await _figures(exchange, keys))


async def active_tasks(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_active_tasks`: this node has none that outlives its request."""
    del exchange
    return JsonResponse([])


async def replicate(exchange: Exchange) -> JsonResponse:
    """Answer `POST /_replicate`: never, so that nobody makes this node send requests of their choosing."""
    raise Unsupported(
        f"This node replicates for nobody by {exchange.request.method}: run `python -m sync replicate`."
    )


async def _names(exchange: Exchange) -> list[str]:
    query = ListingOptions.read(exchange.request.query).query()
    return query.select(await exchange.engine.databases())


async def _figures(exchange: Exchange, names: Sequence[str]) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for name in names:
        try:
            told.append({"key": name, "info": figures(await exchange.engine.information(name))})
        except DatabaseNotFound:
            told.append({"key": name, "error": "not_found"})
    return told
