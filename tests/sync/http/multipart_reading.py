"""Multipart as these tests write and read it: by hand, and not with the code under test."""

import re
from dataclasses import dataclass, field

import httpx
import orjson


@dataclass
class Part:
    """One part; headers with names in lower case."""

    headers: dict[str, str]
    content: bytes
    parts: "list[Part]" = field(default_factory=list)

    @property
    def json(self) -> dict[str, object]:
        read: dict[str, object] = orjson.loads(self.content)
        return read


def parts_of(answer: httpx.Response) -> list[Part]:
    """Read an answer's parts, and the parts within them."""
    return _parts(answer.headers["content-type"], answer.content)


def related(*parts: tuple[dict[str, str], bytes], boundary: str = "abc123") -> bytes:
    """Write a body of these parts."""
    written = b""
    for headers, content in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
        written += f"--{boundary}\r\n".encode() + head + b"\r\n" + content + b"\r\n"
    return written + f"--{boundary}--".encode()


def _parts(content_type: str, body: bytes) -> list[Part]:
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    assert found is not None, content_type
    delimiter = b"\r\n--" + found[1].encode()
    first, *pieces, last = (b"\r\n" + body).split(delimiter)
    assert (first.strip(), last.strip()) == (b"", b"--")
    return [_part(piece) for piece in pieces]


def _part(piece: bytes) -> Part:
    head, _, content = piece.partition(b"\r\n\r\n")
    lines = [line.decode().split(": ", 1) for line in head.split(b"\r\n") if line]
    headers = {name.lower(): value for name, value in lines}
    kind = headers.get("content-type", "")
    return Part(headers, content, _parts(kind, content) if kind.startswith("multipart/") else [])
