"""Every screen of the tablet, at the three widths that our users hold: axe finds nothing, nothing overflows.

The coordinators' pages are in ``tests/server/web/test_accessibility.py``.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import accessibility
from tests.e2e.answers import CONCLUSION, RECEPTION, VITALS, YES, Chosen, Typed, person
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, PIN, SECTIONS, Tablet
from tests.support.server_process import ServerProcess


class Inspection:
    """Looks at screens one after another, and remembers what is wrong with which."""

    def __init__(self, tablet: Tablet) -> None:
        self.tablet = tablet
        self.found: dict[str, list[str]] = {}

    def look(self, screen: str) -> None:
        """Let axe read the screen as it stands."""
        if problems := accessibility.problems(self.tablet.page):
            self.found[screen] = problems


def rows_of(page: Page) -> int:
    """How many rows the header's parts stand in."""
    middles: list[float] = page.evaluate(
        """() => [...document.querySelectorAll('.bar > *')].map((each) => {
            const { top, bottom } = each.getBoundingClientRect();
            return (top + bottom) / 2;
        })"""
    )
    return len({round(middle / 24) for middle in middles})


def test_axe_finds_nothing_on_any_screen_of_the_tablet(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    tablet = Tablet(new_browser("tablet").open())
    page = tablet.page
    inspection = Inspection(tablet)

    page.goto(f"{server.origin}/tablette/")
    expect(tablet.heading("Inscrire cette tablette")).to_be_visible()
    inspection.look("no card")
    page.goto(server.enrolment_link()[:-40])
    expect(tablet.heading("Ce lien d’inscription ne se lit pas")).to_be_visible()
    inspection.look("torn card")
    page.goto(server.enrolment_link())
    expect(page.get_by_label("Nom de cette tablette")).to_be_visible()
    inspection.look("card")
    tablet.enrol(server.enrolment_link())
    inspection.look("members")
    tablet.button(re.compile("médecin")).click()
    expect(page.get_by_label("Choisissez une phrase de passe")).to_be_visible()
    page.get_by_label("Choisissez une phrase de passe").fill("trop court")
    inspection.look("new access")
    tablet.button("Annuler").click()
    tablet.create_access("médecin", PASSPHRASES["doctor"])
    page.screenshot(path=screenshots / "home.png")
    inspection.look("home")
    # On a telephone the display's button is its drawing, beside the name: two rows, not three.
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 800})
    assert rows_of(page) == 2
    expect(tablet.button("Plein soleil")).to_be_visible()
    if size is not None:
        page.set_viewport_size(size)
    tablet.button("À propos").click()
    expect(tablet.heading("À propos")).to_be_visible()
    inspection.look("about")
    tablet.button("Retour").click()
    tablet.button("Prêt à partir").click()
    expect(page.get_by_text("Liste du jour")).to_be_visible()
    page.screenshot(path=screenshots / "ready.png", full_page=True)
    inspection.look("ready to leave")
    tablet.button("Retour").click()
    tablet.button(re.compile("^Changer le statut")).first.click()
    page.get_by_role("dialog").get_by_role("radio", name="Parti").check()
    inspection.look("status")
    page.keyboard.press("Escape")
    tablet.button("Noter une venue sans fiche").click()
    page.get_by_role("radio", name="Elle n’est pas reçue").check()
    inspection.look("walk-in without a record")
    page.keyboard.press("Escape")
    tablet.button("Clore l’escale").click()
    page.get_by_role("radio", name="Quelqu’un d’autre").check()
    page.screenshot(path=screenshots / "closing.png", full_page=True)
    inspection.look("closing")
    tablet.button("Retour").click()
    tablet.button("Cosigner").click()
    expect(tablet.heading("Cosigner les fiches de l’escale")).to_be_visible()
    inspection.look("nothing to co-sign")
    tablet.button("Retour").click()

    tablet.begin_walk_in()
    tablet.fill(person("Bruyère", "Anne-Sophie", "12/11/1983") | RECEPTION | VITALS | CONCLUSION)
    tablet.go_to("vitals")
    tablet.answer("vitals.hr", Typed("900"))
    tablet.answer("vitals.temp", Typed("41,5"))
    page.screenshot(path=screenshots / "vitals.png")
    tablet.fill({"identity.legal_status": Chosen(("Mineur",)), "representative.secrecy": YES})
    for section in SECTIONS:
        tablet.go_to(section)
        inspection.look(f"capture: {section}")
    tablet.fill({"identity.legal_status": Chosen(("Majeur, sans mesure",))})
    tablet.review()
    inspection.look("review with faults")
    tablet.button("Revenir au formulaire").click()
    tablet.fill({"vitals.hr": Typed("72"), "vitals.temp": Typed("37,2")})
    tablet.button("Pause").click()
    expect(page.get_by_label("Code PIN")).to_be_visible()
    inspection.look("veil")
    page.get_by_label("Code PIN").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code PIN")).not_to_be_visible()
    tablet.review()
    inspection.look("review")
    tablet.button("Signer et sceller").click()
    expect(tablet.heading("Fiche signée et scellée")).to_be_visible()
    inspection.look("sealed")
    tablet.button("Relire la fiche").click()
    expect(tablet.heading("Fiche signée")).to_be_visible()
    inspection.look("record")
    tablet.button("Corriger").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    inspection.look("correction asked")
    page.keyboard.press("Escape")
    tablet.lock()
    tablet.button("Prêt à partir").click()
    expect(page.get_by_text("Ouvrez votre accès.").first).to_be_visible()
    inspection.look("ready to leave, locked")
    tablet.button("Retour").click()
    tablet.button(re.compile("médecin")).click()
    expect(page.get_by_label("Phrase de passe")).to_be_visible()
    inspection.look("unlock")
    tablet.button("J’ai oublié").click()
    expect(page.get_by_label("Code de secours")).to_be_visible()
    inspection.look("recovery")

    assert {} == inspection.found


