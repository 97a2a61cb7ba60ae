"""A replacement doctor for one day: invited in the evening, at work offline in the morning, gone by night."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from server.clock import PARIS
from tests.e2e.accessibility import problems
from tests.e2e.answers import CONCLUSION, RECEPTION, VITALS, person
from tests.e2e.browser import Browser
from tests.e2e.coordination import PASSWORD, Coordination
from tests.e2e.tablet import PIN, Tablet
from tests.support.server_process import ServerProcess

REPLACEMENT = "Dr Sacha Fictif"
PASSPHRASE = "trois mouettes et un phare sous la pluie fine"
DAY = timedelta(days=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server whose coordinator confirms tablets: nothing here is confirmed by itself but the invitation."""
    process = ServerProcess(tmp_path, ESCALE_AUTO_CONFIRM="0")
    yield process
    process.kill()


class Desk:
    """The coordinator's planning pages."""

    def __init__(self, coordinator: Coordination) -> None:
        self.page = coordinator.page
        self.origin = f"{coordinator.origin}/coordination"

    def confirm_what_waits(self) -> None:
        """Confirm the tablet that asks."""
        self.page.goto(f"{self.origin}/tablettes")
        self.page.get_by_role("button", name="Confirmer").click()
        expect(self.page.get_by_text("Aucune demande en attente.")).to_be_visible()

    def plan_stop(self, day: datetime) -> None:
        """Create the stop of a day."""
        self.page.goto(f"{self.origin}/escales/nouvelle")
        self.page.get_by_label(re.compile("^Lieu")).fill("Place de l’église")
        self.page.get_by_label(re.compile("^Commune")).fill("La Gresle")
        self.page.get_by_label(re.compile("^Date")).fill(f"{day:%Y-%m-%d}")
        self.page.get_by_label(re.compile("^Ouverture")).fill("00:00")
        self.page.get_by_label(re.compile("^Fermeture")).fill("23:59")
        self.page.get_by_label("Créer les créneaux").uncheck()
        self.page.get_by_role("button", name="Enregistrer").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Place de l’église")

    def invite(self, day: datetime) -> str:
        """Invite the replacement for one day, and return the code of the card."""
        self.page.goto(f"{self.origin}/organisation/invitations")
        self.page.get_by_label(re.compile("^Premier jour")).fill(f"{day:%Y-%m-%d}")
        self.page.get_by_label(re.compile("^Dernier jour")).fill(f"{day:%Y-%m-%d}")
        self.page.get_by_label(re.compile("^Nom, si")).fill(REPLACEMENT)
        self.page.get_by_label("Profession").fill("médecin généraliste")
        self.page.get_by_role("button", name="Créer l’invitation").click()
        return self.page.locator(".code").inner_text()

    def invitations(self) -> str:
        """Return what the list says."""
        self.page.goto(f"{self.origin}/organisation/invitations")
        return self.page.locator("main").inner_text()

    def expect_confirmed(self) -> None:
        """Wait until the list says that it served: the tablet registers beside its replication."""
        ends_at = time.monotonic() + 30
        while "Confirmée le" not in self.invitations():
            assert time.monotonic() < ends_at, self.invitations()

    def expect_one_visit(self) -> None:
        """Wait until what the replacement signed is integrated: what waited for its signer is read again."""
        ends_at = time.monotonic() + 60
        self.page.goto(f"{self.origin}/")
        while "1 passage" not in (said := self.page.locator("main").inner_text()):
            assert time.monotonic() < ends_at, said
            self.page.reload()


def type_code(tablet: Tablet, code: str) -> None:
    """Go to « J’ai une invitation » and type a code."""
    tablet.button("J’ai une invitation").click()
    tablet.page.get_by_label("Code d’invitation").fill(code)
    tablet.button("Ouvrir l’invitation").click()


