"""Search a directory for a planted text, in every encoding in which software might have left it.

A search that finds nothing proves nothing unless the same search finds a control planted in the same places:
callers plant one (``tests/e2e/test_nothing_readable.py``).
"""

import base64
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.canary import leveldb


@dataclass(frozen=True)
class Hit:
    """Where a text was found, and how it was written there."""

    path: Path
    encoding: str


def spellings(text: str) -> dict[str, bytes]:
    """Return the byte sequences to look for, by name of the encoding.

    Base64 of a text depends on its alignment in what surrounds it: the three are given, without the
    characters that neighbours would change.
    """
    encodings = {
        "utf-8": text.encode(),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
    }
    if all(ord(character) < 256 for character in text):
        encodings["latin-1"] = text.encode("latin-1")
    found = dict(encodings)
    for name, raw in encodings.items():
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + raw)
            start = -(-shift * 4 // 3)
            core = whole[start : len(whole) - 4 if whole.endswith(b"=") else len(whole)]
            if len(core) >= 8:
                found[f"base64 of {name}, shift {shift}"] = core
                found[f"base64url of {name}, shift {shift}"] = core.translate(bytes.maketrans(b"+/", b"-_"))
    found["hexadecimal"] = text.encode().hex().encode()
    return found


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes, and what they decompress to where they are compressed."""
    stored = path.read_bytes()
    yield stored
    yield from leveldb.decoded(path)
    for start in _gzip_members(stored):
        try:
            yield gzip.decompress(stored[start:])
        except (OSError, EOFError, zlib.error):
            unpacker = zlib.decompressobj(wbits=31)
            try:
                yield unpacker.decompress(stored[start:])
            except zlib.error:
                continue


def _gzip_members(stored: bytes) -> Iterator[int]:
    start = stored.find(b"\x1f\x8b\x08")
    while start >= 0:
        yield start
        start = stored.find(b"\x1f\x8b\x08", start + 1)


def find(place: Path, text: str) -> list[Hit]:
    """Return where ``text`` can be read in a file, or in any file below a directory, in its own case."""
    wanted = spellings(text)
    hits: list[Hit] = []
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if not path.is_file():
            continue
        found: set[str] = set()
        for chunk in chunks(path):
            found.update(name for name, raw in wanted.items() if raw in chunk)
        hits.extend(Hit(path, name) for name in sorted(found))
    return hits
