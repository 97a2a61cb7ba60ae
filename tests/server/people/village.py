"""A town whose people are published to their team: what comes in, and what tablets then read."""

from collections.abc import Mapping
from typing import Any

from forms.load import published
from server.central.databases import DECISIONS
from server.central.documents import CentralDocument, DocumentType
from server.keys.organisation import OrganisationKeys
from server.people.publication import PeoplePublication
from server.people.summary import shard_of
from server.projection.examine import StoredDocument
from server.store.database import Store
from server.store.people import VisitIdentity
from sync.engine import Engine
from tests.server.projection.crowd import Crowd
from tests.server.projection.town import Town
from tests.support.records import SealedRecord


class Village(Town):
    """A town with its publication; ``crowd`` writes who came."""

    def __init__(self, store: Store, keys: OrganisationKeys, engine: Engine) -> None:
        super().__init__(store, keys, engine)
        self.crowd = Crowd(self)
        self.people = self.another_publication()

    def another_publication(self) -> PeoplePublication:
        """A publication as a new process has it."""
        return PeoplePublication(self.central, published())

    async def receive(self, *records: SealedRecord) -> None:
        """Push records, project them and publish the people."""
        await self.push(*records)
        await self.projection.sweep()
        assert self.reasons() == {}
        await self.people.drain()

    async def came(self, **traits: Any) -> str:
        """Receive a visit of somebody; return the visit."""
        record = self.crowd.record(**traits)
        await self.receive(record)
        return str(record.payload["visit"])

    async def acted(self, *acts: StoredDocument) -> None:
        """Write acts as coordinators do, project them and publish the people."""
        for act in acts:
            await self.engine.put(DECISIONS, act.identifier, act.body, revision=None)
        await self.projection.sweep()
        await self.people.drain()

    def identity(self, visit: str) -> VisitIdentity:
        """Who a visit was of."""
        return self.crowd.identity(visit)

    async def told(self, key: str, database: str | None = None) -> Mapping[str, Any]:
        """What a database tells under a person key."""
        return await self._sealed(DocumentType.PERSON, key, database)

    async def listed(self, person: str, database: str | None = None) -> list[Mapping[str, Any]]:
        """The directory's lines of a person."""
        shard = await self._sealed(DocumentType.PEOPLE, shard_of(person), database)
        return [line for line in shard.get("people", []) if line["person"] == person]

    async def _sealed(self, kind: DocumentType, key: str, database: str | None) -> Mapping[str, Any]:
        name = database or self.seeded.database
        (found,) = await self.central.read(name, [CentralDocument(kind, key, name, None)])
        return (found.sealed or {}) if found is not None else {}
