"""Why an envelope is not a record.

::

    EnvelopeError
    ├── IdMismatch         id-mismatch         id, revision and digest of the document disagree
    ├── NotAnEnvelope      not-an-envelope     not the JWE of wire §3.2
    ├── UnknownKey         unknown-key         sealed to an organisation key that is not among ours
    ├── DecryptionFailed   decryption-failed   our key does not open it, or it was altered
    ├── BadPadding         bad-padding         the plaintext is not that of wire §3.1
    ├── SignerUnknown      signer-unknown      no confirmed slot has this signing key
    ├── SignatureInvalid   signature-invalid   not a JWS of wire §2, or not signed by that key
    ├── PayloadInvalid     payload-invalid     signed, and not a payload of wire §2 or §2.2
    ├── SignerMismatch     signer-mismatch     slot, device or member are not those of the key
    └── TooLong            too-long            does not fit the largest envelope (raised when sealing)

``code`` is what a receipt and a quarantined row say; ``details`` are places (JSON paths), never values.
"""

from typing import ClassVar


class EnvelopeError(Exception):
    """Base of the tree."""

    code: ClassVar[str]

    def __init__(self, *details: str) -> None:
        super().__init__(self.code, *details)
        self.details = list(details)


class IdMismatch(EnvelopeError):
    """The document's id or revision is not the digest of what it holds."""

    code = "id-mismatch"


class NotAnEnvelope(EnvelopeError):
    """The document is not a JWE of the exact form of wire §3.2."""

    code = "not-an-envelope"


class UnknownKey(EnvelopeError):
    """It is sealed to a key that this organisation does not hold."""

    code = "unknown-key"


class DecryptionFailed(EnvelopeError):
    """The key that it names does not open it."""

    code = "decryption-failed"


class BadPadding(EnvelopeError):
    """It opened, and the plaintext is not a padded, deflated JWS within bounds."""

    code = "bad-padding"


class SignerUnknown(EnvelopeError):
    """The JWS names a key that no confirmed slot has."""

    code = "signer-unknown"


class SignatureInvalid(EnvelopeError):
    """What opened is not a JWS of ours, or its signature does not hold."""

    code = "signature-invalid"


class PayloadInvalid(EnvelopeError):
    """The signature holds, and what was signed is not a record of wire §2."""

    code = "payload-invalid"


class SignerMismatch(EnvelopeError):
    """The signed slot, device or member are not those to which the key was confirmed."""

    code = "signer-mismatch"


class TooLong(EnvelopeError):
    """The record does not fit the largest envelope; nothing was sealed."""

    code = "too-long"
