"""A teleconsultation whose tablet is lost: taken up again on another, with every way a doctor's link ends."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import accessibility
from tests.e2e import remote_answers as said
from tests.e2e.answers import Chosen, Sheet, Typed
from tests.e2e.browser import Browser
from tests.e2e.coordination import Coordination
from tests.e2e.remote_doctor import PHONE, RemoteDoctor
from tests.e2e.tablet import PASSPHRASES
from tests.e2e.test_a_teleconsultation_that_drops import (
    CAMPAIGN,
    NURSE,
    WHOLE,
    CareHomeTablet,
    Problems,
    the_link,
    the_request,
)
from tests.e2e.test_not_blind_offline import expected, known
from tests.support.server_process import ServerProcess

TEAM = "Résidence Les Tilleuls (EHPAD)"
TRIES = 5
BY_TELEPHONE: Sheet = (
    said.BEFORE_THE_CUT
    | said.AFTER_THE_CUT
    | said.CLOSED
    | {
        "outcome.main": Chosen(("Conseil",)),
        "outcome.answer": Chosen(("Une première réponse",)),
        "outcome.notes": Typed("Dit au téléphone : hydratation, rappeler demain."),
    }
)
"""What the nurse writes herself: the doctor has not answered the link yet."""


def another_card(desk: Coordination) -> str:
    """Make one more enrolment card of the care home's team; return its link."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/tablettes")
    page.get_by_label("Équipe").select_option(label=TEAM)
    page.get_by_label("Campagne").select_option(label=CAMPAIGN)
    page.get_by_label("Nom de l’appareil").fill("Tilleuls 2")
    page.get_by_role("button", name="Créer la carte").click()
    return page.locator("textarea").input_value()


def test_another_tablet_takes_it_up_and_links_end(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    inspected = Problems()
    desk = Coordination(new_browser("desk").open(viewport={"width": 1280, "height": 800}), server.origin)
    desk.log_in("clinique", server.one_time_password("clinique"))
    card = another_card(desk)

    # The first tablet sends the request, makes a link – and is lost.
    first_browser = new_browser("first")
    first = CareHomeTablet(first_browser.open())
    first.enrol(server.enrolment_link(CAMPAIGN), "Tilleuls 1")
    first.create_access(NURSE, PASSPHRASES["nurse"])
    name = expected(first, 0)
    the_request(first, name)
    url, code = the_link(first, inspected, screenshots)

    # Five wrong codes lock it, for the right one too; the tablet says so.
    doctor = RemoteDoctor(new_browser("doctor").open(viewport=PHONE))
    doctor.page.goto(url)
    for left in range(TRIES - 1, -1, -1):
        doctor.give_code(f"{(int(code) + 1 + left) % 10**6:06}")
        if left:
            expect(doctor.page.get_by_role("alert")).to_contain_text(f"Il reste {left} essai")
    doctor.titled("Ce lien est bloqué")
    inspected["locked"] = accessibility.problems(doctor.page)
    expect(first.page.get_by_text("Lien bloqué après cinq codes faux")).to_be_visible()
    first_browser.kill()

    # The other tablet has the request, and makes a link of its own.
    other_browser = new_browser("other")
    other = CareHomeTablet(other_browser.open())
    other.enrol(card, "Tilleuls 2")
    other.create_access(NURSE, PASSPHRASES["nurse"])
    other.expect_state(WHOLE)
    known(other, name.split()[0], name).click()
    other.button("Lire la fiche").click()
    expect(other.page.get_by_text(said.REASON)).to_be_visible()
    other.page.screenshot(path=screenshots / "remote-taken-up.png", full_page=True)
    other.button("Lien pour le médecin").click()
    other.button("Créer le lien").click()
    url = other.page.get_by_test_id("address").inner_text()
    code = re.sub(r"\D", "", other.page.get_by_test_id("code").inner_text())
    doctor.page.goto(url)
    doctor.give_code(code)
    doctor.titled("Demande d’avis")

    # It closes the act with what was said by telephone, before the doctor answers the link.
    other.button("Retour").click()
    other.button(re.compile("^Écrire la suite")).click()
    other.fill(BY_TELEPHONE)
    other.review()
    other.sign()
    other.expect_state(WHOLE)

    # The answer that comes after is taken, and stands beside the signed record, there and at the desk.
    doctor.page.get_by_label("Avis et consignes").fill(said.ADVICE)
    doctor.choose("Issue principale", "Conseil")
    doctor.choose("Ce que l’acte a permis", "Une première réponse")
    doctor.send()
    doctor.titled("Réponse transmise")
    expect(other.page.get_by_test_id("opinion")).to_contain_text(said.ADVICE, timeout=60_000)
    desk.open_record_of(name)
    expect(desk.main).to_contain_text("Dit au téléphone")
    opinion = desk.page.get_by_role("region", name="Avis du médecin à distance")
    expect(opinion).to_contain_text(said.ADVICE)
    desk.page.screenshot(path=screenshots / "remote-after-signing.png", full_page=True)

    # Another opinion is asked for, and nobody opens that link in its day.
    other.button("Lien pour le médecin").click()
    other.button(re.compile("^Demander un autre avis")).click()
    url = other.page.get_by_test_id("address").inner_text()
    server.stop()
    server.shift_s = timedelta(hours=25).total_seconds()
    server.start()
    doctor.page.goto(url)
    doctor.titled("Ce lien est fermé")
    expect(doctor.main).not_to_contain_text(name)
    inspected["expired"] = accessibility.problems(doctor.page)
    assert {} == {screen: problems for screen, problems in inspected.items() if problems}
