"""The hub in the bus, in real browsers over TLS: two nodes under one name, what is where at each moment."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.canary import search
from tests.e2e import accessibility, arrived
from tests.e2e.answers import CONCLUSION, RECEPTION, VITALS, person
from tests.e2e.browser import Browser
from tests.e2e.coordination import Coordination
from tests.e2e.hub_roads import APPLICATION, HubAndCentral, figure, wait
from tests.e2e.tablet import PASSPHRASES, Tablet

NURSES = ("QUETZALBRUINE", "Isoline")
DOCTORS = ("OMBREGIVRE", "Barnabé")
CONTROL = "TEMOINENCLAIR"


@pytest.fixture
def place(playwright: Playwright, tmp_path: Path, browsers: list[Browser]) -> Iterator[HubAndCentral]:
    """Central and the hub, up and level; no browser may call anybody else."""
    with HubAndCentral(playwright, tmp_path, browsers) as made:
        made.start()
        made.hub_is_level()
        yield made
    for browser in browsers:
        assert [] == browser.foreign_requests
        assert [] == browser.violations


def consultation(tablet: Tablet, name: str, given: str) -> None:
    """Capture and seal one complete record."""
    tablet.begin_walk_in()
    tablet.fill(person(name, given, "03/04/1958") | RECEPTION | VITALS | CONCLUSION)
    tablet.seal()


def test_a_day_in_the_bus_goes_through_the_hub_and_is_received_once(
    place: HubAndCentral, screenshots: Path
) -> None:
    # Morning, at the base: both tablets are enrolled at central, and level with it.
    nurses, doctors = place.travelling("nurse"), place.travelling("doctor")
    nurse, doctor = Tablet(nurses.browser.open()), Tablet(doctors.browser.open())
    nurse.enrol(place.card("Bus 1"), label="Bus 1")
    nurse.create_access("infirmière", PASSPHRASES["nurse"])
    doctor.enrol(place.card("Bus 2"), label="Bus 2")
    doctor.create_access("médecin", PASSPHRASES["doctor"])
    for tablet in (nurse, doctor):
        tablet.expect_state(r"aucune fiche en attente — serveur joint à \d\d:\d\d")
    wait(lambda: figure(place.hub.page(), "En attente du serveur") == "0")

    # The bus leaves: no Internet. The hub answers under the same name, and nobody touches anything.
    place.uplink.lead(None)
    place.in_the_bus(nurses, doctors)
    for tablet in (nurse, doctor):
        tablet.expect_state(r"aucune fiche en attente — boîtier joint à \d\d:\d\d, serveur joint à")

    # The nurse signs: the record is on the hub, and no receipt says that it is done.
    consultation(nurse, *NURSES)
    nurse.expect_state(r"1 fiche sur le boîtier — boîtier joint à")
    on_hub = nurse.page.get_by_text(re.compile(r"Sur le boîtier\s+depuis \d\d:\d\d"))
    expect(on_hub.first).to_be_visible()
    nurse.page.screenshot(path=screenshots / "hub-home.png", full_page=True)
    assert [] == accessibility.problems(nurse.page)

    # The doctor's tablet has the nurse's part, and both parts are there without any Internet.
    theirs = doctor.button(re.compile(NURSES[0])).first
    expect(theirs).to_be_visible(timeout=40_000)
    theirs.click()
    expect(doctor.page.get_by_text(re.compile(r"Sur le boîtier\s+depuis")).first).to_be_visible()
    doctor.page.screenshot(path=screenshots / "hub-record.png", full_page=True)
    assert [] == accessibility.problems(doctor.page)
    doctor.button("Retour").click()
    doctor.at_home()
    consultation(doctor, *DOCTORS)
    doctor.expect_state(r"1 fiche sur le boîtier — boîtier joint à")
    expect(nurse.button(re.compile(DOCTORS[0])).first).to_be_visible(timeout=40_000)

    # Away from the hub too, what it held stays said to be there, with its hour; what is new is on the tablet.
    nurses.node.lead(None)
    nurse.expect_state("hors réseau")
    consultation(nurse, NURSES[0], "Ondine")
    nurse.expect_state(r"1 fiche sur le boîtier, 1 sur la tablette — hors réseau, boîtier joint à")
    nurse.page.screenshot(path=screenshots / "hub-away.png", full_page=True)
    nurse.button("Prêt à partir").click()
    expect(nurse.heading("Prêt à partir")).to_be_visible()
    expect(nurse.page.get_by_text("1 fiche sur le boîtier, 1 sur la tablette").last).to_be_visible()
    nurse.page.screenshot(path=screenshots / "hub-ready.png", full_page=True)
    assert [] == accessibility.problems(nurse.page)
    nurse.button("Retour").click()
    place.in_the_bus(nurses)
    nurse.expect_state(r"2 fiches sur le boîtier — boîtier joint à")

    # Back at the base the doctor's tablet reaches central by itself, and hands over what it holds of both.
    place.at_the_base(doctors)
    doctor.expect_state(r"tout est reçu — serveur joint à")
    # The hub has a network again: the same records by the other path, receipts for who is still with it.
    place.uplink.lead(("127.0.0.1", place.central.port))
    nurse.expect_state(r"tout est reçu — boîtier joint à \d\d:\d\d, serveur joint à")
    wait(lambda: figure(place.hub.page(), "En attente du serveur") == "0")
    place.at_the_base(nurses)
    nurse.expect_state(r"tout est reçu — serveur joint à")

    # The coordinator sees each once.
    office = place.travelling("office").browser
    desk = Coordination(office.open(), f"https://{APPLICATION}")
    desk.log_in("clinique", place.central.one_time_password("clinique"))
    desk.visits()
    expect(
        desk.page.get_by_role("row", name=re.compile(f"{NURSES[0]}.*ISOLINE", re.IGNORECASE))
    ).to_have_count(1)
    expect(desk.page.get_by_role("row", name=re.compile(DOCTORS[0]))).to_have_count(1)
    place.central.stop()
    records = [each for each in arrived.payloads(place.central) if each["kind"] == "record"]
    assert len(records) == 3
    assert len({(each["device"], each["sequence"]) for each in records}) == 3

    # A thief of the hub reads no name, though the same search finds what is planted in the same place.
    place.hub.stop()
    (place.hub.data / "control").write_text(CONTROL)
    assert search.find(place.hub.data, CONTROL)
    for secret in (*NURSES, *DOCTORS, "Quetzalbruine", "Ombregivre", PASSPHRASES["nurse"]):
        assert [] == search.find(place.hub.data, secret), secret
        assert [] == search.find(place.hub.log, secret), secret


def test_the_browser_is_made_to_ask_for_the_hub_before_leaving_and_a_refusal_is_said(
    place: HubAndCentral, screenshots: Path
) -> None:
    """Local Network Access: headless Chromium answers no for its user when it has to ask."""
    nurses = place.travelling("nurse", node_space="local")
    page = nurses.browser.open()
    page.context.grant_permissions(["local-network-access"], origin=f"https://{APPLICATION}")
    nurse = Tablet(page)
    nurse.enrol(place.card("Bus 1"), label="Bus 1")
    nurse.create_access("infirmière", PASSPHRASES["nurse"])
    nurse.expect_state("serveur joint")

    # Nothing answers, nobody was asked: it is said, with a button to ask.
    nurses.node.lead(None)
    nurse.expect_state("hors réseau")
    page.context.clear_permissions()
    nurse.button("Prêt à partir").click()
    access = page.get_by_role("listitem").filter(has_text="Accès au boîtier")
    expect(access).to_contain_text("Le navigateur ne l’a pas encore demandé")
    assert [] == accessibility.problems(page)
    page.screenshot(path=screenshots / "hub-permission.png", full_page=True)

    # Near the hub the browser asks, and is told no: said on the page, and on the line of every screen.
    place.in_the_bus(nurses)
    access.get_by_role("button", name="Autoriser le boîtier").click()
    expect(access).to_contain_text("Refusé dans le navigateur")
    nurse.expect_state(r"hors réseau \(boîtier refusé dans le navigateur\)")
    assert [] == accessibility.problems(page)

    # Allowed in the site's settings, the tablet goes to the hub by itself.
    page.context.grant_permissions(["local-network-access"], origin=f"https://{APPLICATION}")
    nurse.button("Synchroniser maintenant").click()
    nurse.expect_state("boîtier joint")
    nurse.button("Regarder de nouveau").click()
    expect(access).to_contain_text("Autorisé par le navigateur")
