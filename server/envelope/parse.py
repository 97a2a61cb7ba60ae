"""What a slot signed, read strictly by its kind: a record (wire §2) or a notice (wire §2.2)."""

import re

import msgspec

from server.envelope.errors import PayloadInvalid
from server.envelope.notice import Notice
from server.envelope.payload import Payload

_DECODER: msgspec.json.Decoder[Payload | Notice] = msgspec.json.Decoder(Payload | Notice)
_PLACE = re.compile(r"at `(\$[^`]*)`")


def parse(payload: bytes) -> Payload | Notice:
    """Read a payload; raise ``PayloadInvalid`` naming the place, never the value."""
    if b"\\u0000" in payload:
        # No typed text holds it, and PostgreSQL stores none: refused here for every store alike.
        raise PayloadInvalid("$")
    try:
        parsed = _DECODER.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        place = _PLACE.search(str(error))
        raise PayloadInvalid(place.group(1) if place else "$") from error
    parsed.check()
    return parsed
