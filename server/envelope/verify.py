"""Verify who signed (wire §2): the key that the JWS names, its signature, then what it says."""

from dataclasses import dataclass
from datetime import date, datetime

from joserfc.jwk import ECKey
from joserfc.util import json_b64decode

from server.envelope.errors import SignatureInvalid, SignerMismatch
from server.envelope.notice import Notice
from server.envelope.parse import parse
from server.envelope.payload import Payload
from server.keys import jws
from server.keys.errors import InvalidSignature

RECORD_TYPE = "escale-record+jws"


@dataclass(frozen=True, slots=True)
class SlotKey:
    """A slot once confirmed: a member on a device, the public key that signs for it, and its end if any.

    ``agreement``: thumbprint of the key that its restricted records are sealed to.
    ``valid_until``: the last day of the invitation that made it, inclusive.
    """

    slot: str
    device: str
    member: str
    key: ECKey
    revoked_at: datetime | None = None
    agreement: str = ""
    valid_until: date | None = None


def signing_key_id(compact: str) -> str:
    """Return the ``kid`` that a record's JWS names; raise ``SignatureInvalid`` for another protected header.

    Nothing is proven yet: this tells whose key to verify with.
    """
    try:
        header = json_b64decode(compact.split(".", 1)[0].encode("ascii"))
    except (RecursionError, TypeError, ValueError) as error:
        raise SignatureInvalid from error
    if not isinstance(header, dict) or header.keys() != {"alg", "typ", "kid"}:
        raise SignatureInvalid
    kid = header["kid"]
    if header["alg"] != jws.ALGORITHM or header["typ"] != RECORD_TYPE or not isinstance(kid, str):
        raise SignatureInvalid
    return kid


def verify(compact: str, signer: SlotKey) -> Payload | Notice:
    """Return what ``signer`` signed; raise ``SignatureInvalid``, ``PayloadInvalid``, ``SignerMismatch``."""
    try:
        payload = parse(jws.verify(compact, signer.key, RECORD_TYPE))
    except InvalidSignature as error:
        raise SignatureInvalid from error
    if (payload.slot, payload.device, payload.member) != (signer.slot, signer.device, signer.member):
        raise SignerMismatch
    return payload
