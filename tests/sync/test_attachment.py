"""The bytes of attachments on their way in, and gzip read in pieces."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.attachment import PIECE_BYTES, Content, Gunzip, Spool


@given(pieces=st.lists(st.binary(max_size=50), max_size=20), memory_bytes=st.integers(0, 200))
def test_contents_of_one_spool_are_each_read_whole(pieces: list[bytes], memory_bytes: int) -> None:
    spool = Spool(memory_bytes=memory_bytes)
    contents = []
    for number, piece in enumerate(pieces):
        content = Content(spool=spool)
        content.write(piece)
        content.write(b"%d" % number)
        contents.append(content)

    for _ in range(2):
        read = [b"".join(content.pieces()) for content in contents]
        assert read == [piece + b"%d" % number for number, piece in enumerate(pieces)]


def test_what_waits_costs_no_memory_beyond_the_first_mebibyte() -> None:
    tracemalloc.start()
    content = Content()
    for _ in range(640):
        content.write(bytes(100_000))
    read = sum(len(piece) for piece in content.pieces())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (content.length, read) == (64_000_000, 64_000_000)
    assert peak < 4 * 1024 * 1024


@given(members=st.lists(st.binary(max_size=100), min_size=1, max_size=3), cut=st.integers(1, 50))
def test_gzip_is_read_however_it_is_cut(members: list[bytes], cut: int) -> None:
    packed = b"".join(gzip.compress(member) for member in members)
    gunzip = Gunzip()

    read = [
        said for start in range(0, len(packed), cut) for said in gunzip.decoded(packed[start : start + cut])
    ]
    gunzip.end()

    assert b"".join(read) == b"".join(members)


def test_a_little_gzip_that_says_much_is_read_in_small_pieces() -> None:
    packed = gzip.compress(bytes(64 * 1024 * 1024))

    sizes = [len(piece) for piece in Gunzip().decoded(packed)]

    assert (sum(sizes), max(sizes) <= PIECE_BYTES, len(packed) < 100_000) == (64 * 1024 * 1024, True, True)


def test_gzip_that_stops_short_is_noticed() -> None:
    gunzip = Gunzip()
    list(gunzip.decoded(gzip.compress(b"text")[:-1]))

    with pytest.raises(zlib.error, match="end is missing"):
        gunzip.end()
