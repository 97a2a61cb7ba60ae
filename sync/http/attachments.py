"""`/{db}/{doc}/{attachment}`: one attachment by itself.

https://docs.couchdb.org/en/stable/api/document/attachments.html; what the documentation leaves open is as
`chttpd_db.erl` of CouchDB 3.5 does it. Bytes stored compressed are sent as they are to who accepts gzip,
decoded to who does not; only bytes stored plain are sent in ranges.
"""

import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from sync.attachment import (
    DEFAULT_CONTENT_TYPE,
    Arrival,
    Content,
    Encoding,
    Gunzip,
    IncomingAttachment,
    Spool,
    checked_attachment_name,
)
from sync.document import Document, IncomingDocument, checked_identifier
from sync.errors import (
    AttachmentNotFound,
    AttachmentTooLarge,
    Conflict,
    Forbidden,
    RevisionNotFound,
    TooLarge,
    UnsupportedMediaType,
)
from sync.http.exchange import Exchange
from sync.http.media import accepts_gzip, header_text
from sync.http.ranges import parse_ranges
from sync.http.response import JsonResponse, Response, StreamResponse
from sync.http.revisions import named_revision
from sync.node_engine import AttachmentReader
from sync.revision import Revision


async def read(exchange: Exchange) -> Response:
    """Answer `GET` and `HEAD /{db}/{doc}/{attachment}`: the winner's, or that of `rev`."""
    request = exchange.request
    opened = await exchange.engine.open_attachment(
        exchange.database, exchange.document, exchange.attachment, revision=request.query.get("rev")
    )
    stored = opened.attachment
    etag = f'"{stored.digest.removeprefix("md5-")}"'
    headers = {
        "etag": etag,
        "cache-control": "must-revalidate",
        "accept-ranges": "bytes" if stored.encoding is None else "none",
        # What a team attached must not run as the node's own page.
        "content-security-policy": "sandbox",
    }
    if request.knows(etag):
        return JsonResponse(None, 304, headers)
    if stored.encoding is not None:
        return _encoded(opened, headers, gzip=accepts_gzip(request.headers.get("accept-encoding")))
    asked = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        asked = None
    return _plain(opened, headers, parse_ranges(asked, stored.length))


async def write(exchange: Exchange) -> Response:
    """Answer `PUT /{db}/{doc}/{attachment}`: an edit of `rev`, or a new document of this attachment alone."""
    name = checked_attachment_name(exchange.attachment)
    identifier = checked_identifier(exchange.document)
    incoming = _announced(exchange, name)
    named = named_revision(exchange.request)
    if named is None:
        document = IncomingDocument(identifier, {}, attachments={name: incoming})
    else:
        found = await edited(exchange, identifier, named)
        document = edited_with(found, {name: incoming})
    exchange.require_admitted(document, new_edits=True)
    await _receive(exchange, incoming)
    told = await stored(exchange, document)
    location = exchange.location(exchange.database, identifier, name)
    return JsonResponse(told, 201, {"location": location})


async def delete(exchange: Exchange) -> Response:
    """Answer `DELETE /{db}/{doc}/{attachment}`: an edit of `rev` without it."""
    await exchange.request.body(exchange.node.limits.body_bytes)
    name = checked_attachment_name(exchange.attachment)
    named = named_revision(exchange.request)
    if named is None:
        found = await exchange.engine.get(exchange.database, exchange.document)
    else:
        found = await edited(exchange, exchange.document, named)
    if name not in found.attachments:
        raise AttachmentNotFound
    if named is None:
        raise Conflict
    return JsonResponse(await stored(exchange, _edit(found, _stubs(found, without={name}))))


async def copies(exchange: Exchange, source: Document) -> dict[str, IncomingAttachment]:
    """Return a document's attachments as another one is to have them, their bytes as stored."""
    spool = Spool()
    copied: dict[str, IncomingAttachment] = {}
    for name, attachment in source.attachments.items():
        opened = await exchange.engine.open_attachment(
            exchange.database, source.identifier, name, revision=str(source.revision)
        )
        content = Content(spool=spool)
        async for piece in opened.pieces():
            content.write(piece)
        copied[name] = IncomingAttachment(
            name=name,
            content_type=attachment.content_type,
            content=content,
            length=attachment.length,
            encoding=attachment.encoding,
        )
    return copied


def _plain(
    opened: AttachmentReader, headers: Mapping[str, str], ranges: Sequence[tuple[int, int]] | None
) -> StreamResponse:
    stored = opened.attachment
    content_type = header_text(stored.content_type)
    if ranges is None:
        own = {"content-md5": stored.digest.removeprefix("md5-"), "content-length": str(stored.length)}
        return StreamResponse(opened.pieces(), content_type, 200, {**headers, **own})
    if len(ranges) == 1:
        ((start, end),) = ranges
        own = {"content-range": _content_range(start, end, stored.length), "content-length": str(end - start)}
        return StreamResponse(opened.pieces(start, end), content_type, 206, {**headers, **own})
    boundary = secrets.token_hex(16)
    return StreamResponse(
        _byte_ranges(opened, ranges, boundary),
        f'multipart/byteranges; boundary="{boundary}"',
        206,
        headers,
    )


