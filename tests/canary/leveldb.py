"""Read every byte that a LevelDB holds, decompressed: tables and logs, live, overwritten or deleted records.

Formats: LevelDB ``table_format.md`` and ``log_format.md``. Chromium's IndexedDB additionally compresses large
values with Snappy behind the bytes ``FF 11 02`` (serialised script value, "compressed").
"""

from collections.abc import Iterator
from pathlib import Path

import cramjam

TABLE_MAGIC = 0xDB4775248B80FB57
LOG_BLOCK = 32768
COMPRESSED_VALUE = b"\xff\x11\x02"


class DecodeError(ValueError):
    """The bytes are not what the format says; the caller falls back to the raw file."""


def varint(block: bytes, offset: int) -> tuple[int, int]:
    """Return (value, next offset) of the base-128 varint at ``offset``."""
    value = shift = 0
    while True:
        if offset >= len(block) or shift > 63:
            raise DecodeError("varint runs past the end")
        byte = block[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, offset
        shift += 7


def unsnap(compressed: bytes) -> bytes:
    """Return raw Snappy bytes decompressed."""
    try:
        return bytes(cramjam.snappy.decompress_raw(compressed))
    except cramjam.DecompressionError as error:
        raise DecodeError("not Snappy") from error


def _block(table: bytes, offset: int, size: int) -> bytes:
    stored, kind = table[offset : offset + size], table[offset + size]
    return unsnap(stored) if kind == 1 else stored


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (key, value) of a table block, undoing the prefix compression of keys."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    offset, key = 0, b""
    while offset < end:
        shared, offset = varint(block, offset)
        unshared, offset = varint(block, offset)
        length, offset = varint(block, offset)
        key = key[:shared] + block[offset : offset + unshared]
        offset += unshared
        yield key, block[offset : offset + length]
        offset += length


def _handle(value: bytes) -> tuple[int, int]:
    offset, position = varint(value, 0)
    size, _ = varint(value, position)
    return offset, size


def table_entries(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield every (internal key, value) of an SSTable (``.ldb``)."""
    if len(table) < 48 or int.from_bytes(table[-8:], "little") != TABLE_MAGIC:
        raise DecodeError("no table footer")
    _, position = varint(table[-48:], 0)
    _, position = varint(table[-48:], position)
    index_offset, position = varint(table[-48:], position)
    index_size, _ = varint(table[-48:], position)
    for _, handle in _entries(_block(table, index_offset, index_size)):
        yield from _entries(_block(table, *_handle(handle)))


def log_records(log: bytes) -> Iterator[bytes]:
    """Yield the records of a write-ahead log (``.log``), fragments joined."""
    parts: list[bytes] = []
    for start in range(0, len(log), LOG_BLOCK):
        block = log[start : start + LOG_BLOCK]
        offset = 0
        while offset + 7 <= len(block):
            length = int.from_bytes(block[offset + 4 : offset + 6], "little")
            kind = block[offset + 6]
            if kind not in (1, 2, 3, 4):
                break
            parts.append(block[offset + 7 : offset + 7 + length])
            offset += 7 + length
            if kind in (1, 4):
                yield b"".join(parts)
                parts = []
    if parts:
        yield b"".join(parts)


def batch_entries(record: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the (key, value) pairs that a write batch puts; deletions give an empty value."""
    offset = 12
    while offset < len(record):
        kind = record[offset]
        length, offset = varint(record, offset + 1)
        key = record[offset : offset + length]
        offset += length
        value = b""
        if kind == 1:
            length, offset = varint(record, offset)
            value = record[offset : offset + length]
            offset += length
        yield key, value


def expand(value: bytes) -> Iterator[bytes]:
    """Yield a value as stored, and as Chromium wrote it before compressing it."""
    yield value
    marker = value.find(COMPRESSED_VALUE)
    if 0 <= marker < 32:
        try:
            yield unsnap(value[marker + len(COMPRESSED_VALUE) :])
        except DecodeError:
            return


def decoded(path: Path) -> Iterator[bytes]:
    """Yield every decompressed chunk of one file of a LevelDB directory; nothing for other kinds of files."""
    stored = path.read_bytes()
    pairs: Iterator[tuple[bytes, bytes]]
    if path.suffix in {".ldb", ".sst"}:
        pairs = table_entries(stored)
    elif path.suffix == ".log":
        pairs = (pair for record in log_records(stored) for pair in batch_entries(record))
    else:
        return
    try:
        for key, value in pairs:
            yield key
            yield from expand(value)
    except (DecodeError, IndexError):
        return
