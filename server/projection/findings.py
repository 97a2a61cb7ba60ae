"""Findings: what is visible in one envelope or in the set, and needs a person's eye. Rows, by key.

A key names all that the finding is about, so that deriving it twice gives the same row.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from forms.finding import CALCULATION
from server.projection.examine import Examined
from server.store.read import FindingCode

CONTENT_CODES: Mapping[str, FindingCode] = {
    "soft-limit": FindingCode.SOFT_LIMIT,
    CALCULATION: FindingCode.CALCULATION_DIFFERS,
}
"""Findings on answers that are told from the others."""

CLOCK_OFFSET = timedelta(minutes=5)
"""A tablet's clock further away than this from central's is worth a visit to its settings."""


def row(
    code: FindingCode,
    subject: str,
    *,
    database: str,
    device_id: str | None = None,
    envelope_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a finding's row; ``subject`` completes its key."""
    return {
        "key": f"{code}:{subject}",
        "code": code,
        "database": database,
        "device_id": device_id,
        "envelope_id": envelope_id,
        "details": dict(details or {}),
    }


def static_findings(envelope: Examined) -> Iterator[dict[str, Any]]:
    """Yield what an accepted envelope shows by itself, whatever else is in the set."""
    payload, content = envelope.payload, envelope.content
    if payload is None or content is None:
        return
    found = partial(
        row, database=envelope.database, device_id=payload.device, envelope_id=envelope.envelope_id
    )
    if envelope.old_epoch:
        yield found(FindingCode.OLD_EPOCH, envelope.envelope_id)
    if envelope.after_revocation:
        yield found(FindingCode.DEVICE_REVOKED, envelope.envelope_id)
    if envelope.after_expiry:
        yield found(FindingCode.SIGNED_AFTER_EXPIRY, envelope.envelope_id)
    offset = timedelta(milliseconds=payload.clock_offset_ms or 0)
    if abs(offset) >= CLOCK_OFFSET:
        details = {"offset_ms": payload.clock_offset_ms}
        yield found(FindingCode.CLOCK, str(envelope.digest), details=details)
    if content.asks_secrecy and not payload.is_restricted:
        yield found(FindingCode.SECRECY_NOT_KEPT, str(envelope.digest))
    for warning in content.to_look_at:
        yield found(
            CONTENT_CODES.get(warning.code, FindingCode.CONTENT_WARNING),
            f"{envelope.digest}:{warning.link_id}:{warning.code}",
            details={"link_id": warning.link_id, "code": warning.code},
        )
