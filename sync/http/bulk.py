"""Many documents at once: what is missing, reading them, writing them. The core of replication."""

from collections.abc import Mapping

from sync.document import Document, IncomingDocument, MissingRevision, WriteResult
from sync.errors import BadRequest
from sync.http.exchange import Exchange
from sync.http.request import texts
from sync.http.response import JsonResponse
from sync.revision import Revision


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


async def bulk_get(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_bulk_get`."""
    wanted = _wanted((await exchange.json_object()).get("docs"))
    revs, latest = exchange.request.flag("revs"), exchange.request.flag("latest")
    found = await exchange.engine.bulk_get(exchange.database, wanted, latest=latest)
    return JsonResponse(
        {
            "results": [
                {"id": identifier, "docs": [_found(one, revs=revs) for one in documents]}
                for (identifier, _), documents in zip(wanted, found, strict=True)
            ]
        }
    )


async def bulk_docs(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_bulk_docs`; with `new_edits` false, only what was refused is listed."""
    asked = await exchange.json_object()
    new_edits = asked.get("new_edits", True)
    if not isinstance(new_edits, bool):
        raise BadRequest("`new_edits` parameter must be a boolean.")
    if "docs" not in asked:
        raise BadRequest("POST body must include `docs` parameter.")
    if not isinstance(asked["docs"], list):
        raise BadRequest("`docs` parameter must be an array.")
    documents = [_incoming(exchange, document) for document in asked["docs"]]
    results = await exchange.engine.write(
        exchange.database, documents, new_edits=new_edits, rule=exchange.write_rule
    )
    return JsonResponse([_result(one) for one in results if new_edits or one.error is not None], 201)


def _incoming(exchange: Exchange, document: object) -> IncomingDocument:
    if isinstance(document, Mapping) and "_id" not in document:
        return IncomingDocument.from_json(document, identifier=exchange.node.new_identifier())
    return IncomingDocument.from_json(document)


async def _offered(exchange: Exchange) -> dict[str, list[str]]:
    asked = await exchange.json_object()
    return {identifier: texts(revisions, identifier) for identifier, revisions in asked.items()}


def _wanted(docs: object) -> list[tuple[str, str | None]]:
    if not isinstance(docs, list):
        raise BadRequest("Missing JSON list of 'docs'.")
    return [_wanted_one(one) for one in docs]


def _wanted_one(one: object) -> tuple[str, str | None]:
    identifier = one.get("id") if isinstance(one, Mapping) else None
    revision = one.get("rev") if isinstance(one, Mapping) else None
    if not isinstance(identifier, str) or not isinstance(revision, str | None):
        raise BadRequest("Each of 'docs' must name an id, and a rev as a string if any.")
    return identifier, None if revision is None else str(Revision.parse(revision))


def _found(found: Document | MissingRevision, *, revs: bool) -> dict[str, object]:
    if isinstance(found, Document):
        return {"ok": found.to_json(revs=revs)}
    revision = "undefined" if found.revision is None else str(found.revision)
    return {"error": {"id": found.identifier, "rev": revision, "error": "not_found", "reason": "missing"}}


def _result(result: WriteResult) -> dict[str, object]:
    told: dict[str, object] = {"id": result.identifier}
    if result.revision is not None:
        told["rev"] = str(result.revision)
    if result.error is None:
        return {"ok": True} | told
    return told | {"error": result.error, "reason": result.reason}


def _names(revisions: tuple[Revision, ...]) -> list[str]:
    return [str(revision) for revision in revisions]
