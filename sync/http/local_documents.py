"""`_local/{id}`: a replicator's own notes, never replicated.

They escape every rule on what may be stored; a principal bound by a rule is therefore refused them, and
keeps its checkpoints on its own side (`checkpoint: 'source'` when pushing, `'target'` when pulling).
"""

from sync.document import IncomingDocument
from sync.errors import BadRequest, Forbidden
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse
from sync.revision import NO_REVISION


async def read(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_local/{id}`."""
    found = await exchange.engine.get_local(exchange.database, exchange.document)
    headers = {"etag": f'"{found.revision}"'}
    if exchange.request.knows(headers["etag"]):
        return JsonResponse(None, 304, headers)
    return JsonResponse(found.to_json(revs=exchange.request.asks("revs")), 200, headers)


async def write(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}/_local/{id}`; the body is bounded (Limits.local_bytes)."""
    asked = await exchange.request.json_object(exchange.node.limits.local_bytes)
    if asked.get("_id", exchange.document) != exchange.document:
        raise BadRequest("Document id from request body and URL have different values")
    named = {"_rev": exchange.request.query["rev"]} if "rev" in exchange.request.query else {}
    document = IncomingDocument.from_json({**named, **asked, "_id": exchange.document}, local=True)
    return await store(exchange, document)


async def store(exchange: Exchange, document: IncomingDocument) -> JsonResponse:
    """Write one local document; one that is said deleted is removed, and may be absent already."""
    revision = await stored(exchange, document)
    headers = {"location": exchange.location(exchange.database, document.identifier)}
    told = {"ok": True, "id": document.identifier, "rev": revision}
    return JsonResponse(told, 200 if document.deleted else 201, headers)


async def stored(exchange: Exchange, document: IncomingDocument) -> str:
    """Write one local document; return its revision. Raises Conflict, Forbidden, BadRequest."""
    _refuse_bound(exchange)
    if document.attachments:
        raise BadRequest("_local documents do not accept attachments.")
    named = str(document.revisions[0]) if document.revisions else None
    if document.deleted:
        await exchange.engine.delete_local(exchange.database, document.identifier, revision=named)
        return str(NO_REVISION)
    written = await exchange.engine.put_local(
        exchange.database, document.identifier, document.body, revision=named
    )
    return str(written)


async def delete(exchange: Exchange) -> JsonResponse:
    """Answer `DELETE /{db}/_local/{id}`."""
    header = exchange.request.headers.get("if-match", "").strip().strip('"') or None
    await exchange.engine.delete_local(
        exchange.database, exchange.document, revision=exchange.request.query.get("rev", header)
    )
    return JsonResponse({"ok": True, "id": exchange.document, "rev": str(NO_REVISION)})


def _refuse_bound(exchange: Exchange) -> None:
    if exchange.rule is not None:
        raise Forbidden("Local documents are not open to devices.")
