"""`_bulk_get`: many revisions at once.

https://docs.couchdb.org/en/stable/api/database/bulk-api.html#db-bulk-get; each document asked for is
answered by itself: what is wrong with one is told in its place, and the others are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sync.document import Document, MissingRevision, checked_identifier
from sync.errors import BadRequest, DocumentNotFound
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse
from sync.revision import Revision

# They have a meaning for one document only: CouchDB refuses them here.
_REFUSED_OPTIONS: Final = ("open_revs", "new_edits", "w", "rev", "atts_since")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One document asked for: its id and a revision, every leaf (None), or why neither can be read."""

    identifier: str | None
    revision: str | None = None
    refusal: Mapping[str, object] | None = None


async def bulk_get(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_bulk_get`."""
    for option in _REFUSED_OPTIONS:
        if option in exchange.request.query:
            raise BadRequest(f'"{option}" query parameter is not acceptable')
    docs = (await exchange.json_object()).get("docs")
    if not isinstance(docs, list):
        raise BadRequest("Missing JSON list of 'docs'.")
    wanted = [_wanted(one) for one in docs]
    found = await _read(exchange, wanted)
    revs = exchange.request.asks("revs")
    return JsonResponse(
        {
            "results": [
                {"id": one.identifier, "docs": [_told(document, revs=revs) for document in documents]}
                for one, documents in zip(wanted, found, strict=True)
            ]
        }
    )


async def _read(
    exchange: Exchange, wanted: list[_Wanted]
) -> list[list[Document | MissingRevision | Mapping[str, object]]]:
    latest = exchange.request.asks("latest")
    named = [(one.identifier or "", one.revision) for one in wanted if one.revision is not None]
    by_revision = iter(await exchange.engine.bulk_get(exchange.database, named, latest=latest))
    found: list[list[Document | MissingRevision | Mapping[str, object]]] = []
    for one in wanted:
        if one.refusal is not None:
            found.append([one.refusal])
        elif one.revision is not None:
            found.append([*next(by_revision)])
        else:
            found.append([*await _leaves(exchange, one.identifier or "")])
    return found


async def _leaves(exchange: Exchange, identifier: str) -> list[Document | MissingRevision]:
    try:
        return await exchange.engine.open_revisions(exchange.database, identifier, None)
    except DocumentNotFound:
        return [MissingRevision(identifier, None)]


def _wanted(asked: object) -> _Wanted:
    if not isinstance(asked, Mapping) or not asked:
        return _refused(None, None, BadRequest("document must be a JSON object"))
    identifier = asked.get("id")
    if "id" not in asked:
        return _refused(None, None, BadRequest("document id missed"))
    try:
        checked_identifier(identifier, local=True)
    except BadRequest as error:
        return _refused(identifier, None, error)
    revision = asked.get("rev")
    try:
        return _Wanted(identifier, str(Revision.parse(revision)) if "rev" in asked else None)
    except BadRequest as error:
        return _refused(identifier, revision, error)


def _refused(identifier: object, revision: object, error: BadRequest) -> _Wanted:
    told = {"id": identifier, "rev": revision, "error": error.error, "reason": error.reason}
    return _Wanted(identifier if isinstance(identifier, str) else None, refusal={"error": told})


def _told(found: Document | MissingRevision | Mapping[str, object], *, revs: bool) -> Mapping[str, object]:
    if isinstance(found, Document):
        return {"ok": found.to_json(revs=revs)}
    if not isinstance(found, MissingRevision):
        return found
    revision = "undefined" if found.revision is None else str(found.revision)
    return {"error": {"id": found.identifier, "rev": revision, "error": "not_found", "reason": "missing"}}
