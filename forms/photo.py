"""A photo as an answer names it: a FHIR `attachment` whose bytes travel apart, in notices (wire §2.2)."""

import re
from collections.abc import Mapping

import msgspec

from forms.extension_urls import EXTENSION_BASE

MEDIA_TYPE = "image/jpeg"
LONGEST_SIDE = 1600
"""Pixels: the tablet scales down to it."""
LARGEST = 12 * 150_000
"""Bytes: as many pieces as a photo may have, each full."""
PHOTO_DIGEST = EXTENSION_BASE + "photo-digest"
PHOTO_WIDTH = EXTENSION_BASE + "photo-width"
PHOTO_HEIGHT = EXTENSION_BASE + "photo-height"

URL_AND_VALUE = 2
_URN = re.compile(r"urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEMBERS = frozenset({"contentType", "size", "url", "extension"})


class Photo(msgspec.Struct, frozen=True):
    """One photo: its UUID, the digest of the whole image, its size in bytes, and its sides in pixels."""

    photo: str
    digest: str
    size: int
    width: int
    height: int


def read_attachment(attachment: object) -> Photo | None:
    """The photo of a `valueAttachment`, or None unless it is exactly what a tablet writes."""
    if not isinstance(attachment, dict) or attachment.keys() != _MEMBERS:
        return None
    extensions = _extensions(attachment["extension"])
    url, media_type = attachment["url"], attachment["contentType"]
    found = _URN.fullmatch(url) if isinstance(url, str) else None
    if found is None or media_type != MEDIA_TYPE or extensions is None:
        return None
    return checked(
        {
            "photo": found[1],
            "digest": extensions.get(PHOTO_DIGEST),
            "size": attachment["size"],
            "width": extensions.get(PHOTO_WIDTH),
            "height": extensions.get(PHOTO_HEIGHT),
        }
    )


def checked(members: Mapping[str, object]) -> Photo | None:
    """The photo of its flat members, or None when one is missing, unknown or impossible."""
    if members.keys() != set(Photo.__struct_fields__):
        return None
    photo, digest = members["photo"], members["digest"]
    size = _whole(members["size"], LARGEST)
    width, height = _whole(members["width"], LONGEST_SIDE), _whole(members["height"], LONGEST_SIDE)
    if not isinstance(photo, str) or _URN.fullmatch(f"urn:uuid:{photo}") is None:
        return None
    if not isinstance(digest, str) or _DIGEST.fullmatch(digest) is None:
        return None
    if size is None or width is None or height is None:
        return None
    return Photo(photo, digest, size, width, height)


def attachment(photo: Photo) -> dict[str, object]:
    """The `valueAttachment` of a photo."""
    return {
        "extension": [
            {"url": PHOTO_DIGEST, "valueString": photo.digest},
            {"url": PHOTO_WIDTH, "valueInteger": photo.width},
            {"url": PHOTO_HEIGHT, "valueInteger": photo.height},
        ],
        "contentType": MEDIA_TYPE,
        "size": photo.size,
        "url": f"urn:uuid:{photo.photo}",
    }


def _extensions(found: object) -> dict[str, object] | None:
    """The digest and the sides by URL; None unless each is there once, as the only value."""
    if not isinstance(found, list):
        return None
    by_url: dict[str, object] = {}
    for extension in found:
        if not isinstance(extension, dict) or len(extension) != URL_AND_VALUE:
            return None
        match extension:
            case {"url": str(url), "valueString": value} if url == PHOTO_DIGEST:
                by_url[url] = value
            case {"url": str(url), "valueInteger": value} if url in (PHOTO_WIDTH, PHOTO_HEIGHT):
                by_url[url] = value
            case _:
                return None
    return by_url if len(found) == len(by_url) else None


def _whole(value: object, largest: int) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and isinstance(value, int) and 1 <= value <= largest else None
