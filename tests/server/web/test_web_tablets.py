"""Tablets: cards, short codes, confirmations, revocations; only of one's own teams."""

import re

import pytest
from sqlmodel import select

from server.enrolment import devices, slots
from server.store.control import (
    AccessLog,
    Device,
    DeviceKind,
    DeviceStatus,
    EnrolmentCard,
    EnrolmentState,
    Slot,
)
from server.store.database import Store
from server.store.read import Quarantined
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, waiting_tablet
from tests.support.organisation import NOON, make_device, make_slot
from tests.support.tablet import card_of

pytestmark = pytest.mark.anyio
TABLETS = "/coordination/tablettes"


def status(store: Store, device: str) -> DeviceStatus:
    with store.session() as session:
        return session.get_one(Device, device).status


def actions(store: Store) -> list[tuple[str, str]]:
    with store.session() as session:
        return [(line.action, line.object_id) for line in session.exec(select(AccessLog))]


async def test_a_card_shows_its_link_once_and_is_logged(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open(TABLETS)
    answer = await clinical.send(
        f"{TABLETS}/cartes", team=day.seeded.team, campaign=day.seeded.campaign, label="Tablette  du bus"
    )
    assert answer.status_code == 200
    assert "/tablette/#e=" in answer.text
    assert 'class="qr"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    with store.session() as session:
        card = session.exec(select(EnrolmentCard)).one()
    assert (card.label, card.created_by) == ("Tablette du bus", day.seeded.clinical)
    assert ("create-card", card.id) in actions(store)


@pytest.mark.parametrize(
    "wrong", [{"team": "unknown"}, {"campaign": "unknown"}, {"label": " "}, {"kind": "box"}]
)
async def test_a_card_that_cannot_be_made_keeps_what_was_typed(
    clinical: Browser, day: Day, store: Store, wrong: dict[str, str]
) -> None:
    await clinical.open(TABLETS)
    fields = {"team": day.seeded.team, "campaign": day.seeded.campaign, "label": "Bus <1>", **wrong}
    answer = await clinical.send(f"{TABLETS}/cartes", **fields)
    assert answer.status_code == 422
    with store.session() as session:
        assert session.exec(select(EnrolmentCard)).all() == []
    if "label" not in wrong:
        assert 'value="Bus &lt;1&gt;"' in answer.text


async def test_a_card_for_another_team_is_refused(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open(TABLETS)
    answer = await clinical.send(
        f"{TABLETS}/cartes", team=day.other.team, campaign=day.seeded.campaign, label="Bus"
    )
    assert answer.status_code == 422


async def test_a_card_for_a_hub_says_so(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open(TABLETS)
    answer = await clinical.send(
        f"{TABLETS}/cartes", team=day.seeded.team, campaign=day.seeded.campaign, label="Bus", kind="hub"
    )
    assert "escale hub" in text_of(answer)
    link = re.search(r"\S+/tablette/#e=[\w-]+", answer.text)
    assert link is not None
    assert card_of(link[0])["h"] == 1
    with store.session() as session:
        assert session.exec(select(EnrolmentCard)).one().kind is DeviceKind.HUB


async def test_a_hub_is_shown_as_one_and_its_revocation_says_what_it_does(
    clinical: Browser, day: Day, store: Store
) -> None:
    hub = make_device(store, day.seeded).id
    with store.session() as session:
        found = session.get_one(Device, hub)
        found.kind, found.label = DeviceKind.HUB, "Boîtier du bus"
    page = text_of(await clinical.open(TABLETS))
    assert "Appareil Boîtier" in page
    assert "Révoquer ce boîtier" in page
    page = text_of(await clinical.open(f"{TABLETS}/{hub}/revocation"))
    assert "Révoquer le boîtier Boîtier du bus" in page
    assert "Il ne détient aucune clé d’équipe" in page
    assert "Fiches reçues" not in page
    await clinical.send(f"{TABLETS}/{hub}/revocation")
    assert status(store, hub) is DeviceStatus.REVOKED


async def test_a_waiting_tablet_shows_its_code_and_is_confirmed(
    clinical: Browser, day: Day, store: Store
) -> None:
    device = waiting_tablet(store, day.seeded)
    with store.session() as session:
        code = devices.code_of(session.get_one(Device, device))
    assert code in text_of(await clinical.open(TABLETS))
    assert (await clinical.send(f"{TABLETS}/{device}/confirmer")).status_code == 303
    assert status(store, device) is DeviceStatus.ACTIVE
    assert ("confirm-device", device) in actions(store)
    await clinical.open(TABLETS)
    answer = await clinical.send(f"{TABLETS}/{device}/refuser")
    assert answer.status_code == 409
    assert status(store, device) is DeviceStatus.ACTIVE


async def test_the_office_sees_who_asks_and_opens_nothing_by_itself(
    administrative: Browser, day: Day, store: Store
) -> None:
    device = waiting_tablet(store, day.seeded)
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.nurse, EnrolmentState.PENDING).id
    page = await administrative.open(TABLETS)
    assert "une coordination clinique compare le code et confirme" in text_of(page)
    assert "/confirmer" not in page.text
    for address in (f"{TABLETS}/{device}", f"/coordination/acces/{slot}"):
        assert (await administrative.send(f"{address}/confirmer")).status_code == 403
        await administrative.open(TABLETS)
    with store.session() as session:
        assert session.get_one(Slot, slot).state is EnrolmentState.PENDING
    assert status(store, device) is DeviceStatus.PENDING
    assert (await administrative.send(f"{TABLETS}/{device}/refuser")).status_code == 303


async def test_a_waiting_slot_shows_its_code_and_is_confirmed_or_refused(
    clinical: Browser, day: Day, store: Store
) -> None:
    tablet = make_device(store, day.seeded)
    wanted = make_slot(store, tablet, day.seeded.nurse, EnrolmentState.PENDING)
    unwanted = make_slot(store, tablet, day.seeded.doctor, EnrolmentState.PENDING)
    with store.session() as session:
        code = slots.code_of(session.get_one(Slot, wanted.id))
    assert code in text_of(await clinical.open(TABLETS))
    await clinical.send(f"/coordination/acces/{wanted.id}/confirmer")
    await clinical.open(TABLETS)
    await clinical.send(f"/coordination/acces/{unwanted.id}/refuser")
    with store.session() as session:
        states = [session.get_one(Slot, slot.id).state for slot in (wanted, unwanted)]
    assert states == [EnrolmentState.CONFIRMED, EnrolmentState.REFUSED]


async def test_a_revocation_is_explained_then_done(clinical: Browser, day: Day, store: Store) -> None:
    page = text_of(await clinical.open(f"{TABLETS}/{day.device.id}/revocation"))
    assert "au plus tard dans dix minutes" in page
    assert "Fiches reçues 5" in page
    await clinical.send(f"{TABLETS}/{day.device.id}/revocation")
    assert status(store, day.device.id) is DeviceStatus.REVOKED
    assert ("revoke-device", day.device.id) in actions(store)


async def test_an_access_is_withdrawn(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open(TABLETS)
    await clinical.send(f"/coordination/acces/{day.slot.id}/revocation")
    with store.session() as session:
        assert session.get_one(Slot, day.slot.id).state is EnrolmentState.REVOKED


async def test_another_teams_tablets_are_unknown(clinical: Browser, day: Day, store: Store) -> None:
    device = waiting_tablet(store, day.other)
    slot = make_slot(store, make_device(store, day.other), day.other.nurse, EnrolmentState.PENDING).id
    page = await clinical.open(TABLETS)
    assert device not in page.text
    for path in (
        f"{TABLETS}/{device}/confirmer",
        f"{TABLETS}/{device}/refuser",
        f"{TABLETS}/{device}/revocation",
        f"/coordination/acces/{slot}/confirmer",
        f"/coordination/acces/{slot}/refuser",
        f"/coordination/acces/{slot}/revocation",
    ):
        await clinical.open(TABLETS)
        assert (await clinical.send(path)).status_code == 404, path
    assert status(store, device) is DeviceStatus.PENDING


async def test_a_hostile_tablet_name_is_only_text(clinical: Browser, day: Day, store: Store) -> None:
    with store.session() as session:
        session.get_one(Device, day.device.id).label = "<img src=x onerror=alert(1)>"
    answer = await clinical.open(TABLETS)
    assert "<img src=x" not in answer.text
    assert "<img src=x onerror=alert(1)>" in text_of(answer)


async def test_quarantine_says_why_and_whose_turn_it_is(clinical: Browser, day: Day, store: Store) -> None:
    with store.session() as session:
        for number, team in enumerate((day.seeded, day.other)):
            session.add(
                Quarantined(
                    database=team.database,
                    envelope_id=f"e{number}{'a' * 63}",
                    reason="signature-invalid",
                    turn="support",
                    details=[],
                    first_seen_at=NOON,
                )
            )
    page = text_of(await clinical.open("/coordination/anomalies"))
    assert "La signature n’est pas valable." in page
    assert "À l’assistance" in page
    assert "e0aaaaaaaaaaa" in page
    assert "e1aaaaaaaaaaa" not in page
