"""One document: reading a revision or several, writing, deleting."""

from sync.document import Document, IncomingDocument, MissingRevision, WriteResult, checked_identifier
from sync.errors import BadRequest, Conflict, DocumentNotFound, Forbidden, NotAcceptable
from sync.http.exchange import Exchange
from sync.http.request import Request, texts
from sync.http.response import JsonResponse
from sync.revision import Revision


async def read(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/{doc}`: the winner, one revision (`rev`), or several (`open_revs`)."""
    request = exchange.request
    identifier = checked_identifier(exchange.document)
    if "open_revs" in request.query:
        return await _open_revisions(exchange, identifier)
    found = await exchange.engine.get(
        exchange.database, identifier, revision=request.query.get("rev"), latest=request.flag("latest")
    )
    etag = f'"{found.revision}"'
    if request.headers.get("if-none-match") == etag:
        return JsonResponse(None, 304, {"etag": etag})
    document = found.to_json(
        revs=request.flag("revs"),
        conflicts=request.flag("conflicts") or request.flag("meta"),
        deleted_conflicts=request.flag("deleted_conflicts") or request.flag("meta"),
    )
    return JsonResponse(document, 200, {"etag": etag})


async def write(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}/{doc}`; `new_edits=false` stores the revision that the document names."""
    identifier = checked_identifier(exchange.document)
    asked = await exchange.json_object()
    if asked.get("_id", identifier) != identifier:
        raise BadRequest("Document id from request body and URL have different values")
    document = IncomingDocument.from_json(asked, identifier=identifier)
    named = _named_revision(exchange.request)
    if named is not None:
        if document.revisions and document.revisions[0] != named:
            raise BadRequest("Document rev from request body and query string have different values")
        document = IncomingDocument(
            identifier, document.body, document.revisions or (named,), document.deleted, document.attachments
        )
    new_edits = exchange.request.flag("new_edits", default=True)
    return _written(await _write_one(exchange, document, new_edits=new_edits), status=201)


async def create(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}`: a document whose id the node draws unless it names one."""
    document = IncomingDocument.from_json(
        await exchange.json_object(), identifier=exchange.node.new_identifier()
    )
    return _written(await _write_one(exchange, document, new_edits=True), status=201)


async def delete(exchange: Exchange) -> JsonResponse:
    """Answer `DELETE /{db}/{doc}`: a tombstone over the revision named by `rev` or If-Match."""
    identifier = checked_identifier(exchange.document)
    named = _named_revision(exchange.request)
    if named is None:
        await exchange.engine.get(exchange.database, identifier)
        raise Conflict
    if exchange.rule is None:
        # An id that never was is 404; a bound principal learns only that it may not.
        await exchange.engine.open_revisions(exchange.database, identifier, None)
    document = IncomingDocument(identifier, {}, (named,), deleted=True)
    return _written(await _write_one(exchange, document, new_edits=True), status=200)


async def _write_one(exchange: Exchange, document: IncomingDocument, *, new_edits: bool) -> WriteResult:
    (result,) = await exchange.engine.write(
        exchange.database, [document], new_edits=new_edits, rule=exchange.write_rule
    )
    if result.error == Conflict.error:
        raise Conflict
    if result.error is not None:
        raise Forbidden(result.reason or "The write was refused.")
    return result


async def _open_revisions(exchange: Exchange, identifier: str) -> JsonResponse:
    """List revisions as JSON; the multipart form, for attachments, is not served."""
    request = exchange.request
    accepted = request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in ("application/json", "application/*", "*/*")):
        raise NotAcceptable("open_revs is served as application/json only")
    asked = request.query["open_revs"]
    revisions = None if asked == "all" else texts(request.value("open_revs"), "open_revs")
    found = await exchange.engine.open_revisions(
        exchange.database, identifier, revisions, latest=request.flag("latest")
    )
    revs = request.flag("revs")
    return JsonResponse([_opened(one, revs=revs) for one in found])


def _opened(found: Document | MissingRevision, *, revs: bool) -> dict[str, object]:
    if isinstance(found, Document):
        return {"ok": found.to_json(revs=revs)}
    return {"missing": str(found.revision)}


def _named_revision(request: Request) -> Revision | None:
    query = request.query.get("rev")
    header = request.headers.get("if-match", "").strip('"') or None
    if query is not None and header is not None and query != header:
        raise BadRequest("Document rev and etag have different values")
    named = query or header
    return None if named is None else Revision.parse(named)


def _written(result: WriteResult, *, status: int) -> JsonResponse:
    if result.revision is None:
        raise DocumentNotFound
    revision = str(result.revision)
    return JsonResponse(
        {"ok": True, "id": result.identifier, "rev": revision}, status, {"etag": f'"{revision}"'}
    )
