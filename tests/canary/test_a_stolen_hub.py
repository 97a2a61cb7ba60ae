"""Who takes the hub away reads nobody's name: every byte of its directory is searched, in every disguise."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from server.identifiers import new_uuid
from server.store.control import Member, RosterEntry
from tests.canary.search import find
from tests.integration.bus import Bus, follow, receipts
from tests.support.records import full_answers

pytestmark = pytest.mark.anyio

PERSON = "ZEPHYRINE-CANARI"
EXPECTED = "BARNABE-CANARI"
MEMBER = "Dr Philomène Canari"
PHONE = "0611223344"
CANARIES = (PERSON, EXPECTED, MEMBER, PHONE, "La Gresle", "Équipe d’essai", "CPTS d’essai")


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    """A hub with a record, and a roster, of people whose names can be looked for."""
    made = Bus(tmp_path)
    with made.store.session() as session:
        session.get_one(Member, made.seeded.doctor).name = MEMBER
        session.add(
            RosterEntry(
                id=new_uuid(),
                stop_id=made.seeded.stop,
                expected_at=time(9),
                birth_name=EXPECTED,
                first_name="Barnabé",
                phone=PHONE,
                booking="telephone",
            )
        )
    try:
        made.central.start()
        await made.enrol_hub()
        yield made
    finally:
        made.close()


def opens_nothing(home: Path) -> None:
    """The device key is the only secret beside the databases: no team key, no card, no one's slot."""
    assert {path.name for path in home.iterdir()} == {"central.json", "device.jwk", "hub.json", "sync"}
    kept = (home / "hub.json").read_text()
    assert '"card": null' in kept
    assert '"d"' not in kept
    assert not find(home, '"kty":"oct"')


async def test_a_stolen_hubs_disk_yields_no_name(bus: Bus) -> None:
    answers = full_answers(identity__birth_name={"values": [PERSON], "typed_as": PERSON})
    record = bus.writer.record(bus.slot, answers, signed_at=datetime.now(UTC))
    async with bus.tablet_at_hub() as tablet:
        (await tablet.push([record])).raise_for_status()
        await follow(tablet, lambda documents: len(receipts(documents)) == 1)
    bus.hub.kill()

    def searched() -> dict[str, int]:
        return {canary: len(find(bus.hub.data, canary)) for canary in CANARIES}

    assert await asyncio.to_thread(searched) == dict.fromkeys(CANARIES, 0)
    # The same search finds what does lie there: an id in the clear, and one inside a signed document.
    assert find(bus.hub.data, record.envelope.identifier)
    assert [hit for hit in find(bus.hub.data, bus.device.id) if hit.encoding.startswith("base64url")]
    (bus.hub.data / "sync" / "left-behind").write_text(PERSON)
    assert {hit.path.name for hit in find(bus.hub.data, PERSON)} == {"left-behind"}
    opens_nothing(bus.hub.data)
