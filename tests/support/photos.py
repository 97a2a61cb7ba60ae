"""Photos as a tablet takes them, and their pieces."""

import hashlib
import json
import random
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from forms.load import published
from server.identifiers import new_uuid
from tests.support.organisation import FORM, SlotKeys
from tests.support.records import RecordWriter, SealedRecord

_VECTORS = Path(__file__).parents[1] / "vectors" / "forms"


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


def naming_photo(writer: RecordWriter, photo: str) -> Mapping[str, Mapping[str, Any]]:
    """Complete answers that name a photo of a prescription; the writer goes on with the form that asks it."""
    writer.form = published()[FORM[0], "1.1.0"]
    named = {"photo": photo, "digest": "0" * 64, "size": 5, "width": 64, "height": 48}
    vectors = json.loads((_VECTORS / "medicobus-consultation.v1.1.0.json").read_text())
    return {**vectors["bases"]["full"], "photos.prescription": {"values": [named]}}
