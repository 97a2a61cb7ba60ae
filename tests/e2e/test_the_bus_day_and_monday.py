"""The bus's day and the coordinator's Monday, whole: two tablets, a coordinator, no network from 9 to 17 h.

What was lived is in ``bus_day.DAY``, written by hand; Monday's figures are read off the pages and compared.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.answers import VITALS, Chosen, person
from tests.e2e.browser import Browser
from tests.e2e.bus_answers import (
    FOLLOW_UP,
    LETTER,
    MINOR,
    STATUS,
    identity,
    medical,
    reception,
    today,
)
from tests.e2e.bus_hours import DOCTOR, NURSE, Bus, Hours
from tests.e2e.bus_office import import_the_appointments, monday, prepare_the_stop
from tests.e2e.coordination import Coordination
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.e2e.test_photo_and_secrecy import photographed
from tests.support.server_process import ServerProcess


@pytest.fixture
def server(tmp_path: Path) -> ServerProcess:
    return ServerProcess(tmp_path)


def test_the_day_is_lived_and_monday_empties_the_queue(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    hours = Hours(server, today())
    hours.at(7, 30)
    server.start()
    desk_browser = new_browser("desk")
    desk = Coordination(desk_browser.open(viewport={"width": 1280, "height": 900}), server.origin)
    hours.browsers.append(desk_browser)

    # Early in the morning the secretary creates the stop and imports what was booked.
    desk.log_in("administration", server.one_time_password("administration"))
    prepare_the_stop(desk, hours.day)
    import_the_appointments(desk, screenshots)

    # At the base, two tablets are enrolled and say that they are ready to leave.
    nurses, doctors = Bus(new_browser("nurse"), hours), Bus(new_browser("doctor"), hours)
    hours.at(8)
    nurses.tablet.enrol(server.enrolment_link(), "Bus 1")
    nurses.tablet.create_access(NURSE, PASSPHRASES["nurse"])
    nurses.tablet.lock()
    nurses.tablet.create_access(DOCTOR, PASSPHRASES["doctor"])
    hours.at(8, 30)
    doctors.tablet.enrol(server.enrolment_link(), "Bus 2")
    doctors.tablet.create_access(DOCTOR, PASSPHRASES["doctor"])
    ready_to_leave(nurses.taken_by(NURSE), screenshots)
    ready_to_leave(doctors.taken_by(DOCTOR), screenshots)

    # The bus leaves. No network from 9 to 17 h, and the server itself is down.
    hours.at(9)
    for bus in (nurses, doctors):
        bus.browser.offline(cut=True)
    server.stop()
    the_morning(nurses, doctors, hours, screenshots)
    the_afternoon(nurses, doctors, hours)

    # At 17 h the network is back, and the last person is handed over from one tablet to the other.
    hours.at(17)
    server.start()
    for bus in (nurses, doctors):
        bus.browser.offline(cut=False)
    the_evening(nurses, doctors, hours, screenshots)

    # Monday: the clinical coordinator.
    hours.at(9, day=hours.day + timedelta(days=7 - hours.day.weekday()))
    monday(desk, server, doctors, screenshots)


def ready_to_leave(tablet: Tablet, screenshots: Path) -> None:
    """Read the morning's check."""
    tablet.button("Prêt à partir").click()
    expect(tablet.heading("Prêt à partir")).to_be_visible()
    expect(tablet.page.get_by_text("L’application est gardée entière sur la tablette")).to_be_visible(
        timeout=60_000
    )
    tablet.page.screenshot(path=screenshots / "ready.png", full_page=True)
    tablet.button("Retour").click()
    tablet.at_home()


def the_morning(nurses: Bus, doctors: Bus, hours: Hours, screenshots: Path) -> None:
    """From 9 h to noon."""
    # Jeanne Aubrac: the nurse begins, the doctor goes on with the same draft on the same tablet; a photo.
    tablet = nurses.taken_by(NURSE)
    tablet.page.screenshot(path=screenshots / "story-day.png")
    tablet.begin_expected("AUBRAC")
    tablet.fill(identity() | reception("AUBRAC JEANNE") | VITALS)
    tablet.hand_over(DOCTOR)
    tablet = nurses.taken_by(DOCTOR)
    tablet.go_on_with("AUBRAC")
    tablet.take_photo("photos.prescription", photographed(1800, 1200))
    tablet.fill(medical("AUBRAC JEANNE") | LETTER)
    tablet.seal()

    # Meanwhile, on the other tablet: Marcel Brugel, whole, by the doctor; Odile Charnay does not come.
    hours.at(10, 5)
    tablet = doctors.taken_by(DOCTOR)
    tablet.begin_expected("BRUGEL")
    tablet.fill(identity() | reception("BRUGEL MARCEL") | medical("BRUGEL MARCEL") | FOLLOW_UP)
    tablet.seal()
    tablet.note("CHARNAY", "Absent", "Ne répond pas au téléphone")

    # Lucie Delorme is sixteen: a minor, her mother is there.
    tablet.begin_expected("DELORME")
    tablet.fill(identity() | MINOR | reception("DELORME LUCIE") | medical("DELORME LUCIE"))
    tablet.seal()

    # Two men of one name: the tablet warns, and nobody decides but the doctor.
    hours.at(11, 10)
    tablet = doctors.taken_by(DOCTOR)
    for born, name in (("30.06.1957", "ESTIVAL RENE 1957"), ("17.01.1931", "ESTIVAL RENE 1931")):
        tablet.begin_expected(f"ESTIVAL.*{born}")
        warned = tablet.page.get_by_test_id("alike")
        expect(warned).to_contain_text("mêmes noms, autre date de naissance")
        tablet.page.screenshot(path=screenshots / "homonym.png", full_page=True)
        warned.get_by_role("button", name=re.compile("C’est une autre personne")).click()
        tablet.fill(identity() | reception(name) | medical(name))
        tablet.seal()


