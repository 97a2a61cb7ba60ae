"""Many documents at once: what is missing, writing them. With `bulk_get`, the core of replication."""

import asyncio
from collections.abc import Mapping
from typing import Final

from sync.document import LOCAL_PREFIX, IncomingDocument, WriteResult
from sync.errors import BadRequest, Conflict, Forbidden, NotFound, TooLarge
from sync.http import local_documents
from sync.http.document_size import require_size
from sync.http.documents import require_revisions
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse
from sync.http.revisions import revision_texts
from sync.revision import NO_REVISION, Revision

READ_AT_ONCE: Final = 200


async def revs_diff(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_revs_diff`: for each document, the revisions that are not here."""
    lacking = await exchange.engine.revs_diff(exchange.database, await _offered(exchange))
    return JsonResponse(
        {
            identifier: {"missing": _names(found.missing)}
            | ({"possible_ancestors": _names(found.possible_ancestors)} if found.possible_ancestors else {})
            for identifier, found in lacking.items()
        }
    )


async def missing_revs(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_missing_revs`: the same, in the older shape."""
    lacking = await exchange.engine.revs_diff(exchange.database, await _offered(exchange))
    return JsonResponse(
        {"missing_revs": {identifier: _names(found.missing) for identifier, found in lacking.items()}}
    )


async def bulk_docs(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_bulk_docs`; with `new_edits` false, only what was refused is listed."""
    asked = await exchange.json_object()
    if "docs" not in asked:
        raise BadRequest("POST body must include `docs` parameter.")
    if not isinstance(asked["docs"], list):
        raise BadRequest("`docs` parameter must be an array.")
    new_edits = asked.get("new_edits", True)
    if not isinstance(new_edits, bool):
        raise BadRequest("`new_edits` parameter must be a boolean.")
    documents = await _documents(exchange, asked["docs"], new_edits=new_edits)
    results = await _written(exchange, documents, new_edits=new_edits)
    return JsonResponse([_result(one) for one in results if new_edits or one.error is not None], 201)


async def _documents(exchange: Exchange, values: list[object], *, new_edits: bool) -> list[IncomingDocument]:
    """Read the documents of a request. Raises TooLarge when their histories are longer than the bound."""
    documents: list[IncomingDocument] = []
    revisions, most = 0, exchange.node.limits.body_revisions
    for number, value in enumerate(values):
        document = _incoming(exchange, value, new_edits=new_edits)
        revisions += len(document.revisions)
        if revisions > most:
            raise TooLarge(f"The histories of the request hold too many revisions (at most {most})")
        documents.append(document)
        if number % READ_AT_ONCE == 0:
            # Reading the documents of one request must not keep the others waiting.
            await asyncio.sleep(0)
    return documents


def _incoming(exchange: Exchange, value: object, *, new_edits: bool) -> IncomingDocument:
    drawn = None
    if isinstance(value, Mapping) and "_id" not in value:
        drawn = exchange.node.new_identifier()
    document = IncomingDocument.from_json(value, identifier=drawn, local=True)
    require_size(exchange, document)
    if not new_edits:
        require_revisions(document)
    return document


async def _written(
    exchange: Exchange, documents: list[IncomingDocument], *, new_edits: bool
) -> list[WriteResult]:
    """Write documents, local ones apart; return what became of each, in their order."""
    ordinary = [one for one in documents if not one.identifier.startswith(LOCAL_PREFIX)]
    results = iter(
        await exchange.engine.write(
            exchange.database, ordinary, new_edits=new_edits, rule=exchange.write_rule
        )
    )
    return [
        await _written_local(exchange, one) if one.identifier.startswith(LOCAL_PREFIX) else next(results)
        for one in documents
    ]


async def _written_local(exchange: Exchange, document: IncomingDocument) -> WriteResult:
    try:
        revision = await local_documents.stored(exchange, document)
    except (BadRequest, Conflict, Forbidden, NotFound) as error:
        return WriteResult(document.identifier, None, error.error, error.reason)
    return WriteResult(
        document.identifier, NO_REVISION if document.deleted else Revision.parse_local(revision)
    )


async def _offered(exchange: Exchange) -> dict[str, list[str]]:
    asked = await exchange.json_object()
    return {identifier: revision_texts(revisions) for identifier, revisions in asked.items()}


def _result(result: WriteResult) -> dict[str, object]:
    told: dict[str, object] = {"id": result.identifier}
    if result.revision is not None:
        told["rev"] = str(result.revision)
    if result.error is None:
        return {"ok": True} | told
    return told | {"error": result.error, "reason": result.reason}


def _names(revisions: tuple[Revision, ...]) -> list[str]:
    return [str(revision) for revision in revisions]
