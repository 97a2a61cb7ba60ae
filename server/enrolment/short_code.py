"""The six characters that a tablet shows and a coordinator compares (wire §6)."""

import base64
import hashlib

_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that are not taken for one another (Crockford's base32)."""
_TO_CROCKFORD = str.maketrans(_STANDARD, CROCKFORD)


def short_code(identifier: str, thumbprint: str) -> str:
    """Return ``ABC-DEF`` for a device or slot id and its key's thumbprint (Crockford base32 of SHA-256)."""
    digest = hashlib.sha256(f"escale-short-code:{identifier}:{thumbprint}".encode()).digest()
    letters = base64.b32encode(digest).decode().translate(_TO_CROCKFORD)
    return f"{letters[:3]}-{letters[3:6]}"
