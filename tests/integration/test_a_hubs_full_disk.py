"""A hub whose disk takes nothing more: it shows what it holds, relays it, says so, and recovers by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.bus import Bus, figure, follow, receipts, until
from tests.support.full_disk import fill_for, make_room_for

pytestmark = pytest.mark.anyio

RECORDS = 12


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    made = Bus(tmp_path)
    try:
        made.central.start()
        await made.enrol_hub()
        yield made
    finally:
        made.close()


async def test_it_goes_on_without_writing_and_takes_up_again_when_there_is_room(bus: Bus) -> None:
    records = bus.records(RECORDS + 1)
    async with bus.tablet_at_hub():
        pass
    bus.central.kill()
    bus.hub.kill()
    (bus.hub.data / "central.json").unlink()  # So that central's return is something to write down.
    bus.hub.start()
    async with bus.tablet_at_hub() as tablet:
        assert (await tablet.push(records[:-1])).status_code == 201
        fill_for(bus.hub.process_id)
        assert (await tablet.push(records[-1:])).status_code >= 500

        bus.central.start()
        await until(lambda: len(bus.rows()) == RECORDS)
        await until(
            lambda: "le disque est plein ou en panne" in figure(bus.hub.page(), "Place sur le disque")
        )
        assert "Le boîtier est relié au serveur" in bus.hub.page()
        kept = {each["_id"] for each in await tablet.pull() if each["_id"].startswith("e")}
        assert kept == {record.envelope.identifier for record in records[:-1]}

        make_room_for(bus.hub.process_id)
        assert (await tablet.push(records[-1:])).status_code == 201
        await follow(tablet, lambda found: len(receipts(found)) == RECORDS + 1)
        await until(lambda: figure(bus.hub.page(), "En attente du serveur") == "0")
        await until(lambda: "le disque" not in figure(bus.hub.page(), "Place sur le disque"))
    assert bus.hub.stop()[0] == 0
