"""The signed payload of a record (wire §2), and what every signed payload says."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from server.envelope.errors import PayloadInvalid

MAX_SAFE_INTEGER = 2**53 - 1
"""Beyond it, JavaScript does not tell a whole number from the next."""

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Identifier = Annotated[str, msgspec.Meta(pattern=_UUID)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
EnvelopeIdentifier = Annotated[str, msgspec.Meta(pattern=r"^e[0-9a-f]{64}$")]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class FormReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A published form: canonical URL, version, and digest of the file's bytes."""

    url: ShortText
    version: ShortText
    digest: Digest


class Replaces(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The envelope that a correction replaces, and why."""

    record: EnvelopeIdentifier
    reason: Reason


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What everything that a slot signs says: for whom, where, by whom, when, and its place in the chain."""

    v: Literal[1]
    organization: Identifier
    campaign: Identifier
    team: Identifier
    stop: Identifier
    device: Identifier
    slot: Identifier
    member: Identifier
    sequence: Annotated[int, msgspec.Meta(ge=1, le=MAX_SAFE_INTEGER)]
    previous: Digest | None
    signed_at: Instant
    clock_offset_ms: Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)] | None

    @property
    def is_restricted(self) -> bool:
        """Whether it is sealed to its author's slot instead of the team (wire §2.3)."""
        return False

    @property
    def corrected_signed_at(self) -> datetime | None:
        """When it was signed by central's clock, UTC; None when that is no date at all."""
        return self.corrected(self.signed_at)

    def corrected(self, instant: datetime) -> datetime | None:
        """Return an instant of the tablet's clock by central's, UTC; None when that is no date at all."""
        try:
            return (instant + timedelta(milliseconds=self.clock_offset_ms or 0)).astimezone(UTC)
        except OverflowError:
            return None

    def check(self) -> None:
        """Check what the types of the members do not say; raise ``PayloadInvalid``."""
        if (self.sequence == 1) != (self.previous is None):
            raise PayloadInvalid("$.previous")


class Payload(Signed, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="record"):
    """A record as its author signed it; ``content``, not parsed, is a FHIR R4 Bundle (``bundle.read``)."""

    visit: Identifier
    form: FormReference
    evaluator: ShortText
    replaces: Replaces | None
    restricted: bool | UnsetType = UNSET
    content: msgspec.Raw

    @property
    def is_restricted(self) -> bool:
        """Whether the person asked for secrecy."""
        return self.restricted is True

    def check(self) -> None:
        """Check that ``restricted`` is true or absent, and that the content is an object."""
        super().check()
        if self.restricted is False:
            raise PayloadInvalid("$.restricted")
        if not bytes(self.content).startswith(b"{"):
            raise PayloadInvalid("$.content")