def test_a_replacement_works_for_one_day_without_network_and_no_longer(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    morning = datetime.now(PARIS)
    server.shift_s = -DAY.total_seconds()
    server.start()

    # In the evening: the tablet joins the team, the coordinator plans the stop and invites.
    browser = new_browser("tablet")
    tablet = Tablet(browser.open())
    browser.set_clock(morning - DAY)
    tablet.page.goto(server.enrolment_link())
    tablet.page.get_by_label("Nom de cette tablette").fill("Bus 1")
    tablet.button("Inscrire cette tablette").click()
    desk_browser = new_browser("coordinator")
    coordinator = Coordination(desk_browser.open(viewport={"width": 1280, "height": 900}), server.origin)
    coordinator.log_in("clinique", server.one_time_password("clinique"))
    desk = Desk(coordinator)
    expect(tablet.page.get_by_text(re.compile(r"[0-9A-Z]{3}-[0-9A-Z]{3}"))).to_be_visible()
    desk.confirm_what_waits()
    expect(tablet.heading("Qui êtes-vous")).to_be_visible()
    desk.plan_stop(morning)
    code = desk.invite(morning)
    desk.page.screenshot(path=screenshots / "invitation-card.png", full_page=True)
    assert REPLACEMENT in desk.invitations()

    # The tablet has taken the invitation; then everything is cut.
    expect_invitation(tablet, code)
    browser.offline(cut=True)
    server.stop()
    type_code(tablet, code)
    expect(tablet.page.get_by_text("Cette invitation commence le")).to_be_visible()
    tablet.button("Annuler").click()

    # In the morning, without network: a slip, then the code as it comes, and the doctor is at work.
    browser.set_clock(morning)
    type_code(tablet, "AAAA-AAAA-AAAA")
    expect(tablet.page.get_by_text("Aucune invitation de cette tablette n’a ce code.")).to_be_visible()
    assert problems(tablet.page) == []
    tablet.page.get_by_label("Code d’invitation").fill(code.lower().replace("-", " "))
    tablet.button("Ouvrir l’invitation").click()
    expect(tablet.heading(f"Accès de {REPLACEMENT}")).to_be_visible()
    tablet.page.get_by_label("Choisissez une phrase de passe").fill(PASSPHRASE)
    tablet.page.get_by_label("La même phrase de passe").fill(PASSPHRASE)
    tablet.page.get_by_label("Choisissez un code PIN").fill(PIN)
    tablet.button("Créer").click()
    tablet.page.get_by_label("Je l’ai noté").check()
    tablet.button("Continuer").click()
    tablet.at_home()
    expect(tablet.page.get_by_text("Place de l’église").first).to_be_visible()
    tablet.begin_walk_in()
    tablet.fill(person("Remplacée", "Ondine", "03/04/1958") | RECEPTION | VITALS | CONCLUSION)
    tablet.seal()
    tablet.expect_state("1 fiche (sur la tablette|au serveur)")
    tablet.lock()
    tablet.unlock(REPLACEMENT, PASSPHRASE)
    tablet.page.screenshot(path=screenshots / "replacement.png")

    # At noon the network comes back: confirmed by itself, and integrated.
    server.shift_s = 0
    server.start()
    browser.offline(cut=False)
    tablet.expect_state("tout est reçu|aucune fiche en attente")
    coordinator.log_in_again("clinique", PASSWORD)
    desk.expect_confirmed()
    desk.expect_one_visit()

    # The day after, the access has ended by itself, on the tablet and at central.
    server.stop()
    server.shift_s = DAY.total_seconds()
    server.start()
    browser.set_clock(morning + DAY)
    tablet.page.reload()
    expect(tablet.heading("Qui êtes-vous")).to_be_visible()
    ended = tablet.button(re.compile(REPLACEMENT))
    expect(ended).to_contain_text("Invitation terminée")
    ended.click()
    expect(tablet.page.get_by_text("Cette invitation s’est terminée le")).to_be_visible()
    coordinator.log_in_again("clinique", PASSWORD)
    assert "terminée" in desk.invitations()
    desk.page.goto(f"{desk.origin}/tablettes")
    row = desk.page.get_by_role("listitem").filter(has_text=REPLACEMENT)
    expect(row.last).to_contain_text("Révoqué")


def expect_invitation(tablet: Tablet, code: str) -> None:
    """Wait until the tablet holds the invitation: its code is then known, though not for today."""
    tablet.button("J’ai une invitation").click()
    field = tablet.page.get_by_label("Code d’invitation")
    for _ in range(8):
        expect(field).to_be_enabled(timeout=70_000)  # wrong codes wait, more each time: that paces the tries
        field.fill(code)
        tablet.button("Ouvrir l’invitation").click()
        said = tablet.page.get_by_text(re.compile("commence le|n’a ce code")).first
        expect(said).to_be_visible()
        if "commence le" in said.inner_text():
            tablet.button("Annuler").click()
            return
    raise AssertionError("the invitation never came")
