"""A day of the Médicobus: enrolled at the base, hours without network, then everything arrives by itself."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.answers import CONCLUSION, NO, RECEPTION, VITALS, Absent, Chosen, Sheet, Typed, person
from tests.e2e.browser import Browser
from tests.e2e.coordination import Coordination
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

NURSE, DOCTOR = "infirmière", "médecin"


def test_three_consultations_captured_offline_are_received_reviewed_and_one_is_corrected(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    """Promises 1, 2, 3 and 4 of the design, told as one day."""
    browser = new_browser("tablet")
    tablet = Tablet(browser.open())

    # In the morning, at the base.
    tablet.enrol(server.enrolment_link())
    tablet.create_access(NURSE, PASSPHRASES["nurse"])
    tablet.lock()
    tablet.create_access(DOCTOR, PASSPHRASES["doctor"])
    tablet.expect_state("aucune fiche en attente")

    # The bus leaves: no network, and the server is down for the day.
    browser.offline(cut=True)
    server.stop()

    # First consultation, interrupted in mid-form by a battery that dies.
    tablet.begin_walk_in()
    tablet.fill(person("Canarie-Offline", "Zéphyrine", "03/04/1958") | {"visit.booking": Chosen(("Sans",))})
    tablet.question("visit.attending_gp_name")
    tablet.saved()
    browser.kill()
    tablet = Tablet(browser.open())
    browser.offline(cut=True)
    tablet.page.goto(f"{server.origin}/tablette/")
    tablet.unlock(DOCTOR, PASSPHRASES["doctor"])
    tablet.page.get_by_role("button", name=re.compile("CANARIE-OFFLINE")).first.click()
    expect(tablet.page.get_by_role("heading", name="Venue", level=2)).to_be_visible()
    tablet.go_to("identity")
    expect(tablet.question("identity.birth_name").locator("input")).to_have_value("CANARIE-OFFLINE")
    tablet.fill(RECEPTION | VITALS | CONCLUSION)
    tablet.page.screenshot(path=screenshots / "capture.png")
    tablet.seal()
    tablet.expect_state("1 fiche sur la tablette")

    # Second consultation: the nurse begins it, the doctor finishes and signs it.
    tablet.lock()
    tablet.unlock(NURSE, PASSPHRASES["nurse"])
    tablet.begin_walk_in()
    tablet.fill(person("Bruyère", "Anne-Sophie", "12/11/1983") | RECEPTION | VITALS)
    tablet.hand_over(DOCTOR)
    tablet.lock()
    tablet.unlock(DOCTOR, PASSPHRASES["doctor"])
    tablet.page.get_by_role("button", name=re.compile("BRUYERE")).first.click()
    tablet.fill(CONCLUSION)
    tablet.go_to("vitals")
    expect(tablet.question("vitals.sbp")).to_contain_text("Répondu par")
    tablet.seal()

    # Third consultation: a question is refused, and refused is not no.
    tablet.begin_walk_in()
    refused: Sheet = {
        "visit.frailty": Absent("Refusé"),
        "history.allergies_status": Absent("Inconnu"),
        "information.sharing": NO,
    }
    tablet.fill(person("Dolmen", "Gaspard", "29/02/1948", "Masculin") | RECEPTION | CONCLUSION | refused)
    tablet.seal()
    tablet.expect_state("3 fiches sur la tablette")

    # In the evening the network comes back; nobody does anything.
    server.start()
    browser.offline(cut=False)
    tablet.expect_state("tout est reçu|aucune fiche en attente")
    tablet.expect_state(r"serveur joint à \d\d:\d\d")

    # On Monday the coordinator reads, validates one and sends one back.
    desk = new_browser("coordinator")
    coordinator = Coordination(desk.open(viewport={"width": 1280, "height": 900}), server.origin)
    coordinator.log_in("clinique", server.one_time_password("clinique"))
    for name in ("CANARIE-OFFLINE", "BRUYERE", "DOLMEN"):
        expect(coordinator.main).to_contain_text(name)
    coordinator.page.screenshot(path=screenshots / "coordination.png")
    coordinator.open_record_of("DOLMEN")
    expect(coordinator.main).to_contain_text("Refusé")
    expect(coordinator.main).to_contain_text("Inconnu")
    coordinator.validate()
    coordinator.open_record_of("BRUYERE")
    expect(coordinator.main).to_contain_text("128")
    coordinator.send_back("La tension est-elle bien 128 ?")

    # The message reaches the tablet; the doctor amends, and signs a new record that replaces the first.
    tablet.expect_state("1 fiche à corriger par vous")
    tablet.page.get_by_role("button", name=re.compile("BRUYERE.*corriger", re.DOTALL)).first.click()
    expect(tablet.page.get_by_text("La tension est-elle bien 128 ?")).to_be_visible()
    tablet.button("Corriger").click()
    tablet.page.get_by_role("dialog").get_by_label("Motif").fill("Erreur de lecture du tensiomètre")
    tablet.button("Commencer la correction").click()
    tablet.fill({"vitals.sbp": Typed("138")})
    tablet.seal()
    tablet.expect_state("tout est reçu|aucune fiche en attente")

    # The reviewer reads both, and what changed.
    coordinator.open_record_of("BRUYERE")
    expect(coordinator.main).to_contain_text("138")
    expect(coordinator.main).to_contain_text("128")
    expect(coordinator.main).to_contain_text("Erreur de lecture du tensiomètre")
