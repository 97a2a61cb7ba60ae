"""`POST /{db}/{doc}` of a form: attachments chosen in a page of a browser (`chttpd_db.erl`, CouchDB 3.5).

The form's `_rev` names the revision edited, or its `_doc` is the document itself; each file under
`_attachments` is added to it, in the place of one of the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from sync.attachment import (
    DEFAULT_CONTENT_TYPE,
    IncomingAttachment,
    Spool,
    checked_attachment_name,
)
from sync.document import IncomingDocument, checked_identifier
from sync.errors import BadRequest, UnsupportedMediaType
from sync.http.attachments import edited, edited_with, stored
from sync.http.exchange import Exchange
from sync.http.json_bodies import read_json
from sync.http.media import HeaderValue
from sync.http.multipart import MultipartReader
from sync.http.parts import read_bytes, read_content
from sync.http.response import JsonResponse
from sync.revision import Revision

_FORM: Final = "multipart/form-data"


@dataclass(slots=True)
class _Form:
    """The fields that mean something, and the files."""

    fields: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, IncomingAttachment] = field(default_factory=dict)


async def write(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/{doc}`. Raises BadRequest, UnsupportedMediaType, RevisionNotFound, Conflict."""
    _require_referer(exchange)
    identifier = checked_identifier(exchange.document)
    content_type = HeaderValue.parse(exchange.request.headers.get("content-type", ""))
    if content_type.value != _FORM:
        raise UnsupportedMediaType(f"Content-Type must be {_FORM}")
    exchange.require_admitted(IncomingDocument(identifier, {}), new_edits=True)
    form = await _read(exchange, content_type)
    if "_doc" in form.fields:
        asked = read_json(form.fields["_doc"])
        named = {**asked, "_id": identifier} if isinstance(asked, Mapping) else asked
        document = IncomingDocument.from_json(named)
        document = replace(document, attachments={**document.attachments, **form.files})
    else:
        revision = Revision.parse(form.fields.get("_rev", b"").decode("utf-8", "replace"))
        document = edited_with(await edited(exchange, identifier, revision), form.files)
    told = await stored(exchange, document)
    return JsonResponse(told, 201, {"etag": f'"{told["rev"]}"'})


def _require_referer(exchange: Exchange) -> None:
    """A form of another site must not write with a browser's session."""
    referer = exchange.request.headers.get("referer")
    if referer is None:
        raise BadRequest("Referer header required.")
    if urlsplit(referer).netloc != exchange.request.headers.get("host"):
        raise BadRequest("Referer header must match host.")


async def _read(exchange: Exchange, content_type: HeaderValue) -> _Form:
    limits = exchange.node.limits
    parts = MultipartReader(content_type, exchange.request.pieces(limits.multipart_bytes))
    form, spool = _Form(), Spool()
    while (head := await parts.next_part()) is not None:
        told = HeaderValue.parse(head.get("content-disposition", "")).parameters
        if told.get("name") == "_attachments":
            name = checked_attachment_name(told.get("filename", ""))
            kind = head.get("content-type", DEFAULT_CONTENT_TYPE)
            content = await read_content(parts, spool, name, limits.attachment_bytes)
            form.files[name] = IncomingAttachment(name, kind, content=content)
        elif (known := told.get("name")) in ("_rev", "_doc"):
            form.fields[known] = await read_bytes(parts, limits.document_bytes)
    return form
