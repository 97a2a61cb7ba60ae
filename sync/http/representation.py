"""How documents are told with their attachments: as stubs, with their bytes in base64, or as multipart.

`attachments=true`, `atts_since` and `att_encoding_info` of
https://docs.couchdb.org/en/stable/api/document/common.html#get--db-docid.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Self

import orjson

from sync.attachment import Attachment, ToldAttachment
from sync.document import Document, MissingRevision
from sync.errors import BadRequest
from sync.http.attachments import decoded
from sync.http.exchange import Exchange
from sync.http.media import accepts
from sync.http.multipart_writing import RelatedBody, new_boundary
from sync.http.request import Request
from sync.http.response import StreamResponse
from sync.node_engine import NodeEngine
from sync.revision import Revision

MULTIPART_RELATED: Final = "multipart/related"
MULTIPART_MIXED: Final = "multipart/mixed"

Told = Callable[[Document], orjson.Fragment]
Opened = Document | MissingRevision


@dataclass(frozen=True, slots=True)
class AttachmentOptions:
    """Whether attachments come with their bytes, and with how they are stored.

    `since` names revisions that the client has: what the nearest of them had already comes as a stub.
    """

    data: bool = False
    encoding_info: bool = False
    since: frozenset[Revision] = frozenset()

    @classmethod
    def read(cls, request: Request) -> Self:
        """Read the query, `atts_since` left out."""
        return cls(request.asks("attachments"), request.asks("att_encoding_info"))

    @classmethod
    def read_since(cls, request: Request) -> Self:
        """Read the query, `atts_since` included. Raises BadRequest, InvalidRevision."""
        since = request.value("atts_since")
        if since is None:
            return cls.read(request)
        if not isinstance(since, list):
            raise BadRequest("Invalid list of revisions")
        return cls.read(request).since_revisions([Revision.parse(revision) for revision in since])

    def since_revisions(self, revisions: Collection[Revision]) -> Self:
        """Return the options with `atts_since`; none asks for nothing."""
        return replace(self, data=True, since=frozenset(revisions)) if revisions else self

    def sent(self, document: Document) -> list[Attachment]:
        """Return the attachments whose bytes go along."""
        if not self.data:
            return []
        had = max(
            (revision.generation for revision in document.ancestry if revision in self.since), default=0
        )
        return [one for one in document.attachments.values() if one.revpos > had or not self.since]


STUBS: Final = AttachmentOptions()


async def with_bytes(
    engine: NodeEngine, database: str, document: Document, options: AttachmentOptions
) -> Document:
    """Return a document whose attachments will be told as `options` say, their bytes read."""
    if not document.attachments or not (options.data or options.encoding_info):
        return document
    sent = {attachment.name for attachment in options.sent(document)}
    attachments = {
        name: ToldAttachment.of(
            attachment,
            data=await _whole(engine, database, document, name) if name in sent else None,
            encoding_info=options.encoding_info,
        )
        for name, attachment in document.attachments.items()
    }
    return replace(document, attachments=attachments)


def wants_related(request: Request, document: Document, options: AttachmentOptions) -> bool:
    """Whether one document is to be sent as multipart: it has bytes to send, and the client takes it."""
    return bool(
        options.data and document.attachments and accepts(request.headers.get("accept"), MULTIPART_RELATED)
    )


def related(
    exchange: Exchange, document: Document, told: Told, options: AttachmentOptions, headers: Mapping[str, str]
) -> StreamResponse:
    """Answer with one document as `multipart/related`."""
    body = _related_body(exchange, document, told, options, new_boundary())
    return StreamResponse(
        body.pieces(),
        body.content_type,
        headers={"cache-control": "must-revalidate", "content-length": str(body.length), **headers},
    )


def mixed(exchange: Exchange, opened: Sequence[Opened], told: Told) -> StreamResponse:
    """Answer with several revisions of one document as `multipart/mixed` (`open_revs`).

    Each comes with all its attachments, whatever was asked for, as in CouchDB.
    """
    boundary = new_boundary()
    return StreamResponse(
        _mixed(exchange, opened, told, boundary),
        f'{MULTIPART_MIXED}; boundary="{boundary}"',
        headers={"cache-control": "must-revalidate"},
    )


def bulk_kind(request: Request) -> str | None:
    """Return as which multipart the answer to `_bulk_get` is sent; None: as JSON, when it is accepted."""
    header = request.headers.get("accept")
    if accepts(header, "application/json"):
        return None
    return next((kind for kind in (MULTIPART_MIXED, MULTIPART_RELATED) if accepts(header, kind)), None)


def bulk_multipart(
    exchange: Exchange,
    kind: str,
    found: AsyncIterator[tuple[Document | Mapping[str, object], AttachmentOptions]],
    told: Told,
) -> StreamResponse:
    """Answer to `_bulk_get` with multipart of a kind; what is no document is an error to tell."""
    boundary = f"--{new_boundary()}"
    return StreamResponse(
        _bulk_parts(exchange, found, told, boundary),
        f'{kind}; boundary="{boundary}"',
        headers={"cache-control": "must-revalidate"},
    )


async def _bulk_parts(
    exchange: Exchange,
    opened: AsyncIterator[tuple[Document | Mapping[str, object], AttachmentOptions]],
    told: Told,
    boundary: str,
) -> AsyncIterator[bytes]:
    delimiter = f"\r\n--{boundary}".encode("ascii")
    is_empty = True
    async for one, options in opened:
        is_empty = False
        yield delimiter
        if not isinstance(one, Document):
            yield _ERROR_HEAD + orjson.dumps(one)
            continue
        body = _related_body(exchange, one, told, replace(options, data=True), f"--{new_boundary()}")
        yield _bulk_head(one, body)
        async for piece in body.pieces():
            yield piece
    if not is_empty:
        yield delimiter + b"--\r\n"


_ERROR_HEAD: Final = b'\r\nContent-Type: application/json; error="true"\r\n\r\n'


def _bulk_head(document: Document, body: RelatedBody) -> bytes:
    if not body.attachments:
        return b"\r\nContent-Type: application/json\r\n\r\n"
    identifier = document.identifier.replace("\r", "%0D").replace("\n", "%0A")
    head = (
        f"\r\nX-Doc-Id: {identifier}\r\nX-Rev-Id: {document.revision}"
        f"\r\nContent-Type: {MULTIPART_RELATED}; boundary={body.boundary}\r\n\r\n"
    )
    return head.encode()


async def _mixed(
    exchange: Exchange, opened: Sequence[Opened], told: Told, boundary: str
) -> AsyncIterator[bytes]:
    delimiter, options = f"\r\n--{boundary}".encode("ascii"), AttachmentOptions(data=True)
    yield delimiter[2:]
    for one in opened:
        if isinstance(one, Document):
            body = _related_body(exchange, one, told, options, new_boundary())
            yield f"\r\nContent-Type: {body.content_type}\r\n\r\n".encode("ascii")
            async for piece in body.pieces():
                yield piece
        else:
            yield _ERROR_HEAD + orjson.dumps({"missing": str(one.revision)})
        yield delimiter
    yield b"--"


def _related_body(
    exchange: Exchange, document: Document, told: Told, options: AttachmentOptions, boundary: str
) -> RelatedBody:
    sent = options.sent(document)
    following = {attachment.name for attachment in sent}
    members = {
        name: ToldAttachment.of(attachment, follows=name in following, encoding_info=True)
        for name, attachment in document.attachments.items()
    }
    return RelatedBody(
        json=orjson.dumps(told(replace(document, attachments=members))),
        attachments=sent,
        open_attachment=partial(
            exchange.engine.open_attachment,
            exchange.database,
            document.identifier,
            revision=str(document.revision),
        ),
        boundary=boundary,
    )


async def _whole(engine: NodeEngine, database: str, document: Document, name: str) -> bytes:
    opened = await engine.open_attachment(
        database, document.identifier, name, revision=str(document.revision)
    )
    pieces = opened.pieces()
    whole = pieces if opened.attachment.encoding is None else decoded(pieces)
    return b"".join([piece async for piece in whole])
