"""Photos of a request: those that its shown records name, once central holds them whole and accepted."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from forms.photo import LARGEST, LONGEST_SIDE
from forms.photo import Photo as Named
from forms.response import Response
from server.projection import photos
from server.store.notices import Photo, PhotoState


class PhotoShown(StrEnum):
    """What the page has in place of a photo: itself, that it has not arrived, that it is not shown."""

    WHOLE = "whole"
    AWAITED = "awaited"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """One photo that an answer names. ``width``, ``height``: pixels, as the record says them."""

    id: str
    width: int
    height: int
    shown: PhotoShown


def shown_photos(session: Session, team: str, response: Response) -> Mapping[str, tuple[ShownPhoto, ...]]:
    """Return the photos of a record's answers, by linkId, in the order of the answers."""
    found: dict[str, list[ShownPhoto]] = defaultdict(list)
    for link_id, answer in response.answers.items():
        for value in answer.values:
            if isinstance(value, Named):
                photo = session.get(Photo, (value.photo, team))
                shown = _shown(photo, link_id, value)
                found[link_id].append(ShownPhoto(value.photo, value.width, value.height, shown))
    return {link_id: tuple(each) for link_id, each in found.items()}


def _shown(photo: Photo | None, link_id: str, named: Named) -> PhotoShown:
    """What becomes of a photo: only the very image that the record was signed with is shown."""
    if photo is None or photo.state is PhotoState.INCOMPLETE:
        return PhotoShown.AWAITED
    same = (photo.link_id, photo.digest) == (link_id, named.digest)
    fits = max(photo.width, photo.height) <= LONGEST_SIDE
    if photo.state is not PhotoState.COMPLETE or photo.restricted or not same or not fits:
        return PhotoShown.WITHHELD
    return PhotoShown.WHOLE


def bytes_of(session: Session, team: str, identifier: str) -> bytes | None:
    """Return a whole photo of a team, at most ``LARGEST`` bytes; None when there is none such."""
    photo = session.get(Photo, (identifier, team))
    if photo is None or photo.state is not PhotoState.COMPLETE:
        return None
    content = photos.image(session, photo)
    return content if len(content) <= LARGEST else None
