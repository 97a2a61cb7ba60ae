"""The smaller operations on a whole database: purge, compaction, limits."""

from typing import Final

from sync.errors import BadRequest
from sync.http.bodies import json_object, require_json
from sync.http.exchange import Exchange
from sync.http.request import texts
from sync.http.response import JsonResponse
from sync.revision import Revision

# CouchDB's defaults ([purge] max_document_id_number, max_revisions_number).
PURGED_DOCUMENTS: Final = 100
PURGED_REVISIONS: Final = 1000
# A document's tree is read and written whole: this bounds what one edit can cost.
MAXIMUM_LIMIT: Final = 100_000

_OK: Final = {"ok": True}


async def purge(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_purge`; `purge_seq` is null, as CouchDB 3 answers."""
    asked = await json_object(exchange)
    revisions = {
        identifier: [Revision.parse(text) for text in texts(named, identifier)]
        for identifier, named in asked.items()
    }
    if len(revisions) > PURGED_DOCUMENTS:
        raise BadRequest("Exceeded maximum number of documents.")
    if sum(map(len, revisions.values())) > PURGED_REVISIONS:
        raise BadRequest("Exceeded maximum number of revisions.")
    purged = await exchange.engine.maintenance.purge(exchange.database, revisions)
    return JsonResponse({"purge_seq": None, "purged": purged}, 201)


async def purged_infos(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_purged_infos`."""
    found = await exchange.engine.maintenance.purged_infos(exchange.database)
    return JsonResponse({"purged_infos": [{"id": identifier, "revs": revs} for identifier, revs in found]})


async def read_purged_infos_limit(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_purged_infos_limit`."""
    return JsonResponse(await exchange.engine.maintenance.purged_infos_limit(exchange.database))


async def write_purged_infos_limit(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}/_purged_infos_limit`."""
    limit = await _limit(exchange, "purge_infos_limit")
    await exchange.engine.maintenance.set_purged_infos_limit(exchange.database, limit)
    return JsonResponse(_OK)


async def read_revs_limit(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_revs_limit`."""
    return JsonResponse(await exchange.engine.maintenance.revs_limit(exchange.database))


async def write_revs_limit(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}/_revs_limit`."""
    limit = await _limit(exchange, "revs_limit")
    await exchange.engine.maintenance.set_revs_limit(exchange.database, limit)
    return JsonResponse(_OK)


async def compact(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_compact`: begun, not done."""
    require_json(exchange.request)
    await exchange.engine.maintenance.compact(exchange.database)
    return JsonResponse(_OK, 202)


async def compact_views(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_compact/{design}`: the design document must be there; it has no view to compact."""
    require_json(exchange.request)
    await exchange.engine.get(exchange.database, f"_design/{exchange.document}")
    return JsonResponse(_OK, 202)


async def clean_views(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_view_cleanup`: there is no view to clean."""
    require_json(exchange.request)
    return JsonResponse(_OK, 202)


async def _limit(exchange: Exchange, name: str) -> int:
    value = await exchange.json()
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAXIMUM_LIMIT:
        raise BadRequest(f"`{name}` must be positive integer, at most {MAXIMUM_LIMIT}")
    return value
