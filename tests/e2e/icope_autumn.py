"""The first step 1 of the ICOPE story, on the phone: what is timed, delayed, urgent, said to the person."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import accessibility
from tests.e2e.answers import YES, Chosen, Typed
from tests.e2e.icope_answers import (
    BEGINNING,
    FIRST,
    IDENTITY,
    ORIENTED,
    REFUSED_BECAUSE,
    SERENE,
    STATES_FIRST,
)
from tests.e2e.icope_phone import Phone


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
    the_page_says_what_comes_next(alex, told["Prochaine étape 1"], screenshots)
    return person, told


def the_page_says_what_comes_next(nurse: Phone, due: str, screenshots: Path) -> None:
    """The person goes home with the day of the next step 1, and with what they answered about step 2."""
    page, sheet = nurse.page, nurse.page.get_by_role("dialog")
    nurse.go_to("step2")
    nurse.button("La page de la personne").click()
    lines = sheet.locator("[data-page-lines]")
    day, _, year = due.split("/")
    expect(lines).to_contain_text(re.compile(rf"Votre prochaine étape 1\s*{int(day)}\S* \w+ {year}"))
    expect(lines).to_contain_text(re.compile(r"Un bilan plus complet \(étape 2\)\s*Non, je refuse"))
    expect(lines).to_contain_text(re.compile(r"Réponse donnée par\s*Vous, avec votre aidant"))
    lines.scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "icope-page-next-360.png")
    sheet.get_by_role("button", name="Fermer la page").click()


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
