"""One HTTP request, read with its bounds."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import parse_qsl, quote, unquote

import orjson

from sync.errors import BadRequest, TooLarge, UnsupportedMediaType
from sync.http.asgi import Receive, Scope
from sync.http.json_bodies import gunzipped, read_json


class ClientGone(Exception):
    """The client left before its request was read."""


class Request:
    """Method, path, query, headers (lower case), and a body not yet read; `prefix` is where it is mounted."""

    def __init__(self, scope: Scope, receive: Receive, *, prefix: str = "") -> None:
        self.method: str = scope["method"]
        self._path = _path_within(scope, prefix)
        self.query: Mapping[str, str] = dict(
            parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        )
        self.headers: Mapping[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        self._receive = receive
        # How much of the body was read.
        self.received_bytes = 0
        self._scheme: str = scope.get("scheme", "http")
        self._mounted: str = scope.get("root_path", "") or prefix

    @property
    def origin(self) -> str:
        """Where the interface is mounted, as the client names it: scheme, host and path."""
        return f"{self._scheme}://{self.headers.get('host', 'localhost')}{self._mounted}"

    def segments(self) -> tuple[str, ...]:
        """Return the path's parts. Raises BadRequest.

        They are cut at `/` before they are decoded: an id may hold an encoded one.
        """
        return tuple(_decoded(part) for part in self._path.split("/") if part)

    async def body(self, limit_bytes: int) -> bytes:
        """Read the body. Raises TooLarge past `limit_bytes`, ClientGone."""
        read = bytearray()
        async for piece in self.pieces(limit_bytes):
            read += piece
        return bytes(read)

    async def pieces(self, limit_bytes: int) -> AsyncIterator[bytes]:
        """Yield the body as it comes. Raises TooLarge past `limit_bytes`, ClientGone."""
        announced = self.headers.get("content-length", "0")
        too_large = announced.isdigit() and int(announced) > limit_bytes
        if too_large:
            raise TooLarge(f"The request entity is too large (at most {limit_bytes} bytes)")
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece: bytes = message.get("body", b"")
            self.received_bytes += len(piece)
            if self.received_bytes > limit_bytes:
                raise TooLarge(f"The request entity is too large (at most {limit_bytes} bytes)")
            more = message.get("more_body", False)
            if piece:
                yield piece

    async def json(self, limit_bytes: int) -> object:
        """Read a JSON body. Raises BadRequest, TooLarge, UnsupportedMediaType, ClientGone."""
        return read_json(await self.decoded(limit_bytes))

    async def decoded(self, limit_bytes: int) -> bytes:
        """Read the body without its Content-Encoding; the bound is that of what it decodes to as well.

        Raises BadRequest, TooLarge, UnsupportedMediaType, ClientGone.
        """
        encoding = self.headers.get("content-encoding", "identity")
        if encoding not in ("identity", "gzip"):
            raise UnsupportedMediaType(f"{encoding} is not a supported content encoding.")
        body = await self.body(limit_bytes)
        if encoding == "identity":
            return body
        decoded = await asyncio.to_thread(gunzipped, body, limit_bytes)
        self.received_bytes = max(self.received_bytes, len(decoded))
        return decoded

    async def json_object(
        self, limit_bytes: int, refusal: str = "Request body must be a JSON object"
    ) -> Mapping[str, object]:
        """Read a JSON object; `refusal` tells of another value. Raises BadRequest, TooLarge, ClientGone."""
        value = await self.json(limit_bytes)
        if not isinstance(value, dict):
            raise BadRequest(refusal)
        return value

    async def wait_for_disconnect(self) -> None:
        """Return once the client left. The body must have been read, or be empty."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def asks(self, name: str) -> bool:
        """Whether an option of a document is `true`; anything else is as if it were not there."""
        return self.query.get(name) == "true"

    def knows(self, etag: str) -> bool:
        """Whether the client says that it has this representation already (If-None-Match)."""
        known = [one.strip() for one in self.headers.get("if-none-match", "").split(",")]
        return etag in known or "*" in known

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a `true` or `false` of the query. Raises BadRequest."""
        value = self.query.get(name)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise BadRequest(f"Invalid boolean parameter: {name}")
        return value == "true"

    def count(self, name: str) -> int | None:
        """Read a whole number of the query, None when absent. Raises BadRequest."""
        value = self.query.get(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 18):
            raise BadRequest(f"Invalid value for {name}: it must be a whole number")
        return int(value)

    def value(self, *names: str) -> object:
        """Read a JSON value of the query under the first of `names` given, None when absent."""
        for name in names:
            if (text := self.query.get(name)) is not None:
                try:
                    value: object = orjson.loads(text)
                except orjson.JSONDecodeError as error:
                    raise BadRequest("invalid UTF-8 JSON") from error
                return value
        return None


def texts(value: object, name: str) -> list[str]:
    """Return a list of strings; raises BadRequest."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise BadRequest(f"`{name}` must be a JSON list of strings.")
    return value


def _path_within(scope: Scope, prefix: str) -> str:
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    path = raw.decode("latin-1").partition("?")[0]
    for mounted in (scope.get("root_path", ""), prefix):
        if mounted and (path == mounted or path.startswith(f"{mounted}/")):
            path = path[len(mounted) :]
    return path


def _decoded(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise BadRequest("The path is not UTF-8") from error
