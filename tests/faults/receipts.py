"""Central's receipts, as far as replication sees them: a stand-in for the projection."""

import hashlib


def receipt_of(envelope_id: str) -> str:
    """Return the id of an envelope's receipt (wire §4)."""
    return "c" + hashlib.sha256(f"receipt:{envelope_id}".encode()).hexdigest()[:40]
