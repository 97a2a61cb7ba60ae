"""Writing documents with the bytes of their attachments as `multipart/related` (RFC 2387).

| part | content |
|---|---|
| first | the document as JSON; an attachment that comes says `"follows": true`, any other `"stub": true` |
| each other | the bytes of one attachment as stored, in the order of the document's `_attachments` |
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from sync.attachment import Attachment
from sync.http.media import header_text
from sync.node_engine import AttachmentReader

OpenAttachment = Callable[[str], Awaitable[AttachmentReader]]


def new_boundary() -> str:
    """Draw a boundary that no content holds but by a chance of one in 2**128."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class RelatedBody:
    """A document and what follows it. Without attachments it is the JSON alone.

    `open_attachment` gives the bytes of one of them, by name.
    """

    json: bytes
    attachments: Sequence[Attachment]
    open_attachment: OpenAttachment
    boundary: str

    @property
    def content_type(self) -> str:
        """What the body is."""
        return f'multipart/related; boundary="{self.boundary}"' if self.attachments else "application/json"

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return sum(
            part.stored_length if isinstance(part, Attachment) else len(part) for part in self._parts()
        )

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield it. Raises DocumentNotFound when the revision went meanwhile."""
        for part in self._parts():
            if isinstance(part, Attachment):
                async for piece in (await self.open_attachment(part.name)).pieces():
                    yield piece
            else:
                yield part

    def _parts(self) -> list[bytes | Attachment]:
        if not self.attachments:
            return [self.json]
        delimiter = f"\r\n--{self.boundary}".encode("ascii")
        parts: list[bytes | Attachment] = [
            delimiter[2:] + b"\r\nContent-Type: application/json\r\n\r\n",
            self.json,
            delimiter,
        ]
        for attachment in self.attachments:
            parts += [_head(attachment), attachment, delimiter]
        return [*parts, b"--"]


def _head(attachment: Attachment) -> bytes:
    lines = [
        f'Content-Disposition: attachment; filename="{_file_name(attachment.name)}"',
        f"Content-Type: {header_text(attachment.content_type)}",
        f"Content-Length: {attachment.stored_length}",
    ]
    if attachment.encoding is not None:
        lines.append(f"Content-Encoding: {attachment.encoding}")
    return "".join(f"\r\n{line}" for line in lines).encode() + b"\r\n\r\n"


def _file_name(name: str) -> str:
    """Write a name between quotes, as browsers do (RFC 7578 §4.2): only what would end them is escaped."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
