"""An ICOPE step 1 at home, on a phone without network; step 2 refused; six months later, another nurse.

The phone is 360 px wide; its network is cut and the server is down while anybody answers.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e import accessibility
from tests.e2e.answers import NO, YES, Chosen, Typed
from tests.e2e.browser import Browser
from tests.e2e.bus_answers import today
from tests.e2e.bus_hours import Hours
from tests.e2e.coordination import PASSWORD, Coordination
from tests.e2e.icope_answers import (
    AGAIN,
    BEGINNING,
    FIRST,
    IDENTITY,
    ORIENTED,
    REFUSED_BECAUSE,
    SERENE,
    STATES_AGAIN,
    STATES_FIRST,
)
from tests.e2e.icope_office import read_the_record, the_figures, the_refusal_is_followed
from tests.e2e.icope_phone import Phone
from tests.e2e.tablet import PASSPHRASES
from tests.support.server_process import ServerProcess

ALEX, MAXIME = "infirmière libérale", "infirmier libéral"


@pytest.fixture
def server(tmp_path: Path) -> ServerProcess:
    return ServerProcess(tmp_path)


def test_step_1_is_refused_its_step_2_and_followed_by_another_nurse(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    hours = Hours(server, today())
    spring = hours.day + timedelta(days=182)
    inspected: dict[str, list[str]] = {}
    hours.at(8)
    server.start()
    alex = Phone(new_browser("alex"), hours)
    hours.at(8, 30)
    alex.enrol(server.enrolment_link("ICOPE"), "Téléphone d’Alex")
    alex.create_access(ALEX, PASSPHRASES["nurse"])

    # The round begins: no network, and the server is down.
    alex.browser.offline(cut=True)
    server.stop()
    person, told = the_first_step_1(alex, screenshots, inspected)
    alex.seal()
    alex.expect_state("1 fiche sur la tablette")

    # The network comes back: the coordinator reads what the phone showed.
    hours.at(11)
    server.start()
    alex.browser.offline(cut=False)
    alex.unlock(ALEX, PASSPHRASES["nurse"])
    alex.expect_state("tout est reçu|aucune fiche en attente")
    desk_browser = new_browser("desk")
    desk = Coordination(desk_browser.open(viewport={"width": 1280, "height": 800}), server.origin)
    hours.browsers.append(desk_browser)
    desk.log_in("clinique", server.one_time_password("clinique"))
    read_the_record(desk, person, hours.day, STATES_FIRST | told, screenshots)
    expect(desk.main).to_contain_text(REFUSED_BECAUSE)
    the_refusal_is_followed(desk, person, told, screenshots)
    alex.browser.close()
    hours.browsers.remove(alex.browser)
    hours.tablets.remove(alex)

    # Six months later, another nurse of the team has a phone of her own.
    hours.at(9, day=spring)
    maxime = Phone(new_browser("maxime"), hours)
    hours.at(9, 5, day=spring)
    maxime.enrol(server.enrolment_link("ICOPE"), "Téléphone de Maxime")
    maxime.create_access(MAXIME, PASSPHRASES["doctor"])
    found = known(maxime, person)
    expect(found).to_be_visible(timeout=60_000)
    maxime.browser.offline(cut=True)
    server.stop()
    told_again = the_follow_up(maxime, person, screenshots, inspected)
    maxime.seal()

    # The coordinator sees both, and the follow-up is counted.
    hours.at(11, day=spring)
    server.start()
    maxime.browser.offline(cut=False)
    maxime.unlock(MAXIME, PASSPHRASES["doctor"])
    maxime.expect_state("tout est reçu|aucune fiche en attente")
    desk.log_in_again("clinique", PASSWORD)
    read_the_record(desk, person, spring, STATES_AGAIN | told_again, screenshots)
    read_the_record(desk, person, hours.day, STATES_FIRST | told, screenshots)
    the_figures(desk, person, (hours.day, spring), screenshots)
    assert {} == {screen: found for screen, found in inspected.items() if found}


def the_first_step_1(
    alex: Phone, screenshots: Path, inspected: dict[str, list[str]]
) -> tuple[str, dict[str, str]]:
    """Somebody expected on the round; return their name, and what the phone calculated, by label."""
    page = alex.page
    alex.begin_expected("FICTIF")
    person = page.get_by_test_id("identity").locator("strong").first.inner_text()
    alex.fill(IDENTITY | BEGINNING)

    # The recall is shut for three minutes; the form goes on meanwhile.
    alex.go_to("recall")
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"Rappel dans 2\smin\s\d\d"))
    expect(alex.question("recall.recalled")).not_to_be_visible()
    page.screenshot(path=screenshots / "icope-recall-shut-360.png")
    inspected["recall, shut"] = accessibility.problems(page)

    # One question in the person's own view, large.
    alex.go_to("orientation")
    alex.button("Vue pour la personne").click()
    view = page.get_by_role("dialog")
    expect(view.get_by_role("heading")).to_contain_text("Avez-vous des problèmes de mémoire")
    page.screenshot(path=screenshots / "icope-person-view-360.png")
    inspected["person's view"] = accessibility.problems(page)
    view.get_by_role("radio", name="Non").check()
    view.get_by_role("button", name="Revenir à la vue du professionnel").click()
    alex.fill(ORIENTED | FIRST)

    # The stopwatch, started and stopped: fifteen seconds are too slow.
    alex.go_to("locomotion")
    alex.answer("locomotion.possible", Chosen(("Les cinq, sans les bras",)))
    watch = alex.question("locomotion.time")
    watch.get_by_role("button", name="Démarrer").click()
    expect(watch.get_by_role("timer")).to_be_visible()
    alex.later(15.2)
    page.screenshot(path=screenshots / "icope-stopwatch-360.png")
    watch.get_by_role("button", name="Arrêter").click()
    expect(watch.get_by_role("textbox")).to_have_value(re.compile(r"^(1[5-9]|[2-9]\d),\d$"))
    expect(alex.calculated("locomotion.state")).to_have_text("Altéré : alerte")
    expect(alex.question("locomotion.state")).to_contain_text("Règle : Altéré : les cinq levers")
    expect(alex.question("locomotion.state")).to_contain_text("Source : OMS, ICOPE étape 1")
    page.screenshot(path=screenshots / "icope-locomotion-360.png", full_page=True)
    inspected["locomotion"] = accessibility.problems(page)

    # Suicidal words: 3114 and 15 at once. Misheard, and taken back.
    alex.go_to("mood")
    alex.answer("mood.suicidal", YES)
    urgent = page.get_by_role("alert").filter(has_text="3114")
    expect(urgent.get_by_role("link", name=re.compile("3114"))).to_have_attribute("href", "tel:3114")
    expect(urgent.get_by_role("link", name=re.compile(r"\b15\b"))).to_have_attribute("href", "tel:15")
    expect(alex.calculated("mood.state")).to_have_text("Altéré : alerte")
    page.screenshot(path=screenshots / "icope-urgent-360.png")
    inspected["urgent"] = accessibility.problems(page)
    alex.fill(SERENE)
    expect(urgent).not_to_be_visible()
    expect(alex.question("mood.urgent_contact")).not_to_be_visible()

    the_recall(alex, screenshots, inspected)
    assert STATES_FIRST == alex.states()
    told = alex.results()
    assert told["Alertes"] == "2"
    assert told["Domaines évalués, sur six"] == "6"
    assert told["Étape 2 à proposer"] == "Oui"
    judged(alex, screenshots, inspected)

    # Step 2 is proposed, and refused: the person says why.
    alex.fill(
        {
            "step2.decision": Chosen(("Refusée",)),
            "step2.decided_by": Chosen(("La personne avec",)),
            "step2.reason": Typed(REFUSED_BECAUSE),
            "monitor.gp_informed": Chosen(("À informer",)),
            "monitor.entry": Chosen(("À faire",)),
        }
    )
    alex.review()
    page.screenshot(path=screenshots / "icope-review-360.png", full_page=True)
    inspected["review"] = accessibility.problems(page)
    alex.button("Revenir au formulaire").click()
    return person, told


def judged(nurse: Phone, screenshots: Path, inspected: dict[str, list[str]]) -> None:
    """The results are validated; only then is there a page for the person, in large type."""
    page, sheet = nurse.page, nurse.page.get_by_role("dialog")
    nurse.go_to("results")
    nurse.button("La page de la personne").click()
    expect(sheet).to_contain_text("Le professionnel n’a pas encore dit s’il valide")
    expect(sheet.get_by_role("button", name="Imprimer")).not_to_be_visible()
    sheet.get_by_role("button", name="Fermer la page").click()
    page.screenshot(path=screenshots / "icope-results-360.png", full_page=True)
    inspected["results"] = accessibility.problems(page)
    nurse.answer("results.review", Chosen(("Je les valide",)))
    nurse.button("La page de la personne").click()
    expect(sheet.get_by_role("button", name="Imprimer")).to_be_visible()
    for said in ("Votre mémoire", "Vos mouvements", "Votre alimentation", "Votre vue", "Votre audition"):
        expect(sheet.get_by_role("heading", name=said)).to_be_visible()
    expect(sheet).not_to_contain_text("Altéré")
    size = (
        sheet.get_by_role("listitem").first.locator("p.said").evaluate("(p) => getComputedStyle(p).fontSize")
    )
    assert float(size.removesuffix("px")) >= 20, size
    page.screenshot(path=screenshots / "icope-page-360.png")
    inspected["person's page"] = accessibility.problems(page)
    sheet.get_by_role("button", name="Fermer la page").click()


def the_recall(alex: Phone, screenshots: Path, inspected: dict[str, list[str]]) -> None:
    """The three words are asked for when three minutes have passed: somebody is brought back to them."""
    page = alex.page
    alex.go_to("mood")
    alex.button("Suivant").click()
    alex.on_screen("cognition")
    expect(alex.calculated("cognition.state")).to_have_text("Incomplet : à terminer")
    alex.later(180)
    prompt = page.get_by_role("alert").filter(has_text="C’est le moment : Rappel des trois mots")
    expect(prompt).to_be_visible()
    page.screenshot(path=screenshots / "icope-recall-due-360.png")
    inspected["recall, due"] = accessibility.problems(page)
    prompt.get_by_role("button", name="Y aller").click()
    alex.on_screen("recall")
    expect(page.get_by_text("Liste A : fleur, porte, riz")).to_be_visible()
    alex.answer("recall.recalled", Chosen(("Les trois",)))
    seconds = int(re.sub(r"\D", "", alex.calculated("recall.seconds").inner_text()))
    assert 180 <= seconds < 900
    alex.button("Suivant").click()
    alex.on_screen("cognition")
    expect(alex.calculated("cognition.state")).to_have_text("Normal")


def known(nurse: Phone, person: str) -> Locator:
    """Search for a person whom the team knows, and return their line."""
    nurse.page.get_by_label("Chercher une fiche de l’équipe").fill(person)
    return nurse.page.get_by_test_id("people-found").get_by_role("button", name=re.compile(re.escape(person)))


def the_follow_up(
    maxime: Phone, person: str, screenshots: Path, inspected: dict[str, list[str]]
) -> dict[str, str]:
    """The same person, found without network; return what the phone calculated, by label."""
    page = maxime.page
    known(maxime, person).click()
    before = page.get_by_test_id("previous")
    for row in ("Locomotion.*Altéré", "Nutrition.*Normal", "Vision.*Altéré", "L’étape 2 est.*Refusée"):
        expect(before.get_by_role("row", name=re.compile(row, re.DOTALL))).to_contain_text("Alex Fictif")
    page.screenshot(path=screenshots / "icope-dossier-360.png", full_page=True)
    inspected["dossier"] = accessibility.problems(page)
    maxime.button("Commencer une fiche").click()
    maxime.go_to("identity")
    maxime.fill({name: entry for name, entry in IDENTITY.items() if name != "identity.legal_status"})
    confirm(maxime, "identity.legal_status")
    for link_id in ("visit.commune", "visit.attending_gp", "visit.attending_gp_name"):
        maxime.go_to("visit")
        confirm(maxime, link_id)

    # What the last nurse found stands beside, and answers for the comparison.
    maxime.go_to("previous")
    expect(maxime.calculated("previous.kind")).to_have_text("Un suivi")
    page.screenshot(path=screenshots / "icope-previous-360.png", full_page=True)
    inspected["previous"] = accessibility.problems(page)
    maxime.answer("previous.step2_done", NO)
    maxime.fill({k: v for k, v in BEGINNING.items() if not k.startswith("visit.")})
    maxime.go_to("words")
    expect(maxime.calculated("words.list")).to_have_text("Liste B : table, citron, soleil")
    page.screenshot(path=screenshots / "icope-words-360.png", full_page=True)
    maxime.fill({"orientation.complaint": NO} | ORIENTED | AGAIN | SERENE)
    maxime.later(180)
    maxime.go_to("recall")
    expect(page.get_by_text("Liste B : table, citron, soleil")).to_be_visible()
    maxime.answer("recall.recalled", Chosen(("Les trois",)))
    assert STATES_AGAIN == maxime.states()
    told = maxime.results()
    assert told["Alertes"] == "2"
    assert told["Nouvelles alertes depuis la dernière étape 1"] == "1"
    maxime.fill(
        {
            "results.worsened": Chosen(("Aucun",)),
            "results.review": Chosen(("Je les valide",)),
            "step2.decision": Chosen(("Acceptée",)),
            "step2.decided_by": Chosen(("La personne",)),
            "step2.by": Chosen(("Médecin traitant",)),
            "monitor.gp_informed": Chosen(("À informer",)),
            "monitor.entry": Chosen(("Faite",)),
        }
    )
    day = page.evaluate("() => new Date().toLocaleDateString('fr-FR')")
    maxime.answer("monitor.entered_on", Typed(day))
    maxime.review()
    compared = page.get_by_test_id("previous")
    expect(compared.get_by_role("row", name=re.compile("Locomotion"))).to_contain_text("A changé")
    expect(compared.get_by_role("row", name=re.compile("Nutrition"))).to_contain_text("A changé")
    expect(compared.get_by_role("row", name=re.compile("Vision"))).to_contain_text("Inchangé")
    page.screenshot(path=screenshots / "icope-compared-360.png", full_page=True)
    inspected["compared"] = accessibility.problems(page)
    maxime.button("Revenir au formulaire").click()
    return told


def confirm(nurse: Phone, link_id: str) -> None:
    """Say that what the team knew still holds."""
    nurse.question(link_id).get_by_role("button", name=re.compile("^Confirmer")).click()
