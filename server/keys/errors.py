"""What can go wrong with a key.

::

    KeysError
    ├── KeysUnavailable   the organisation's keys are missing or unreadable: nothing may start
    ├── InvalidKey        a public key that is no P-256 key, or that carries its private part
    ├── InvalidSignature  a JWS that is malformed, of another algorithm or type, or not signed by this key
    └── CannotOpen        a JWE that this key does not open

A key failure never erases anything: what cannot be opened is kept and reported (design, "Keys").
"""

from pathlib import Path


class KeysError(Exception):
    """Base of the tree. Messages name files, key ids and reasons, never key material or content."""


class KeysUnavailable(KeysError):
    """The organisation's keys are missing or unreadable: ``path`` says where, ``reason`` why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class InvalidKey(KeysError):
    """Not a usable public key."""


class InvalidSignature(KeysError):
    """The signature does not hold, or is not of the kind expected."""


class CannotOpen(KeysError):
    """The ciphertext is malformed, damaged or meant for another key."""
