"""What an enrolled tablet meets when it pushes: the application, and whether it kept only what is honest."""

from dataclasses import dataclass
from typing import Any, Self

import httpx
from sqlmodel import select

from server.routes.services import Services
from server.store.read import Quarantined, Record
from tests.support.organisation import Seeded
from tests.support.records import RecordWriter, SealedRecord
from tests.support.tablet import Tablet, confirmed_slot, enrolled_tablet


@dataclass(frozen=True)
class Door:
    """The running application, an enrolled tablet, and a record that it has not pushed yet."""

    http: httpx.AsyncClient
    services: Services
    seeded: Seeded
    tablet: Tablet
    record: SealedRecord

    @classmethod
    async def of(cls, services: Services, http: httpx.AsyncClient, seeded: Seeded) -> Self:
        """Enrol a tablet with a nurse's slot, and write her first record."""
        tablet = await enrolled_tablet(http, services, seeded)
        slot = await confirmed_slot(tablet, services, seeded.nurse)
        return cls(http, services, seeded, tablet, RecordWriter(seeded, services.keys).record(slot))

    @property
    def envelope(self) -> dict[str, Any]:
        """The honest document."""
        return dict(self.record.envelope.document)

    @property
    def address(self) -> str:
        """The team's database."""
        return f"/sync/{self.seeded.database}"

    async def documents(self) -> dict[str, str]:
        """Every document of the database at its revision, as the tablet pulls them."""
        return {document["_id"]: document["_rev"] for document in await self.tablet.pull()}

    async def at_rest(self) -> None:
        """Wait until central has read what came and has said all that it says of it: receipts, and people."""
        await self.services.projection.caught_up()
        await self.services.people.caught_up()

    async def assert_only_the_honest_record_is_integrated(self) -> None:
        """Push the honest record, twice as a lost answer makes a tablet do, and look at what is kept."""
        for _ in range(2):
            answer = await self.tablet.push([self.record])
            assert (answer.status_code, answer.json()) == (201, [])
        await self.at_rest()
        receipts = await self.tablet.receipts()
        states = {envelope: receipt["state"] for envelope, receipt in receipts.items()}
        assert states == {self.record.envelope.identifier: "integrated"}
        with self.services.store.session() as session:
            assert session.exec(select(Record.digest)).all() == [self.record.digest]
            assert session.exec(select(Quarantined)).all() == []
