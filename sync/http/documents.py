"""One document: reading a revision or several, writing, deleting, copying.

https://docs.couchdb.org/en/stable/api/document/common.html; what the documentation leaves open is as
`chttpd_db.erl` of CouchDB 3.5 does it.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Self
from urllib.parse import unquote

import orjson

from sync.document import LOCAL_PREFIX, Document, IncomingDocument, MissingRevision, WriteResult
from sync.errors import BadRequest, Conflict, Forbidden
from sync.http import local_documents
from sync.http.attachments import copies
from sync.http.document_size import require_size
from sync.http.exchange import Exchange
from sync.http.incoming import FollowedDocument
from sync.http.media import accepts
from sync.http.representation import (
    MULTIPART_MIXED,
    AttachmentOptions,
    Told,
    mixed,
    related,
    wants_related,
    with_bytes,
)
from sync.http.request import Request
from sync.http.response import JsonResponse, Response
from sync.http.revisions import named_revision, revision_texts
from sync.revision import Revision


@dataclass(frozen=True, slots=True)
class _Members:
    """The optional members of a document that are asked for."""

    revs: bool
    conflicts: bool
    deleted_conflicts: bool
    revs_info: bool
    local_seq: bool

    @classmethod
    def read(cls, request: Request) -> Self:
        """Read the query."""
        meta = request.asks("meta")
        return cls(
            revs=request.asks("revs"),
            conflicts=meta or request.asks("conflicts"),
            deleted_conflicts=meta or request.asks("deleted_conflicts"),
            revs_info=meta or request.asks("revs_info"),
            local_seq=request.asks("local_seq"),
        )

    def told(self, found: Document) -> orjson.Fragment:
        """Write a document with them."""
        return found.to_json(
            revs=self.revs,
            conflicts=self.conflicts,
            deleted_conflicts=self.deleted_conflicts,
            revs_info=self.revs_info,
            local_seq=self.local_seq,
        )

    def say_more(self, found: Document) -> bool:
        """Whether they say more than the revision does: they may change while it stays."""
        return bool(
            self.revs_info
            or self.local_seq
            or (self.conflicts and found.conflicts)
            or (self.deleted_conflicts and found.deleted_conflicts)
        )


async def read(exchange: Exchange) -> Response:
    """Answer `GET /{db}/{doc}`: the winner, one revision (`rev`), or several (`open_revs`)."""
    request = exchange.request
    if "open_revs" in request.query:
        return await _open_revisions(exchange)
    attached = AttachmentOptions.read_since(request)
    members = _Members.read(request)
    found = await _asked(exchange)
    headers = {} if members.say_more(found) else {"etag": f'"{found.revision}"'}
    if headers and request.knows(headers["etag"]):
        return JsonResponse(None, 304, headers)
    if wants_related(request, found, attached):
        return related(exchange, found, members.told, attached, headers)
    document = await with_bytes(exchange.engine, exchange.database, found, attached)
    return JsonResponse(members.told(document), 200, headers)


async def write(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}/{doc}`; `new_edits=false` stores the revision that the document names."""
    followed = await FollowedDocument.begin(exchange)
    asked = await exchange.json_document() if followed is None else followed.document
    if asked.get("_id", exchange.document) != exchange.document:
        raise BadRequest("Document id from request body and URL have different values")
    document = IncomingDocument.from_json({**asked, "_id": exchange.document})
    require_size(exchange, document)
    named = named_revision(exchange.request, document.revisions[:1])
    if named is not None and not document.revisions:
        document = replace(document, revisions=(named,))
    replicated = exchange.request.query.get("new_edits") == "false"
    if replicated:
        require_revisions(document)
    if followed is not None:
        exchange.require_admitted(document, new_edits=not replicated)
        document = await followed.received(document)
    return await _stored(exchange, document, new_edits=not replicated)


