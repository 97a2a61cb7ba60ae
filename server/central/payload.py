"""What central signed of one document, as every reader must check it, a hub included (wire §4)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import orjson
from joserfc.jwk import ECKey

from server.central.errors import ForgedDocument
from server.identifiers import central_document_id
from server.keys import jws
from server.keys.errors import InvalidSignature

TYP = "escale-central+jws"
VERSION = 1


class DocumentType(StrEnum):
    """The kinds of documents that central writes into teams' databases."""

    RECEIPT = "receipt"
    KEYRING = "keyring"
    DEVICE = "device"
    ROSTER = "roster"
    FORM = "form"
    INVITATION = "invitation"
    PERSON = "person"
    PEOPLE = "people"
    OPINION = "opinion"


def verified(
    body: Mapping[str, Any], identifier: str, database: str, signing_key: ECKey
) -> tuple[DocumentType, dict[str, Any]]:
    """Return the type and payload of a stored document; what is sealed in it stays sealed.

    Raises ``ForgedDocument`` when the organisation did not sign it, when its id is not that of its type and
    key, or when it was written for another database.
    """
    try:
        payload: dict[str, Any] = orjson.loads(jws.verify(body["jws"], signing_key, TYP))
        kind, key = DocumentType(payload["type"]), payload["key"]
        fits = central_document_id(kind, key) == identifier and payload["database"] == database
    except (InvalidSignature, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ForgedDocument(f"{database}/{identifier}") from error
    if not fits or payload.get("v") != VERSION:
        raise ForgedDocument(f"{database}/{identifier} was written for another place")
    return kind, payload
