"""Which devices a hub believes in: those of its team, by documents that central signed (wire §7).

Nothing else is looked at: not who connects, not what central may say meanwhile. A document is read when a
device asks, so that a revocation bites with the first request after it has arrived.
"""

from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey

from server.central.errors import ForgedDocument
from server.central.payload import DocumentType, verified
from server.errors import NotAllowed, NotFound
from server.hub.identity import Facts
from server.identifiers import central_document_id, is_uuid
from server.keys.errors import InvalidKey
from server.keys.public import import_public
from sync.document import Document
from sync.engine import Engine
from sync.errors import DocumentNotFound

_ACTIVE, _REVOKED = "active", "revoked"
_FORGET_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class _Said:
    """What one signed document says of a device."""

    status: str
    key: ECKey


class Beliefs:
    """Reads ``device`` documents in the hub's databases, and keeps what each signed revision said."""

    def __init__(self, engine: Engine, facts: Facts) -> None:
        self._engine = engine
        self._team = facts.team
        self._signing_key = facts.verifying_key
        self._read: dict[tuple[str, str, str], _Said | None] = {}

    async def key_of(self, device: str) -> ECKey:
        """Return an active device's key; raise ``device-unknown`` or ``device-revoked``.

        A revocation is for good: one document that says so outweighs all others, since the databases of
        former periods are no longer told of what came after them.
        """
        said = await self._said_of(device)
        if any(each.status == _REVOKED for each in said):
            raise NotAllowed.of("device-revoked")
        active = [each for each in said if each.status == _ACTIVE]
        if not active:
            raise NotFound.of("device-unknown")
        return active[0].key

    async def is_revoked(self, device: str) -> bool:
        """Whether central signed that this device is revoked."""
        return any(each.status == _REVOKED for each in await self._said_of(device))

    async def _said_of(self, device: str) -> list[_Said]:
        if not is_uuid(device):
            return []
        identifier = central_document_id(DocumentType.DEVICE, device)
        found: list[_Said] = []
        for database in await self._engine.databases():
            try:
                leaves = await self._engine.open_revisions(database, identifier, None)
            except DocumentNotFound:
                continue
            said = [self._of(leaf, device, database) for leaf in leaves if isinstance(leaf, Document)]
            found.extend(each for each in said if each is not None)
        return found

    def _of(self, leaf: Document, device: str, database: str) -> _Said | None:
        read = (database, leaf.identifier, str(leaf.revision))
        if read not in self._read:
            if len(self._read) > _FORGET_ABOVE:
                self._read.clear()
            self._read[read] = self._verified(leaf, device, database)
        return self._read[read]

    def _verified(self, leaf: Document, device: str, database: str) -> _Said | None:
        try:
            kind, payload = verified(leaf.body, leaf.identifier, database, self._signing_key)
            said: dict[str, Any] = payload["open"]
            if kind is not DocumentType.DEVICE or said["device"] != device or said["team"] != self._team:
                return None
            return _Said(said["status"], import_public(said["key"]))
        except (ForgedDocument, InvalidKey, AttributeError, KeyError, TypeError):
            return None
