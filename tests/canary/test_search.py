"""The canary search finds what it should, in each disguise that it claims to know."""

import base64
import gzip
from pathlib import Path

import cramjam
import pytest

from tests.canary import leveldb, search

NAME = "ZÉPHYRINE-CANARI"


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def log_of(value: bytes) -> bytes:
    batch = bytes(8) + (1).to_bytes(4, "little") + b"\x01" + varint(3) + b"key" + varint(len(value)) + value
    return bytes(4) + len(batch).to_bytes(2, "little") + b"\x01" + batch


def table_of(value: bytes) -> bytes:
    def block(entries: list[tuple[bytes, bytes]]) -> bytes:
        body = b"".join(varint(0) + varint(len(k)) + varint(len(v)) + k + v for k, v in entries)
        return bytes(cramjam.snappy.compress_raw(body + bytes(4) + (1).to_bytes(4, "little")))

    data = block([(b"key", value)])
    stored = data + b"\x01" + bytes(4)
    index = block([(b"key", varint(0) + varint(len(data)))])
    offset = len(stored)
    stored += index + b"\x01" + bytes(4)
    footer = varint(0) + varint(0) + varint(offset) + varint(len(index))
    return stored + footer.ljust(40, b"\0") + leveldb.TABLE_MAGIC.to_bytes(8, "little")


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("plain.bin", b"..." + NAME.encode() + b"..."),
        ("wide.bin", b"." + NAME.encode("utf-16-le")),
        ("wide-be.bin", NAME.encode("utf-16-be")),
        ("latin.bin", NAME.encode("latin-1")),
        ("armoured.txt", base64.b64encode(b'{"name":"' + NAME.encode() + b'"}')),
        ("armoured-wide.txt", base64.urlsafe_b64encode(b"ab" + NAME.encode("utf-16-le") + b"cd")),
        ("packed.gz", b"HTTP" + gzip.compress(NAME.encode(), mtime=0)),
        ("000003.log", log_of(NAME.encode("utf-16-le"))),
        (
            "000004.log",
            log_of(b"\x01" + leveldb.COMPRESSED_VALUE + cramjam.snappy.compress_raw(NAME.encode() * 9)),
        ),
        ("000005.ldb", table_of(NAME.encode())),
        ("000006.ldb", table_of(leveldb.COMPRESSED_VALUE + cramjam.snappy.compress_raw(NAME.encode() * 9))),
    ],
)
def test_a_planted_name_is_found_in_each_disguise(tmp_path: Path, name: str, stored: bytes) -> None:
    (tmp_path / name).write_bytes(bytes(stored))
    assert [tmp_path / name] == sorted({hit.path for hit in search.find(tmp_path, NAME)})


def test_nothing_is_found_where_nothing_was_planted(tmp_path: Path) -> None:
    (tmp_path / "000003.log").write_bytes(log_of(b"another name" * 50))
    (tmp_path / "000005.ldb").write_bytes(table_of(b"another name" * 50))
    assert [] == search.find(tmp_path, NAME)