def _encoded(opened: AttachmentReader, headers: Mapping[str, str], *, gzip: bool) -> StreamResponse:
    stored = opened.attachment
    content_type = header_text(stored.content_type)
    if gzip:
        own = {
            "content-encoding": "gzip",
            "content-md5": stored.digest.removeprefix("md5-"),
            "content-length": str(stored.stored_length),
            "vary": "Accept-Encoding",
        }
        return StreamResponse(opened.pieces(), content_type, 200, {**headers, **own})
    own = {"vary": "Accept-Encoding"}
    if stored.length != stored.stored_length:
        own["content-length"] = str(stored.length)
    # Who sent the same length twice did not say how long the bytes are once decoded.
    return StreamResponse(decoded(opened.pieces()), content_type, 200, {**headers, **own})


async def decoded(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what gzip says. It was checked when it was stored."""
    gunzip = Gunzip()
    async for piece in pieces:
        for said in gunzip.decoded(piece):
            yield said


async def _byte_ranges(
    opened: AttachmentReader, ranges: Sequence[tuple[int, int]], boundary: str
) -> AsyncIterator[bytes]:
    content_type, length = header_text(opened.attachment.content_type), opened.attachment.length
    yield f"--{boundary}".encode()
    for start, end in ranges:
        head = (
            f"\r\nContent-Type: {content_type}\r\nContent-Range: {_content_range(start, end, length)}\r\n\r\n"
        )
        yield head.encode("latin-1")
        async for piece in opened.pieces(start, end):
            yield piece
        yield f"\r\n--{boundary}".encode()
    yield b"--"


def _content_range(start: int, end: int, length: int) -> str:
    return f"bytes {start}-{end - 1}/{length}"


def _announced(exchange: Exchange, name: str) -> IncomingAttachment:
    """Return the attachment that the request's headers describe, its bytes still to come."""
    headers = exchange.request.headers
    md5 = headers.get("content-md5")
    return IncomingAttachment(
        name=name,
        content_type=headers.get("content-type") or DEFAULT_CONTENT_TYPE,
        content=Content(),
        digest=None if md5 is None else f"md5-{md5.strip()}",
        encoding=_encoding(headers.get("content-encoding", "identity")),
    )


def _encoding(header: str) -> Encoding | None:
    match header.strip().lower():
        case "gzip":
            return "gzip"
        case "identity" | "":
            return None
        case _:
            raise UnsupportedMediaType("Only gzip and identity content-encodings are supported")


async def _receive(exchange: Exchange, incoming: IncomingAttachment) -> None:
    content = incoming.content
    try:
        async for piece in exchange.request.pieces(exchange.node.limits.attachment_bytes):
            if content is not None:
                content.write(piece)
    except TooLarge as error:
        raise AttachmentTooLarge(incoming.name) from error


async def edited(exchange: Exchange, identifier: str, revision: Revision) -> Document:
    """Return the revision that a write names. Raises RevisionNotFound."""
    found = await exchange.engine.open_revisions(exchange.database, identifier, [str(revision)])
    document = found[0] if found else None
    if not isinstance(document, Document):
        raise RevisionNotFound
    return document


def edited_with(found: Document, added: Mapping[str, IncomingAttachment]) -> IncomingDocument:
    """Return an edit that keeps a document's attachments, `added` in the place of those of the same name."""
    return _edit(found, {**added, **_stubs(found, without=added.keys())})


def _edit(found: Document, attachments: Mapping[str, IncomingAttachment]) -> IncomingDocument:
    return IncomingDocument(
        found.identifier, found.body, (found.revision,), deleted=found.deleted, attachments=attachments
    )


def _stubs(found: Document, *, without: Collection[str]) -> dict[str, IncomingAttachment]:
    return {
        name: IncomingAttachment(name, arrival=Arrival.STUB, revpos=attachment.revpos)
        for name, attachment in found.attachments.items()
        if name not in without
    }


async def stored(exchange: Exchange, document: IncomingDocument) -> dict[str, object]:
    """Write an edit; return what is answered. Raises Conflict, Forbidden."""
    (result,) = await exchange.engine.write(
        exchange.database, [document], new_edits=True, rule=exchange.write_rule
    )
    if result.error == Conflict.error:
        raise Conflict
    if result.error is not None:
        raise Forbidden(result.reason or "The write was refused.")
    return {"ok": True, "id": result.identifier, "rev": str(result.revision)}
