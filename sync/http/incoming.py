"""Documents whose attachments follow them in the request, as `multipart/related` (RFC 2387).

The JSON comes first; then the attachments that say `"follows": true`, in the order in which it names them.
A part whose `Content-Disposition` names one of them is that one, in whatever order it comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from sync.attachment import Arrival, IncomingAttachment, Spool
from sync.document import NOT_A_DOCUMENT, IncomingDocument
from sync.errors import BadRequest, UnsupportedMediaType
from sync.http.exchange import Exchange
from sync.http.json_bodies import read_json
from sync.http.media import HeaderValue
from sync.http.multipart import MultipartReader
from sync.http.parts import read_bytes, read_content

_RELATED: Final = "multipart/related"


@dataclass(frozen=True, slots=True)
class FollowedDocument:
    """A document read from the first part of a request, and the parts that follow."""

    document: Mapping[str, object]
    attachment_bytes: int
    parts: MultipartReader

    @classmethod
    async def begin(cls, exchange: Exchange) -> Self | None:
        """Read the first part; None when the request is no `multipart/related`.

        Raises BadRequest, TooLarge, UnsupportedMediaType.
        """
        content_type = HeaderValue.parse(exchange.request.headers.get("content-type", ""))
        if content_type.value != _RELATED:
            return None
        limits = exchange.node.limits
        parts = MultipartReader(content_type, exchange.request.pieces(limits.multipart_bytes))
        head = await parts.next_part()
        if head is None or HeaderValue.parse(head.get("content-type", "")).value != "application/json":
            raise UnsupportedMediaType("Content-Type must be application/json")
        return cls(await _json_object(parts, limits.body_bytes), limits.attachment_bytes, parts)

    async def received(self, document: IncomingDocument) -> IncomingDocument:
        """Read what follows; return the document with it. Raises BadRequest, AttachmentTooLarge."""
        pending = {
            name: attachment
            for name, attachment in document.attachments.items()
            if attachment.arrival is Arrival.FOLLOWS
        }
        received: dict[str, IncomingAttachment] = {}
        spool = Spool()
        while (head := await self.parts.next_part()) is not None:
            if not pending:
                raise BadRequest("More parts follow than attachments were announced")
            attachment = pending.pop(_name(head, pending))
            content = await read_content(self.parts, spool, attachment.name, self.attachment_bytes)
            received[attachment.name] = replace(attachment, content=content)
        return replace(document, attachments={**document.attachments, **received})


def _name(head: Mapping[str, str], pending: Mapping[str, IncomingAttachment]) -> str:
    """Return which of the attachments that are still to come a part is."""
    named = HeaderValue.parse(head.get("content-disposition", "")).parameters.get("filename", "")
    for name in (named, named.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")):
        if name in pending:
            return name
    return next(iter(pending))


async def _json_object(parts: MultipartReader, limit_bytes: int) -> Mapping[str, object]:
    value = read_json(await read_bytes(parts, limit_bytes))
    if not isinstance(value, dict):
        raise BadRequest(NOT_A_DOCUMENT)
    return value
