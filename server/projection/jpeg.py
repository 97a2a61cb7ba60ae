"""Is this a photo that may be kept: a plain JPEG, whole, of the size announced, that tells nothing else?

The structure is walked before the library decodes anything, so that what would make it work for long (too
many pixels, hundreds of scans) never reaches it.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from server.envelope.notice import MAX_PIECE_BYTES, MAX_PIECES, MAX_SIDE

MAX_BYTES = MAX_PIECES * MAX_PIECE_BYTES
MAX_SCANS = 32
"""Encoders make one, a progressive image a dozen; each costs a pass over all pixels."""

_MAX_PROFILE_BYTES = 4096
_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive, with Huffman codes."""
_TABLES = frozenset({0xC4, 0xDB, 0xDD})
_APPLICATION = range(0xE0, 0xF0)
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_ICC = b"ICC_PROFILE\0\x01\x01"


class PhotoRefused(Exception):
    """The image is set aside; ``code`` is one of the reasons ``photo-…``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Segment(NamedTuple):
    """A marker and what follows its length."""

    marker: int
    body: bytes


def check(image: bytes, width: int, height: int) -> None:
    """Raise ``PhotoRefused`` unless the bytes are such a photo of ``width`` × ``height`` pixels."""
    if len(image) > MAX_BYTES:
        raise PhotoRefused("photo-size")
    if _frame_size(image) != (width, height) or max(width, height) > MAX_SIDE:
        raise PhotoRefused("photo-size")
    try:
        with Image.open(BytesIO(image), formats=("JPEG",)) as opened:
            opened.load()
            size = opened.size
    except Exception as error:
        # Beside its own errors the library lets those of its decoders through; whatever it raises on bytes
        # that anyone may have written means the same here.
        raise PhotoRefused("photo-format") from error
    if size != (width, height):
        raise PhotoRefused("photo-size")


def _frame_size(image: bytes) -> tuple[int, int]:
    """Return the width and height that the only frame announces."""
    frames: list[tuple[int, int]] = []
    scans = 0
    for marker, body in _segments(image):
        if marker in _APPLICATION or marker == _COMMENT:
            _check_application(marker, body)
        elif marker in _FRAMES and len(body) > 5:
            frames.append((int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")))
        elif marker == _SCAN and len(frames) == 1 and scans < MAX_SCANS:
            scans += 1
        elif marker not in _TABLES:
            raise PhotoRefused("photo-format")
    if len(frames) != 1 or not scans:
        raise PhotoRefused("photo-format")
    return frames[0]


def _segments(image: bytes) -> Iterator[_Segment]:
    """Yield the segments between start and end; nothing may follow the end."""
    if image[:2] != bytes((0xFF, _START)):
        raise PhotoRefused("photo-format")
    position = 2
    while image[position : position + 2] != bytes((0xFF, _END)):
        marker = image[position + 1 : position + 2]
        length = int.from_bytes(image[position + 2 : position + 4], "big")
        following = position + 2 + length
        if image[position : position + 1] != b"\xff" or length < 2 or following > len(image):
            raise PhotoRefused("photo-format")
        yield _Segment(marker[0], image[position + 4 : following])
        if marker[0] == _SCAN:
            found = _NEXT_MARKER.search(image, following)
            if found is None:
                raise PhotoRefused("photo-format")
            following = found.start()
        position = following
    if position + 2 != len(image):
        raise PhotoRefused("photo-metadata")


def _check_application(marker: int, body: bytes) -> None:
    """Accept what an encoder needs: JFIF without thumbnail, Adobe's colour transform, an sRGB profile."""
    without_thumbnail = body[:5] == b"JFIF\0" and len(body) == 14 and body[12:14] == b"\0\0"
    plain = {
        0xE0: without_thumbnail,
        0xE2: body.startswith(_ICC) and _is_srgb(body[len(_ICC) :]),
        0xEE: body.startswith(b"Adobe") and len(body) == 12,
    }
    if not plain.get(marker, False):
        raise PhotoRefused("photo-metadata")


def _is_srgb(profile: bytes) -> bool:
    """Whether an ICC profile calls itself sRGB and is small: canvases write one (ICC.1:2022, 7.2, 7.3)."""
    if len(profile) > _MAX_PROFILE_BYTES or profile[36:40] != b"acsp":
        return False
    for start in range(132, 132 + 12 * min(int.from_bytes(profile[128:132], "big"), 64), 12):
        if profile[start : start + 4] == b"desc":
            offset = int.from_bytes(profile[start + 4 : start + 8], "big")
            size = int.from_bytes(profile[start + 8 : start + 12], "big")
            return b"sRGB" in profile[offset : offset + size].replace(b"\0", b"")
    return False
