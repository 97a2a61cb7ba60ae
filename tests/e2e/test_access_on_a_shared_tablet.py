"""Two people on one tablet, without network: veil, lock, wrong tries, forgotten passphrase, a reboot."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.answers import Chosen, Typed
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, PIN, Tablet
from tests.support.server_process import ServerProcess

NURSE, DOCTOR = "infirmière", "médecin"


class Bus:
    """A tablet with both accesses made, then everything cut."""

    def __init__(self, server: ServerProcess, browser: Browser) -> None:
        self.origin = server.origin
        self.browser = browser
        self.tablet = Tablet(browser.open())
        self.tablet.enrol(server.enrolment_link())
        self.recovery = self.tablet.create_access(NURSE, PASSPHRASES["nurse"])
        self.tablet.lock()
        self.tablet.create_access(DOCTOR, PASSPHRASES["doctor"])
        browser.offline(cut=True)
        server.stop()

    def reboot(self) -> None:
        """Close the browser and open it again, still without network."""
        self.browser.close()
        self.tablet = Tablet(self.browser.open())
        self.browser.offline(cut=True)
        self.tablet.page.goto(f"{self.origin}/tablette/")
        expect(self.tablet.heading("Qui êtes-vous")).to_be_visible()


@pytest.fixture
def bus(server: ServerProcess, new_browser: Callable[[str], Browser]) -> Bus:
    return Bus(server, new_browser("tablet"))


def test_everything_opens_without_network_after_a_reboot(bus: Bus) -> None:
    bus.reboot()
    bus.tablet.unlock(NURSE, PASSPHRASES["nurse"])
    bus.tablet.lock()
    bus.tablet.unlock(DOCTOR, PASSPHRASES["doctor"])


def test_a_pause_hides_everything_and_ends_with_the_pin(bus: Bus) -> None:
    bus.tablet.begin_walk_in()
    bus.tablet.answer("identity.mode", Chosen(("Partielle",)))
    bus.tablet.answer("identity.birth_name", Typed("Veilleuse"))
    bus.tablet.button("Pause").click()
    expect(bus.tablet.page.get_by_label("Code PIN")).to_be_visible()
    assert "VEILLEUSE" not in bus.tablet.page.content().upper()

    bus.tablet.page.get_by_label("Code PIN").fill(PIN)
    bus.tablet.page.keyboard.press("Enter")
    expect(bus.tablet.question("identity.birth_name").get_by_role("textbox")).to_have_value("VEILLEUSE")


def test_three_wrong_pins_lock_fully_and_lose_nothing(bus: Bus) -> None:
    bus.tablet.begin_walk_in()
    bus.tablet.answer("identity.mode", Chosen(("Partielle",)))
    bus.tablet.answer("identity.birth_name", Typed("Veilleuse"))
    bus.tablet.button("Pause").click()
    for _ in range(3):
        bus.tablet.page.get_by_label("Code PIN").fill("9173")
        bus.tablet.page.keyboard.press("Enter")
        expect(
            bus.tablet.page.get_by_text("Code PIN faux").or_(bus.tablet.heading("Qui êtes-vous")).first
        ).to_be_visible()
    expect(bus.tablet.heading("Qui êtes-vous")).to_be_visible()
    bus.tablet.unlock(DOCTOR, PASSPHRASES["doctor"])
    expect(bus.tablet.button(re.compile("VEILLEUSE")).first).to_be_visible()


def test_wrong_passphrases_wait_even_after_a_reload_and_never_for_good(bus: Bus) -> None:
    bus.tablet.lock()
    page = bus.tablet.page
    bus.tablet.button(re.compile(NURSE)).click()
    waiting = page.get_by_text(re.compile("secondes?"))
    for _ in range(6):
        field = page.get_by_label("Phrase de passe")
        expect(field).to_be_enabled(timeout=70_000)
        field.fill("ce n’est pas la bonne phrase")
        bus.tablet.button("Ouvrir").click()
        expect(waiting.or_(page.get_by_text("pas la bonne")).first).to_be_visible()
        if waiting.is_visible():
            break
    expect(waiting).to_be_visible()
    page.reload()
    bus.tablet.button(re.compile(NURSE)).click()
    expect(waiting).to_be_visible()
    expect(page.get_by_label("Phrase de passe")).to_be_enabled(timeout=70_000)
    page.get_by_label("Phrase de passe").fill(PASSPHRASES["nurse"])
    bus.tablet.button("Ouvrir").click()
    bus.tablet.at_home()


def test_the_recovery_code_replaces_a_forgotten_passphrase_without_network(bus: Bus) -> None:
    bus.tablet.lock()
    page = bus.tablet.page
    bus.tablet.button(re.compile(NURSE)).click()
    bus.tablet.button("J’ai oublié").click()
    page.get_by_label("Code de secours").fill(bus.recovery)
    again = "deux phares rouges et sept rochers gris"
    page.get_by_label("Choisissez une phrase de passe").fill(again)
    page.get_by_label("La même phrase de passe").fill(again)
    bus.tablet.button("Remplacer la phrase de passe").click()
    page.get_by_label("Je l’ai noté").check()
    bus.tablet.button("Continuer").click()
    bus.tablet.at_home()
    bus.reboot()
    bus.tablet.unlock(NURSE, again)
