"""Padding tells only a size class, and only what was padded is accepted back (wire §3.1)."""

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.envelope.errors import BadPadding, TooLong
from server.envelope.padding import MAX_INFLATED, SIZE_CLASSES, pad, unpad


def _framed(deflated: bytes, size: int) -> bytes:
    return (len(deflated).to_bytes(4, "big") + deflated).ljust(size, b"\0")


def _deflated(content: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(content) + deflater.flush()


@given(st.binary(max_size=20_000))
def test_what_is_padded_is_given_back(content: bytes) -> None:
    padded = pad(content)
    assert len(padded) in SIZE_CLASSES
    assert unpad(padded) == content


def test_contents_of_nearly_the_same_length_have_the_same_size() -> None:
    assert {len(pad(b"x" * length)) for length in range(1, 500)} == {SIZE_CLASSES[0]}


def test_a_record_over_the_largest_class_is_not_sealed() -> None:
    with pytest.raises(TooLong):
        pad(random.Random(1).randbytes(SIZE_CLASSES[-1]))


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"\0\0\0",
        _framed(b"", 2048),
        _framed(_deflated(b"x"), 2047),
        _framed(_deflated(b"x"), 4096),
        _framed(_deflated(b"x"), 2048)[:-1] + b"1",
        _framed(_deflated(b"x") + b"smuggled", 2048),
        _framed(_deflated(b"x" * 500)[:-1], 2048),
        _framed(b"\xff" * 50, 2048),
        (2**32 - 1).to_bytes(4, "big").ljust(2048, b"\0"),
    ],
    ids=[
        "empty",
        "no length",
        "nothing deflated",
        "not a size class",
        "not the smallest class",
        "not zeros",
        "bytes after the stream",
        "cut stream",
        "not deflate",
        "length beyond the end",
    ],
)
def test_anything_else_is_refused(plaintext: bytes) -> None:
    with pytest.raises(BadPadding):
        unpad(plaintext)


def test_a_bomb_is_refused_before_it_fills_memory() -> None:
    bomb = _deflated(b"\0" * (MAX_INFLATED + 1))
    with pytest.raises(BadPadding):
        unpad(_framed(bomb, 4096))
