"""One central document: building it, signing it, and reading it as any reader must (wire §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from joserfc.jwk import ECKey

from server.central.errors import ForgedDocument
from server.central.payload import TYP, VERSION, DocumentType, verified
from server.central.team_keys import TeamKeyRing
from server.identifiers import central_document_id
from server.keys import jwe, jws
from server.keys.errors import CannotOpen
from server.keys.organisation import OrganisationKeys

__all__ = ["TYP", "VERSION", "CentralDocument", "DocumentType", "read", "sign"]


@dataclass(frozen=True, slots=True)
class CentralDocument:
    """What a document says: ``open`` for whoever replicates, ``sealed`` (here in the clear) for the team."""

    type: DocumentType
    key: str
    database: str
    open: Mapping[str, Any] | None
    sealed: Mapping[str, Any] | None = None

    @property
    def identifier(self) -> str:
        """The document's ``_id``."""
        return central_document_id(self.type, self.key)


def sign(document: CentralDocument, keys: OrganisationKeys, ring: TeamKeyRing, issued_at: datetime) -> str:
    """Return the document's ``jws``; what is sealed is sealed to the team's current epoch."""
    sealed = None
    if document.sealed is not None:
        sealed = jwe.seal(orjson.dumps(document.sealed), ring.current, ring.current_id)
    payload = {
        "v": VERSION,
        "type": document.type,
        "key": document.key,
        "database": document.database,
        "issued_at": issued_at.isoformat(timespec="seconds"),
        "open": document.open,
        "sealed": sealed,
    }
    return jws.sign(orjson.dumps(payload), keys.signing, TYP)


def read(
    body: Mapping[str, Any], identifier: str, database: str, signing_key: ECKey, ring: TeamKeyRing
) -> CentralDocument:
    """Return what a stored document says, once everything a reader must check was checked.

    Raises ``ForgedDocument`` when the organisation did not sign it, when its id is not that of its type and
    key, when it was written for another database, or when the team cannot open what is sealed.
    """
    kind, payload = verified(body, identifier, database, signing_key)
    try:
        sealed = _opened(payload["sealed"], ring)
        return CentralDocument(kind, payload["key"], database, payload["open"], sealed)
    except (CannotOpen, KeyError, TypeError, ValueError) as error:
        raise ForgedDocument(f"{database}/{identifier}") from error


def _opened(sealed: str | None, ring: TeamKeyRing) -> Mapping[str, Any] | None:
    if sealed is None:
        return None
    key = ring.by_id.get(jwe.key_id(sealed) or "")
    if key is None:
        raise CannotOpen("sealed to another team's key")
    content: Mapping[str, Any] = orjson.loads(jwe.open_sealed(sealed, key))
    return content
