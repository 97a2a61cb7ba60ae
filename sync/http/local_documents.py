"""`_local/{id}`: a replicator's own notes, never replicated.

They escape every rule on what may be stored; a principal bound by a rule is therefore refused them, and
keeps its checkpoints on its own side (`checkpoint: 'source'` when pushing, `'target'` when pulling).
"""

from collections.abc import Mapping

from sync.document import JsonValue
from sync.errors import BadRequest, Forbidden
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse


async def read(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_local/{id}`."""
    _refuse_bound(exchange)
    found = await exchange.engine.get_local(exchange.database, exchange.document)
    return JsonResponse(found.to_json())


async def write(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}/_local/{id}`; the body is bounded (Limits.local_bytes)."""
    _refuse_bound(exchange)
    asked = await exchange.request.json_object(exchange.node.limits.local_bytes)
    revision = asked.get("_rev", exchange.request.query.get("rev"))
    if not isinstance(revision, str | None):
        raise BadRequest("Invalid rev format")
    stored = await exchange.engine.put_local(
        exchange.database, exchange.document, _body(asked), revision=revision
    )
    return JsonResponse({"ok": True, "id": exchange.document, "rev": str(stored)}, 201)


async def delete(exchange: Exchange) -> JsonResponse:
    """Answer `DELETE /{db}/_local/{id}`."""
    _refuse_bound(exchange)
    await exchange.engine.delete_local(
        exchange.database, exchange.document, revision=exchange.request.query.get("rev")
    )
    return JsonResponse({"ok": True, "id": exchange.document, "rev": "0-0"})


def _refuse_bound(exchange: Exchange) -> None:
    if exchange.rule is not None:
        raise Forbidden("Local documents are not open to devices.")


def _body(asked: Mapping[str, object]) -> dict[str, JsonValue]:
    # What orjson read is JSON by construction.
    return {name: value for name, value in asked.items() if not name.startswith("_")}  # type: ignore[misc]
