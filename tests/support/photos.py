"""Photos as a tablet takes them, and their pieces."""

import hashlib
import random
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

from server.identifiers import new_uuid
from tests.support.organisation import SlotKeys
from tests.support.records import RecordWriter, SealedRecord


def jpeg(width: int = 64, height: int = 48, seed: int = 0, **options: Any) -> bytes:
    """A JPEG of noise; ``options`` are Pillow's."""
    pixels = random.Random(seed).randbytes(width * height * 3)
    written = BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(written, "JPEG", **options)
    return written.getvalue()


def srgb_profile() -> bytes:
    """An ICC profile that calls itself sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def photo_notices(
    writer: RecordWriter,
    slot: SlotKeys,
    visit: str,
    image: bytes,
    *,
    pieces: int = 1,
    width: int = 64,
    height: int = 48,
    **members: Any,
) -> Sequence[SealedRecord]:
    """Sign and seal the pieces of a photo, in order; ``members`` replace those of each notice."""
    size = -(-len(image) // pieces)
    common = {"photo": new_uuid(), "digest": hashlib.sha256(image).hexdigest(), "pieces": pieces, **members}
    return [
        writer.notice(
            slot,
            "photo",
            visit=visit,
            width=width,
            height=height,
            piece=piece,
            data=urlsafe_b64encode(image[piece * size : (piece + 1) * size]).decode().rstrip("="),
            **common,
        )
        for piece in range(pieces)
    ]
