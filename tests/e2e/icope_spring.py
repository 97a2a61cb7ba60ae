"""The follow-up of the ICOPE story: another nurse finds the person without network, and compares."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e import accessibility
from tests.e2e.answers import NO, Chosen, Typed
from tests.e2e.icope_answers import (
    AGAIN,
    BEGINNING,
    IDENTITY,
    ORIENTED,
    SERENE,
    STATES_AGAIN,
)
from tests.e2e.icope_phone import Phone


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
        expect(before.get_by_role("row", name=re.compile(row, re.DOTALL))).to_be_visible()
    # Of one day and one nurse: said once.
    expect(before.get_by_role("columnheader", name=re.compile("La dernière fois"))).to_contain_text(
        "Alex Fictif"
    )
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
    taken = maxime.question("previous.locomotion")
    expect(taken).to_contain_text("Repris de ce que l’équipe sait")
    expect(taken).not_to_contain_text("Confirmé")
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
    seen_at_review(maxime, screenshots, inspected)
    return told


def seen_at_review(maxime: Phone, screenshots: Path, inspected: dict[str, list[str]]) -> None:
    """Then and now, side by side, before the signature: on the phone's own width."""
    page = maxime.page
    maxime.review()
    compared = page.get_by_test_id("previous")
    expect(compared.get_by_role("row", name=re.compile("Locomotion"))).to_contain_text("A changé")
    expect(compared.get_by_role("row", name=re.compile("Nutrition"))).to_contain_text("A changé")
    expect(compared.get_by_role("row", name=re.compile("Vision"))).to_contain_text("Inchangé")
    # Which words were dictated changes each time, and says nothing of the person.
    expect(compared.get_by_role("row", name=re.compile("Liste de mots"))).not_to_contain_text("A changé")
    page.screenshot(path=screenshots / "icope-compared-360.png", full_page=True)
    inspected["compared"] = accessibility.problems(page)
    maxime.button("Revenir au formulaire").click()


def confirm(nurse: Phone, link_id: str) -> None:
    """Say that what the team knew still holds."""
    nurse.question(link_id).get_by_role("button", name=re.compile("^Confirmer")).click()
