"""Sign and seal as a tablet does (wire §2, §3): for the demonstration, the tests and the vectors."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from joserfc import jwe
from joserfc.jwe import GeneralJSONEncryption
from joserfc.jwk import ECKey, OctKey

from server.envelope.errors import TooLong
from server.envelope.open import MAX_JWE_CHARACTERS, PROTECTED, REGISTRY, TO_ORGANISATION, TO_TEAM
from server.envelope.padding import pad
from server.envelope.payload import Signed
from server.envelope.verify import RECORD_TYPE
from server.keys import jws


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed record as the document of wire §3.3."""

    identifier: str
    revision: str
    jwe: str

    @property
    def document(self) -> dict[str, str]:
        """The document as replication writes it, with ``new_edits: false``."""
        return {"_id": self.identifier, "_rev": self.revision, "jwe": self.jwe}


def sign(payload: Signed | Mapping[str, Any], key: ECKey) -> str:
    """Return the compact JWS of a payload under a slot's private signing key."""
    return jws.sign(msgspec.json.encode(payload), key, RECORD_TYPE)


def record_digest(compact: str) -> str:
    """Return the digest that the next record of the device names as ``previous``."""
    return hashlib.sha256(compact.encode("ascii")).hexdigest()


def seal(compact: str, first: OctKey | ECKey, organisation_key: ECKey) -> Envelope:
    """Seal a compact JWS to ``first`` and to the organisation's public encryption key.

    ``first``: a team key with its ``kid``, or of a restricted record its author's agreement key (wire §2.3).
    Raises ``TooLong`` when it does not fit an envelope.
    """
    return seal_plaintext(pad(compact.encode("ascii")), first, organisation_key)


def seal_plaintext(plaintext: bytes, first: OctKey | ECKey, organisation_key: ECKey) -> Envelope:
    """Seal bytes that ``pad`` made (the vectors of bad padding need others). Raises ``TooLong``."""
    sealing = GeneralJSONEncryption(dict(PROTECTED), plaintext)
    for key in (first, organisation_key):
        header = (
            {"alg": TO_TEAM, "kid": key.kid}
            if isinstance(key, OctKey)
            else {"alg": TO_ORGANISATION, "kid": key.thumbprint()}
        )
        sealing.add_recipient(header, key)
    return wrap(msgspec.json.encode(jwe.encrypt_json(sealing, None, registry=REGISTRY)).decode())


def wrap(text: str) -> Envelope:
    """Return the document that holds this JWE text: its id and revision are its digest."""
    if len(text) > MAX_JWE_CHARACTERS:
        raise TooLong
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Envelope(f"e{digest}", f"1-{digest[:32]}", text)
