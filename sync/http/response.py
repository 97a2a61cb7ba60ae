"""Answers: one JSON value, or a stream."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from sync.http.asgi import HeaderList, Send

# A stream of small parts is sent in pieces of about this size.
CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class JsonResponse:
    """A status and a JSON value, with headers of its own."""

    value: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamResponse:
    """A body that comes in pieces, some of them much later; headers of its own (lower case)."""

    pieces: AsyncIterator[bytes]
    content_type: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Response = JsonResponse | StreamResponse


async def send_json(send: Send, response: JsonResponse, headers: HeaderList, *, body: bool = True) -> None:
    """Send a JSON answer; without its body for HEAD."""
    content = orjson.dumps(response.value) + b"\n"
    named = {"cache-control": "must-revalidate"} | dict(response.headers)
    own = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
    if response.status in (204, 304):
        content, length = b"", []
    else:
        length = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode("ascii")),
        ]
    start = [*own, *length, *headers]
    await send({"type": "http.response.start", "status": response.status, "headers": start})
    await send({"type": "http.response.body", "body": content if body else b""})


async def start_stream(send: Send, response: StreamResponse, headers: HeaderList) -> None:
    """Send the head of a stream."""
    # A buffering proxy would keep heartbeats from the client, which would give up.
    own = {"cache-control": "no-cache", "x-accel-buffering": "no"} | dict(response.headers)
    start = [
        (b"content-type", response.content_type.encode("latin-1", "replace")),
        *((name.encode("latin-1"), value.encode("latin-1")) for name, value in own.items()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": start})
