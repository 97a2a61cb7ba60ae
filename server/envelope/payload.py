"""The signed payload of a record, parsed strictly (wire §2)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from server.envelope.errors import PayloadInvalid

MAX_SAFE_INTEGER = 2**53 - 1
"""Beyond it, JavaScript does not tell a whole number from the next."""

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Identifier = Annotated[str, msgspec.Meta(pattern=_UUID)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
EnvelopeIdentifier = Annotated[str, msgspec.Meta(pattern=r"^e[0-9a-f]{64}$")]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class FormReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A published form: canonical URL, version, and digest of the file's bytes."""

    url: ShortText
    version: ShortText
    digest: Digest


class Replaces(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The envelope that a correction replaces, and why."""

    record: EnvelopeIdentifier
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that the author signed; ``content``, not parsed, is a FHIR R4 Bundle (``bundle.read``)."""

    v: Literal[1]
    kind: Literal["record"]
    organization: Identifier
    campaign: Identifier
    team: Identifier
    stop: Identifier
    visit: Identifier
    device: Identifier
    slot: Identifier
    member: Identifier
    sequence: Annotated[int, msgspec.Meta(ge=1, le=MAX_SAFE_INTEGER)]
    previous: Digest | None
    signed_at: Instant
    clock_offset_ms: Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)] | None
    form: FormReference
    evaluator: ShortText
    replaces: Replaces | None
    content: msgspec.Raw

    @property
    def corrected_signed_at(self) -> datetime | None:
        """When it was signed by central's clock, UTC; None when that is no date at all."""
        try:
            return (self.signed_at + timedelta(milliseconds=self.clock_offset_ms or 0)).astimezone(UTC)
        except OverflowError:
            return None


_DECODER = msgspec.json.Decoder(Payload)
_PLACE = re.compile(r"at `(\$[^`]*)`")


def parse(payload: bytes) -> Payload:
    """Read a payload; raise ``PayloadInvalid`` naming the place, never the value."""
    if b"\\u0000" in payload:
        # No typed text holds it, and PostgreSQL stores none: refused here for every store alike.
        raise PayloadInvalid("$")
    try:
        parsed = _DECODER.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        place = _PLACE.search(str(error))
        raise PayloadInvalid(place.group(1) if place else "$") from error
    if (parsed.sequence == 1) != (parsed.previous is None):
        raise PayloadInvalid("$.previous")
    if not bytes(parsed.content).startswith(b"{"):
        raise PayloadInvalid("$.content")
    return parsed
