"""Reading `multipart/*` bodies as they come (RFC 2046 §5.1), within bounds.

Written for what CouchDB's clients send: a JSON part, then bytes. Nothing is held but one piece of the
body and the head of one part, whatever the sender does.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from sync.errors import BadRequest
from sync.http.media import HeaderValue

MAX_HEAD_BYTES: Final = 16 * 1024
MAX_BOUNDARY_CHARACTERS: Final = 200


class MultipartReader:
    """The parts of a body, one after the other. A part must be read to its end before the next."""

    def __init__(self, content_type: HeaderValue, source: AsyncIterator[bytes]) -> None:
        boundary = content_type.parameters.get("boundary", "")
        if not 0 < len(boundary) <= MAX_BOUNDARY_CHARACTERS:
            raise BadRequest("multipart body without a usable boundary")
        self._delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
        self._source = source
        # The first delimiter may open the body, without the line end that precedes the others.
        self._buffer = bytearray(b"\r\n")
        self._in_part = True
        self._ended = False

    async def next_part(self) -> Mapping[str, str] | None:
        """Return the head of the next part (names in lower case), or None after the last one.

        What the last part left unread, and what precedes the first one, is skipped. Raises BadRequest.
        """
        if self._in_part:
            async for _ in self.pieces():
                pass
        if self._ended:
            return None
        head = await self._head()
        self._in_part = True
        return head

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the part. Raises BadRequest when the body ends within it."""
        kept = len(self._delimiter) - 1
        while (found := self._buffer.find(self._delimiter)) < 0:
            if len(self._buffer) > kept:
                piece = bytes(self._buffer[:-kept])
                del self._buffer[:-kept]
                yield piece
            await self._fill()
        last = bytes(self._buffer[:found])
        del self._buffer[: found + len(self._delimiter)]
        await self._end_of_delimiter()
        if last:
            yield last

    async def _end_of_delimiter(self) -> None:
        """Read what follows a boundary: `--` after the last part, the end of its line after another."""
        self._in_part = False
        while len(self._buffer) < 2:
            await self._fill()
        self._ended = self._buffer.startswith(b"--")

    async def _head(self) -> Mapping[str, str]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD_BYTES:
                raise BadRequest("the head of a part is too long")
            await self._fill()
        if end > MAX_HEAD_BYTES:
            raise BadRequest("the head of a part is too long")
        # White space may follow the boundary on its line.
        _, *lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        return dict(_header(line) for line in lines)

    async def _fill(self) -> None:
        try:
            self._buffer += await anext(self._source)
        except StopAsyncIteration as error:
            raise BadRequest("the multipart body ends before its last boundary") from error


def _header(line: bytes) -> tuple[str, str]:
    name, colon, value = line.partition(b":")
    if not colon:
        raise BadRequest("the head of a part has a line that is no header")
    # Names of files come as UTF-8 from CouchDB and from browsers (RFC 7578 §5.1).
    return name.strip().decode("latin-1").lower(), value.strip().decode("utf-8", "replace")
