"""What the parts of a request hold, each within its bound."""

from sync.attachment import Content, Spool
from sync.errors import AttachmentTooLarge, TooLarge
from sync.http.multipart import MultipartReader


async def read_content(parts: MultipartReader, spool: Spool, name: str, limit_bytes: int) -> Content:
    """Read the bytes of the attachment `name`. Raises AttachmentTooLarge, BadRequest, StorageFull."""
    content = Content(spool=spool)
    async for piece in parts.pieces():
        if content.length + len(piece) > limit_bytes:
            raise AttachmentTooLarge(name)
        content.write(piece)
    return content


async def read_bytes(parts: MultipartReader, limit_bytes: int) -> bytes:
    """Read what is to be looked at whole. Raises TooLarge, BadRequest."""
    read = bytearray()
    async for piece in parts.pieces():
        read += piece
        if len(read) > limit_bytes:
            raise TooLarge("the request entity is too large")
    return bytes(read)
