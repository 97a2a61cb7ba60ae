"""A photo is kept when it is a whole, plain JPEG that tells nothing beside its pixels."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.projection.jpeg import MAX_SCANS, PhotoRefused, check
from tests.support.photos import jpeg, srgb_profile

PLAIN = jpeg()
_SCAN = PLAIN.index(b"\xff\xda")


def _with_segment(marker: int, body: bytes) -> bytes:
    return PLAIN[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body + PLAIN[2:]


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Appareil"
    return exif.tobytes()


def refusal(image: bytes, width: int = 64, height: int = 48) -> str:
    with pytest.raises(PhotoRefused) as refused:
        check(image, width, height)
    return refused.value.code


@pytest.mark.parametrize(
    "image",
    [
        PLAIN,
        jpeg(progressive=True),
        jpeg(subsampling=0, quality=95),
        jpeg(icc_profile=srgb_profile()),
        jpeg(restart_marker_blocks=1),
        _with_segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
    ],
    ids=["plain", "progressive", "fine", "with an sRGB profile", "with restarts", "with a colour transform"],
)
def test_a_plain_photo_is_kept(image: bytes) -> None:
    check(image, 64, 48)


def test_the_largest_photo_is_kept() -> None:
    check(jpeg(1600, 1600, quality=20), 1600, 1600)


@pytest.mark.parametrize(
    "image",
    [
        jpeg(exif=_exif()),
        jpeg(comment="Roanne, le 23"),
        jpeg(xmp=b"<x:xmpmeta/>"),
        jpeg(icc_profile=b"\0" * 36 + b"acsp" + b"\0" * 200),
        jpeg(icc_profile=srgb_profile() + b"\0" * 4096),
        _with_segment(0xE0, b"JFXX\0\x10"),
        _with_segment(0xED, b"Photoshop 3.0\0"),
        PLAIN + b"rest",
        PLAIN + PLAIN,
    ],
    ids=["exif", "comment", "xmp", "profile", "large profile", "thumbnail", "iptc", "rest", "two images"],
)
def test_a_photo_that_tells_more_is_refused(image: bytes) -> None:
    assert refusal(image) == "photo-metadata"


def _png() -> bytes:
    written = BytesIO()
    Image.new("RGB", (64, 48)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        _png(),
        PLAIN[:-2],
        PLAIN[: _SCAN + 20],
        PLAIN[:_SCAN] + b"\xff\xd9",
    ],
    ids=["nothing", "a start", "start and end", "png", "no end", "half", "no scan"],
)
def test_what_is_no_whole_jpeg_is_refused(image: bytes) -> None:
    assert refusal(image) == "photo-format"


def test_another_size_than_announced_is_refused() -> None:
    assert refusal(PLAIN, 48, 64) == "photo-size"
    assert refusal(jpeg(1601, 8), 1601, 8) == "photo-size"


def test_an_image_that_claims_more_pixels_than_it_may_is_never_decoded() -> None:
    frame = PLAIN.index(b"\xff\xc0") + 5
    bomb = PLAIN[:frame] + b"\xff\xff\xff\xff" + PLAIN[frame + 4 :]
    assert refusal(bomb) == "photo-size"


def test_an_image_of_a_hundred_thousand_scans_is_never_decoded() -> None:
    progressive = jpeg(1600, 1600, progressive=True, quality=1)
    last = progressive.rindex(b"\xff\xda")
    scan = progressive[last : last + 2 + int.from_bytes(progressive[last + 2 : last + 4], "big")]
    assert refusal(progressive[:-2] + scan * (MAX_SCANS + 1) + b"\xff\xd9", 1600, 1600) == "photo-format"
    assert refusal(progressive[:-2] + scan * 100_000 + b"\xff\xd9", 1600, 1600) == "photo-format"


@given(st.binary(max_size=200), st.integers(0, len(PLAIN)), st.integers(0, 200))
def test_whatever_the_bytes_it_is_kept_or_refused(noise: bytes, position: int, removed: int) -> None:
    spoilt = PLAIN[:position] + noise + PLAIN[position + removed :]
    with suppress(PhotoRefused):
        check(spoilt, 64, 48)


def test_a_canvas_of_chromium_is_kept() -> None:
    """Its profile is named in UTF-16, as the tablets' canvases write it."""
    profile = bytearray(srgb_profile())
    assert b"s\0R\0G\0B" in bytes(profile)
    check(jpeg(icc_profile=bytes(profile)), 64, 48)
