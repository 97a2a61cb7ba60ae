"""Reading multipart bodies: whatever the pieces they come in, and whatever is wrong with them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import BadRequest
from sync.http.media import HeaderValue, accepts, accepts_gzip
from sync.http.multipart import MAX_HEAD_BYTES, MultipartReader

pytestmark = pytest.mark.anyio

RELATED = HeaderValue.parse('multipart/related; boundary="abc"')
BODY = (
    b"a preamble\r\n--abc\r\nContent-Type: application/json\r\n\r\n{}\r\n--abc \t\r\n"
    b'Content-Disposition: attachment; filename="\xc3\xa9.png"'
    b"\r\n\r\n\r\n--ab\r\n--abc\r\n\r\n\r\n--abc--epilogue"
)
PARTS = [
    ({"content-type": "application/json"}, b"{}"),
    ({"content-disposition": 'attachment; filename="é.png"'}, b"\r\n--ab"),
    ({}, b""),
]


async def source(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def parts(pieces: Sequence[bytes], content_type: HeaderValue = RELATED) -> list[tuple[object, bytes]]:
    reader = MultipartReader(content_type, source(pieces))
    found: list[tuple[object, bytes]] = []
    while (head := await reader.next_part()) is not None:
        found.append((head, b"".join([piece async for piece in reader.pieces()])))
    return found


@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=20))
def test_parts_are_the_same_however_the_body_is_cut(cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), len(BODY)]
    pieces = [BODY[start:end] for start, end in pairwise(bounds)]

    assert asyncio.run(parts(pieces)) == PARTS


@given(data=st.binary(max_size=200), boundary=st.from_regex(r"[0-9A-Za-z'()+_,./:=?-]{1,70}", fullmatch=True))
def test_any_bytes_come_through(data: bytes, boundary: str) -> None:
    delimiter = b"\r\n--" + boundary.encode()
    if delimiter in b"\r\n" + data + b"\r":
        return
    body = delimiter[2:] + b"\r\n\r\n" + data + delimiter + b"--"

    assert asyncio.run(parts([body], HeaderValue.parse(f'a/b; boundary="{boundary}"'))) == [({}, data)]


async def test_a_part_that_is_not_read_is_skipped() -> None:
    reader = MultipartReader(RELATED, source([BODY]))

    heads = [await reader.next_part() for _ in range(4)]

    assert heads == [*(head for head, _ in PARTS), None]


@pytest.mark.parametrize(
    "content_type", ["multipart/related", 'multipart/related; boundary=""', f"a/b; boundary={'x' * 201}"]
)
async def test_a_body_without_a_usable_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(BadRequest, match="boundary"):
        MultipartReader(HeaderValue.parse(content_type), source([BODY]))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing of the kind",
        b"--abc",
        b"--abc\r\n",
        b"--abc\r\nContent-Type: x\r\n",
        b"--abc\r\n\r\nhalf of",
        b"--abc\r\n\r\nwhole\r\n--abc",
    ],
)
async def test_a_body_that_stops_short_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest, match="ends before"):
        await parts([body])


@pytest.mark.parametrize(
    "pieces",
    [
        [b"--abc\r\nx: " + b"y" * (MAX_HEAD_BYTES + 1) + b"\r\n\r\n"],
        [b"--abc\r\n", *[b"x: y\r\n"] * 10_000],
        [b"--abc\r\nno header\r\n\r\n\r\n--abc--"],
    ],
)
async def test_a_head_that_never_ends_or_is_none_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(BadRequest, match="head of a part"):
        await parts(pieces)


async def test_nothing_is_held_of_a_part_but_its_last_piece() -> None:
    reader = MultipartReader(RELATED, source([b"--abc\r\n\r\n", *[bytes(1000)] * 1000, b"\r\n--abc--"]))
    await reader.next_part()

    sizes = [len(piece) async for piece in reader.pieces()]

    assert (sum(sizes), max(sizes) <= 1010) == (1_000_000, True)


@pytest.mark.parametrize(
    ("header", "kind", "accepted"),
    [
        (None, "multipart/mixed", True),
        ("*/*", "multipart/mixed", True),
        ("multipart/*", "multipart/mixed", True),
        ("application/json", "multipart/mixed", False),
        ("application/json, multipart/mixed;q=0.5", "multipart/mixed", True),
        ("*/*, multipart/mixed;q=0", "multipart/mixed", False),
        ("multipart/mixed;q=nonsense", "multipart/mixed", False),
        ("", "multipart/mixed", False),
    ],
)
def test_what_a_client_accepts(header: str | None, kind: str, *, accepted: bool) -> None:
    assert accepts(header, kind) is accepted


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (None, False),
        ("gzip", True),
        ("deflate, GZIP;q=0.1", True),
        ("gzip;q=0", False),
        ("*", True),
        ("identity", False),
    ],
)
def test_whether_a_client_takes_gzip(header: str | None, *, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


def test_a_header_is_read_with_its_parameters() -> None:
    read = HeaderValue.parse(r'Attachment; FileName="a \"b\"; c.png"; size=3; =; lonely')

    assert (read.value, read.parameters) == ("attachment", {"filename": 'a "b"; c.png', "size": "3"})
