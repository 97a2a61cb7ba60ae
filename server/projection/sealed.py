"""Documents of the central-only database: signed by the organisation, sealed to itself (wire §5.1, §5.2)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from server.central.databases import DECISIONS
from server.central.documents import TYP
from server.envelope.payload import Identifier
from server.keys import jws
from server.keys.errors import CannotOpen, InvalidSignature
from server.keys.organisation import OrganisationKeys
from server.projection.errors import Refused


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    type: str
    key: Identifier
    database: str
    issued_at: datetime
    open: None
    sealed: str


def document_id(document_type: str, key: str) -> str:
    """Return the id of the document of this type drawn under this key: ``d`` and 40 hexadecimal digits."""
    return "d" + hashlib.sha256(f"{document_type}:{key}".encode()).hexdigest()[:40]


def seal(
    document_type: str, key: str, body: msgspec.Struct, keys: OrganisationKeys, at: datetime
) -> dict[str, Any]:
    """Return a document's body: a JWS of the organisation around a JWE to the organisation."""
    sealed = keys.seal(msgspec.json.encode(body))
    signed = _Signed(1, document_type, key, DECISIONS, at, None, sealed)
    return {"jws": jws.sign(msgspec.json.encode(signed), keys.signing, TYP)}


def opened(document_type: str, identifier: str, body: Mapping[str, Any], keys: OrganisationKeys) -> bytes:
    """Return what is sealed, JSON; raise ``Refused`` unless the organisation wrote it under this id."""
    try:
        signed = msgspec.json.decode(jws.verify(body["jws"], keys.signing, TYP), type=_Signed)
        content = keys.open_sealed(signed.sealed)
    except (InvalidSignature, CannotOpen, msgspec.DecodeError, KeyError, TypeError) as error:
        raise Refused("decision-invalid") from error
    if (signed.type, signed.database) != (document_type, DECISIONS):
        raise Refused("decision-invalid")
    if identifier != document_id(document_type, signed.key):
        raise Refused("decision-invalid")
    return content
