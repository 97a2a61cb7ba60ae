"""The six characters that a tablet shows and a coordinator compares (wire §6)."""

import base64
import hashlib

_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CROCKFORD = str.maketrans(_STANDARD, _CROCKFORD)


def short_code(identifier: str, thumbprint: str) -> str:
    """Return ``ABC-DEF`` for a device or slot id and its key's thumbprint (Crockford base32 of SHA-256)."""
    digest = hashlib.sha256(f"escale-short-code:{identifier}:{thumbprint}".encode()).digest()
    letters = base64.b32encode(digest).decode().translate(_TO_CROCKFORD)
    return f"{letters[:3]}-{letters[3:6]}"