async def create(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}`: a document whose id the node draws unless it names one."""
    asked = await exchange.json_document()
    drawn = exchange.node.new_identifier()
    document = IncomingDocument.from_json(asked, identifier=drawn, local=True)
    require_size(exchange, document)
    if document.identifier.startswith(LOCAL_PREFIX):
        return await local_documents.store(exchange, document)
    answer = await _stored(exchange, document, new_edits=True)
    return JsonResponse(answer.value, answer.status, {k: v for k, v in answer.headers.items() if k != "etag"})


async def delete(exchange: Exchange) -> JsonResponse:
    """Answer `DELETE /{db}/{doc}`: a tombstone over the revision named by `rev` or If-Match."""
    named = named_revision(exchange.request)
    if exchange.rule is None:
        # An id that is not there is 404; a principal bound by a rule learns only that it may not.
        await exchange.engine.get(exchange.database, exchange.document)
        if named is None:
            raise Conflict
    document = IncomingDocument(exchange.document, {}, () if named is None else (named,), deleted=True)
    return await _stored(exchange, document, new_edits=True)


async def copy(exchange: Exchange) -> JsonResponse:
    """Answer `COPY /{db}/{doc}`: the same content under the id in the header `Destination`."""
    target, replaced = _destination(exchange.request)
    named = named_revision(exchange.request)
    source = await exchange.engine.get(
        exchange.database, exchange.document, revision=None if named is None else str(named)
    )
    document = IncomingDocument.from_json({**source.body, "_id": target})
    if source.attachments:
        document = replace(document, attachments=await copies(exchange, source))
    if replaced is not None:
        document = replace(document, revisions=(replaced,))
    return await _stored(exchange, document, new_edits=True)


def require_revisions(document: IncomingDocument) -> None:
    """Raise BadRequest for a replicated document that does not say which revision it is."""
    if not document.revisions:
        raise BadRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified")


async def _asked(exchange: Exchange) -> Document:
    """Return the revision asked for. Raises DocumentNotFound, InvalidRevision."""
    request = exchange.request
    revision = request.query.get("rev")
    if revision is None and request.asks("deleted"):
        ((found,),) = await exchange.engine.bulk_get(exchange.database, [(exchange.document, None)])
        revision = str(found.revision) if isinstance(found, Document) else None
    return await exchange.engine.get(
        exchange.database, exchange.document, revision=revision, latest=request.asks("latest")
    )


async def _stored(exchange: Exchange, document: IncomingDocument, *, new_edits: bool) -> JsonResponse:
    """Write one document and say so; with `batch=ok`, without saying what became of it."""
    (result,) = await exchange.engine.write(
        exchange.database, [document], new_edits=new_edits, rule=exchange.write_rule
    )
    if exchange.request.query.get("batch") == "ok" and result.error in (None, Conflict.error):
        return JsonResponse({"ok": True, "id": document.identifier}, 202)
    return _written(exchange, result, deleted=document.deleted)


def _written(exchange: Exchange, result: WriteResult, *, deleted: bool) -> JsonResponse:
    if result.error == Conflict.error:
        raise Conflict
    if result.error is not None:
        raise Forbidden(result.reason or "The write was refused.")
    revision = str(result.revision)
    headers = {
        "etag": f'"{revision}"',
        "location": exchange.location(exchange.database, result.identifier),
    }
    told = {"ok": True, "id": result.identifier, "rev": revision}
    return JsonResponse(told, 200 if deleted else 201, headers)


async def _open_revisions(exchange: Exchange) -> Response:
    """List revisions: as `multipart/mixed` to who takes it, with all their attachments, or as JSON."""
    request = exchange.request
    asked = request.query["open_revs"]
    revisions = None if asked == "all" else revision_texts(request.value("open_revs"))
    found = await exchange.engine.open_revisions(
        exchange.database, exchange.document, revisions, latest=request.asks("latest")
    )
    told = partial(Document.to_json, revs=request.asks("revs"))
    if accepts(request.headers.get("accept"), MULTIPART_MIXED):
        return mixed(exchange, found, told)
    attached = AttachmentOptions.read(request)
    return JsonResponse([await _opened(exchange, one, told, attached) for one in found])


async def _opened(
    exchange: Exchange, found: Document | MissingRevision, told: Told, attached: AttachmentOptions
) -> dict[str, object]:
    if isinstance(found, Document):
        return {"ok": told(await with_bytes(exchange.engine, exchange.database, found, attached))}
    return {"missing": str(found.revision)}


def _destination(request: Request) -> tuple[str, Revision | None]:
    """Read the header of a copy: an id as in a URL, and `?rev=` of the document that it replaces."""
    header = request.headers.get("destination")
    if header is None:
        raise BadRequest("Destination header is mandatory for COPY.")
    if header.startswith(("http://", "https://")):
        raise BadRequest("Destination URL must be relative.")
    identifier, question, query = header.partition("?")
    name, _, revision = query.partition("=")
    if question and name != "rev":
        raise BadRequest("Destination header names something else than a rev.")
    return unquote(identifier), Revision.parse(revision) if question else None
