"""Open an envelope with the organisation's encryption key (wire §3)."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
from joserfc import jwe
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter
from joserfc.util import json_b64encode

from server.envelope.errors import DecryptionFailed, IdMismatch, NotAnEnvelope, UnknownKey
from server.envelope.padding import unpad

MAX_JWE_CHARACTERS = 400_000
PROTECTED = {"enc": "A256GCM", "typ": "escale-envelope", "v": 1}
TO_TEAM = "A256KW"
TO_ORGANISATION = "ECDH-ES+A256KW"

_PROTECTED_SEGMENT = json_b64encode(PROTECTED).decode("ascii")
_TEAM_KEY_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[1-9][0-9]{0,8}$"


class _LargeCiphertexts(JWERegistry):
    """The library's bound of 64 kB is below our largest size class."""

    max_ciphertext_length = MAX_JWE_CHARACTERS


REGISTRY = _LargeCiphertexts(
    algorithms=[TO_TEAM, TO_ORGANISATION, "A256GCM"],
    header_registry={"v": HeaderParameter("Version of the envelope", "int")},
)


class _TeamHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="alg", tag=TO_TEAM):
    kid: Annotated[str, msgspec.Meta(pattern=_TEAM_KEY_ID)]


class _AgreementHeader(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="alg", tag=TO_ORGANISATION
):
    kid: str
    epk: dict[str, str]


class _FirstRecipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    header: _TeamHeader | _AgreementHeader
    encrypted_key: str


class _OrganisationRecipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    header: _AgreementHeader
    encrypted_key: str


class _GeneralJwe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    protected: str
    recipients: tuple[_FirstRecipient, _OrganisationRecipient]
    iv: str
    ciphertext: str
    tag: str


_DECODER = msgspec.json.Decoder(_GeneralJwe)


class Opened(NamedTuple):
    """What was inside, not yet verified: the compact JWS and its record digest (wire §2).

    ``team`` and ``epoch`` are those of the team key that the outside names; of a restricted record (wire
    §2.3) it names a slot's ``agreement`` key instead. None: it does not name one.
    """

    compact: str
    digest: str
    team: str | None
    epoch: int | None
    agreement: str | None = None


def check_identity(identifier: str, revision: str, body: Mapping[str, Any]) -> str:
    """Return the JWE text of a document whose id and revision are its digest (wire §3.3).

    Raises ``NotAnEnvelope`` for another body or one over the bound, ``IdMismatch`` otherwise.
    """
    text = body.get("jwe")
    if len(body) != 1 or not isinstance(text, str) or len(text) > MAX_JWE_CHARACTERS:
        raise NotAnEnvelope
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if identifier != f"e{digest}" or revision != f"1-{digest[:32]}":
        raise IdMismatch
    return text


def open_envelope(text: str, keys: Mapping[str, ECKey]) -> Opened:
    """Open a JWE with whichever of our private ``keys`` (by thumbprint) it is sealed to.

    Raises ``NotAnEnvelope``, ``UnknownKey``, ``DecryptionFailed``, ``BadPadding``. The recipients'
    headers are not authenticated by JWE: whom the first names is a claim, to compare with what was signed.
    """
    try:
        envelope = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise NotAnEnvelope from error
    if envelope.protected != _PROTECTED_SEGMENT:
        raise NotAnEnvelope
    first, ours = envelope.recipients
    key = keys.get(ours.header.kid)
    if key is None:
        raise UnknownKey
    compact = unpad(_decrypt(envelope, ours, key))
    try:
        signed = compact.decode("ascii")
    except UnicodeDecodeError as error:
        raise NotAnEnvelope from error
    digest = hashlib.sha256(compact).hexdigest()
    if isinstance(first.header, _AgreementHeader):
        return Opened(signed, digest, None, None, first.header.kid)
    team, _, epoch = first.header.kid.rpartition(".")
    return Opened(signed, digest, team, int(epoch))


def _decrypt(envelope: _GeneralJwe, recipient: _OrganisationRecipient, key: ECKey) -> bytes:
    # Our recipient alone: given both, the library tries each with the one key and fails on the first.
    ours = msgspec.to_builtins(envelope)
    ours["recipients"] = [msgspec.to_builtins(recipient)]
    try:
        plaintext = jwe.decrypt_json(ours, key, registry=REGISTRY).plaintext
    except Exception as error:
        # Beside its own tree the library lets errors of cryptography and of its tables through; whatever it
        # raises on bytes that anyone may have written means the same here.
        raise DecryptionFailed from error
    if plaintext is None:
        raise DecryptionFailed
    return plaintext
