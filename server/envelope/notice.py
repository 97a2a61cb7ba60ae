"""Notices: what is said of a visit or a stop beside the records, in the same chain (wire §2.2)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import Annotated, Literal

import msgspec

from server.envelope.errors import PayloadInvalid
from server.envelope.payload import (
    Digest,
    EnvelopeIdentifier,
    Identifier,
    Instant,
    Reason,
    ShortText,
    Signed,
)

MAX_PIECE_BYTES = 150_000
MAX_PIECES = 12
MAX_SIDE = 1600
"""Pixels."""

_MAX_COUNT = 100_000
_EARLIEST_DEATH = date(1900, 1, 1)
_MAX_PIECE_CHARACTERS = MAX_PIECE_BYTES * 4 // 3

Status = Literal["expected", "arrived", "with_nurse", "with_doctor", "done", "absent", "left", "turned_away"]
Text = Annotated[str, msgspec.Meta(max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=0, le=_MAX_COUNT)]
Pixels = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE)]


class KnownPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who came, as known at the door."""

    birth_name: Text | None
    first_name: Text | None
    birth_date: Text | None


class AttendanceNotice(Signed, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="attendance"):
    """A visit came to ``status`` at ``at``, by the tablet's clock."""

    visit: Identifier
    status: Status
    at: Instant
    walk_in: bool
    reason: Text | None
    person: KnownPerson | None


class Cosigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record co-signed: an envelope that carries it, and its digest."""

    envelope: EnvelopeIdentifier
    record: Digest


class CosignatureNotice(Signed, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="cosignature"):
    """The signer signs under records of others."""

    records: Annotated[list[Cosigned], msgspec.Meta(min_length=1, max_length=200)]


class EnteredInErrorNotice(
    Signed, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="entered_in_error"
):
    """``record`` (an envelope id) should not have been written."""

    visit: Identifier
    record: EnvelopeIdentifier
    reason: Reason


class DeceasedNotice(Signed, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="deceased"):
    """The person of ``visit`` is dead, since ``on`` when it is known; ``source`` said so."""

    visit: Identifier
    on: date | None
    source: ShortText

    def check(self) -> None:
        """Check that nobody is told dead before 1900, nor after the day of signing."""
        super().check()
        if self.on is not None and not _EARLIEST_DEATH <= self.on <= self.signed_at.date():
            raise PayloadInvalid("$.on")


class PhotoNotice(Signed, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="photo"):
    """One piece of a photo; ``digest``, ``width`` and ``height`` (pixels) are of the whole image."""

    visit: Identifier
    photo: Identifier
    link_id: ShortText
    media_type: Literal["image/jpeg"]
    width: Pixels
    height: Pixels
    digest: Digest
    piece: Annotated[int, msgspec.Meta(ge=0, lt=MAX_PIECES)]
    pieces: Annotated[int, msgspec.Meta(ge=1, le=MAX_PIECES)]
    data: Annotated[str, msgspec.Meta(min_length=2, max_length=_MAX_PIECE_CHARACTERS)]
    restricted: bool

    @property
    def is_restricted(self) -> bool:
        """Whether it belongs to a restricted record."""
        return self.restricted

    @property
    def piece_bytes(self) -> bytes:
        """The bytes of this piece; raises ``PayloadInvalid`` when ``data`` is not base64url, unpadded."""
        try:
            piece = urlsafe_b64decode(self.data + "=" * (-len(self.data) % 4))
        except ValueError as error:
            raise PayloadInvalid("$.data") from error
        if urlsafe_b64encode(piece).decode().rstrip("=") != self.data:
            raise PayloadInvalid("$.data")
        return piece

    def check(self) -> None:
        """Check that the piece is one of those announced, and that its text is base64url."""
        super().check()
        if self.piece >= self.pieces:
            raise PayloadInvalid("$.piece")
        _ = self.piece_bytes


class Keeper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who keeps the tablet once the stop is closed."""

    member: Identifier | None
    name: ShortText


class ManifestNotice(Signed, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="manifest"):
    """The stop is closed on this tablet: what it signed there, and who keeps it."""

    keeper: Keeper
    visits: Count
    records: Count
    signed: Annotated[list[Digest], msgspec.Meta(max_length=2000)]


Notice = (
    AttendanceNotice
    | CosignatureNotice
    | EnteredInErrorNotice
    | DeceasedNotice
    | PhotoNotice
    | ManifestNotice
)