def test_capture_says_why_it_does_not_start_without_persistent_storage(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    tablet = Tablet(new_browser("tablet").open(persistent_storage="denied"))
    tablet.enrol(server.enrolment_link())
    tablet.create_access("médecin", PASSPHRASES["doctor"])
    tablet.button("Sans rendez-vous").click()
    expect(tablet.page.get_by_text("Aucune fiche ne peut commencer sur cette tablette")).to_be_visible()
    expect(tablet.page.get_by_text("Installez Escale")).to_be_visible()
    assert 0 == tablet.page.get_by_role("navigation", name="Étapes de la fiche").count()
    assert [] == accessibility.problems(tablet.page)


@pytest.mark.parametrize(
    ("typed", "question", "proposal", "shown"),
    [
        ("13/8", "vitals.sbp", "130", {"vitals.sbp": "130", "vitals.dbp": "80"}),
        ("1,72", "vitals.height", "172", {"vitals.height": "172"}),
    ],
)
def test_what_hands_are_used_to_typing_is_understood_after_a_question(
    server: ServerProcess,
    new_browser: Callable[[str], Browser],
    typed: str,
    question: str,
    proposal: str,
    shown: dict[str, str],
) -> None:
    tablet = Tablet(new_browser("tablet").open())
    tablet.enrol(server.enrolment_link())
    tablet.create_access("médecin", PASSPHRASES["doctor"])
    tablet.begin_walk_in()
    tablet.answer("identity.mode", Chosen(("Refusée",)))
    tablet.go_to("vitals")
    tablet.question(question).get_by_role("textbox").fill(typed)
    tablet.question(question).get_by_role("button", name=re.compile(proposal)).click()
    for link_id, value in shown.items():
        expect(tablet.question(link_id).get_by_role("textbox")).to_have_value(value)