def the_afternoon(nurses: Bus, doctors: Bus, hours: Hours) -> None:
    """From 14 h to 17 h."""
    # Simone Garde is taken for Suzanne Fayolle, who comes later: the record goes to the right person.
    hours.at(14, 20)
    tablet = doctors.taken_by(DOCTOR)
    tablet.begin_expected("FAYOLLE")
    tablet.fill(identity() | reception("GARDE SIMONE") | medical("GARDE SIMONE"))
    tablet.seal()
    tablet.page.get_by_role("button", name=re.compile("FAYOLLE", re.DOTALL)).first.click()
    tablet.button("Ce n’était pas la bonne personne").click()
    tablet.page.get_by_role("button", name=re.compile("GARDE SIMONE", re.DOTALL)).click()
    tablet.button("Commencer la correction").click()
    tablet.fill(identity() | {"visit.attending_gp": STATUS["sans_mt"]})
    tablet.seal()
    expect(tablet.line_of("FAYOLLE")).to_contain_text(re.compile("Attendu|Arrivé|Avec"))
    tablet.begin_expected("FAYOLLE")
    tablet.fill(identity() | reception("FAYOLLE SUZANNE") | medical("FAYOLLE SUZANNE"))
    tablet.seal()

    # Without appointment: two are seen, one cannot be.
    hours.at(15, 30)
    tablet = doctors.taken_by(DOCTOR)
    for name, given, born, sex in (
        ("Hugon", "Paul", "01/12/1988", "Masculin"),
        ("Imbert", "Claire", "19/08/1971", "Féminin"),
    ):
        tablet.begin_walk_in()
        known = f"{name} {given}".upper()
        tablet.fill(person(name, given, born, sex) | reception(known) | medical(known))
        tablet.seal()
    tablet = nurses.taken_by(NURSE)
    tablet.note_walk_in("Sanson", turned_away="Plus de place aujourd’hui")

    # Alice Jarny: the nurse signs her part; the doctor is on another tablet, and there is no network.
    hours.at(16, 45)
    tablet = nurses.taken_by(NURSE)
    tablet.begin_walk_in()
    tablet.answer("identity.part", Chosen(("L’accueil",)))
    tablet.fill(person("Jarny", "Alice", "02/05/1966") | reception("JARNY ALICE") | VITALS)
    tablet.seal()
    expect(tablet.line_of("JARNY")).to_contain_text("Arrivé depuis")


def the_evening(nurses: Bus, doctors: Bus, hours: Hours, screenshots: Path) -> None:
    """What waited leaves by itself; the last visit is finished on the other tablet; the stop is closed."""
    tablet = doctors.taken_by(DOCTOR)
    tablet.expect_state("aucune fiche en attente|tout est reçu")
    line = tablet.line_of("JARNY")
    expect(line).to_contain_text("Arrivé depuis", timeout=60_000)
    line.get_by_role("button", name="Écrire ma partie").click()
    expect(tablet.page.get_by_test_id("signed-parts")).to_contain_text("Partie infirmière signée à")
    tablet.fill(medical("JARNY ALICE"))
    tablet.page.screenshot(path=screenshots / "two-hands.png", full_page=True)
    tablet.seal()
    expect(tablet.line_of("JARNY")).to_contain_text("Terminé")
    hours.at(17, 25)
    doctors.taken_by(DOCTOR).close_stop("Camille")
    tablet = nurses.taken_by(NURSE)
    tablet.expect_state("aucune fiche en attente|tout est reçu")
    tablet.cosign_stop()
    tablet.close_stop("Dominique")
    expect(tablet.page.get_by_text("Tout ce que cette tablette a signé ici est reçu.")).to_be_visible(
        timeout=60_000
    )
    tablet.page.screenshot(path=screenshots / "closed.png", full_page=True)
