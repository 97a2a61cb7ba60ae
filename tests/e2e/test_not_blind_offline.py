"""Without network, whoever sees a person again knows what the team knows, and takes none for another."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e import accessibility
from tests.e2e.answers import CONCLUSION, RECEPTION, VITALS, Absent, Chosen, Sheet, Typed, person
from tests.e2e.browser import TABLET, Browser
from tests.e2e.coordination import Coordination
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

DOCTOR, NURSE = "médecin", "infirmière"
GASPARD = person("Dolmen", "Gaspard", "03/04/1958", "Masculin")
CHECKED: Sheet = {
    name: GASPARD[name]
    for name in ("identity.mode", "identity.birth_place", "identity.document", "identity.legal_status")
}
"""What the roster does not say of an expected person's identity."""
FIRST_VISIT: Sheet = {
    "history.allergies_status": Chosen(("Oui",)),
    "history.allergies": Typed("Pénicilline"),
    "history.conditions_status": Absent("Inconnu"),
}


def known(tablet: Tablet, typed: str, name: str) -> Locator:
    """Search at home and return the line of a person known to the team."""
    tablet.page.get_by_label("Chercher une fiche de l’équipe").fill(typed)
    return tablet.page.get_by_test_id("people-found").get_by_role("button", name=re.compile(name))


def row(tablet: Tablet, name: str) -> Locator:
    """Return the line of a person in the day's list."""
    return tablet.page.get_by_role("button", name=re.compile(rf"^\s*\d\d:\d\d\s+{name}"))


def expected(tablet: Tablet, index: int) -> str:
    """Return the name of somebody expected at the stop on screen."""
    shown = row(tablet, "FICTIF").nth(index).inner_text()
    return re.sub(r"^\s*\d\d:\d\d\s*", "", shown).split("\n")[0].strip()


def in_sight(tablet: Tablet, *words: str) -> None:
    """Expect name, birth date, age and commune where every screen of a visit has them."""
    banner = tablet.page.get_by_test_id("identity").first
    for word in words:
        expect(banner).to_contain_text(word)
    expect(banner).to_be_in_viewport()


def test_a_person_seen_again_without_network_a_homonym_and_a_wrong_person(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    """Carried forward and confirmed; homonyms warn; the wrong person is put right; a death is noted."""
    browser = new_browser("tablet")
    tablet = Tablet(browser.open())
    page = tablet.page
    inspected: dict[str, list[str]] = {}
    tablet.enrol(server.enrolment_link())
    tablet.create_access(DOCTOR, PASSPHRASES["doctor"])

    # A first visit, and its summary comes back from central.
    tablet.begin_walk_in()
    tablet.fill(GASPARD | RECEPTION | FIRST_VISIT | VITALS | CONCLUSION)
    tablet.seal()
    tablet.expect_state("tout est reçu|aucune fiche en attente")
    expect(known(tablet, "dolmen", "DOLMEN")).to_be_visible(timeout=60_000)

    # No network any more.
    browser.offline(cut=True)
    server.stop()

    # The person comes back: allergies first, each fact with its day and author, unknown told as no answer.
    inspected["search"] = accessibility.problems(page)
    known(tablet, "dolmen", "DOLMEN").click()
    expect(tablet.heading(re.compile("Dossier de DOLMEN GASPARD"))).to_be_visible()
    in_sight(tablet, "DOLMEN GASPARD", "03/04/1958", "ans", "Belmont-de-la-Loire")
    summary = page.get_by_role("main")
    expect(summary.get_by_role("region", name="Allergies")).to_contain_text("Pénicilline")
    expect(summary.get_by_role("region", name="Allergies")).to_contain_text("Fictif")
    expect(summary.get_by_role("region", name="Antécédents")).to_contain_text("aucune réponse connue")
    expect(summary.get_by_role("row", name=re.compile("systolique"))).to_contain_text("128")
    page.screenshot(path=screenshots / "person.png", full_page=True)
    inspected["summary"] = accessibility.problems(page)

    # What is known answers nothing until somebody confirms it.
    tablet.button("Commencer une fiche").click()
    in_sight(tablet, "DOLMEN GASPARD", "03/04/1958")
    tablet.go_to("identity")
    expect(page.get_by_text("Vérifiez l’identité avec la personne")).to_be_visible()
    tablet.answer("identity.mode", Chosen(("Complète",)))
    expect(tablet.question("identity.birth_name").get_by_role("textbox")).to_have_value("DOLMEN")
    tablet.answer("identity.document", Chosen(("Aucun document",)))
    legal = tablet.question("identity.legal_status")
    expect(legal).to_contain_text("Majeur, sans mesure de protection")
    legal.get_by_role("button", name=re.compile("^Confirmer")).click()
    tablet.review()
    in_sight(tablet, "DOLMEN GASPARD", "03/04/1958")
    expect(page.get_by_role("button", name=re.compile("Aller à «.Allergies.»"))).to_be_visible()
    tablet.button("Revenir au formulaire").click()
    tablet.go_to("history")
    expect(tablet.question("history.allergies_status")).to_contain_text("Dr Camille Fictif")
    page.screenshot(path=screenshots / "carried.png", full_page=True)
    inspected["carried forward"] = accessibility.problems(page)
    page.set_viewport_size({"width": 360, "height": 740})
    in_sight(tablet, "DOLMEN GASPARD", "03/04/1958", "Belmont-de-la-Loire")
    page.screenshot(path=screenshots / "carried-360.png")
    page.set_viewport_size({"width": TABLET["width"], "height": TABLET["height"]})
    tablet.button(re.compile(r"^Tout confirmer \(3\)")).click()
    expect(tablet.question("history.allergies")).to_contain_text("Pénicilline")
    expect(tablet.question("history.allergies")).to_contain_text("Confirmé aujourd’hui")
    expect(tablet.question("history.conditions_status").get_by_role("radio").first).not_to_be_checked()
    tablet.answer("history.conditions_status", Chosen(("Aucun antécédent",)))
    tablet.go_to("visit")
    commune = tablet.question("visit.commune")
    expect(commune).to_contain_text("Belmont-de-la-Loire")
    commune.get_by_role("button", name=re.compile("^Confirmer")).click()
    tablet.fill(
        {name: entry for name, entry in RECEPTION.items() if name.split(".")[0] in {"visit", "reasons"}}
        | VITALS
        | {"vitals.sbp": Typed("141"), "vitals.weight": Typed("63")}
        | CONCLUSION
    )
    tablet.review()
    tablet.button("Signer et sceller").click()
    expect(tablet.heading("Fiche signée et scellée")).to_be_visible()
    in_sight(tablet, "DOLMEN GASPARD", "03/04/1958")
    tablet.button("Retour à l’escale").click()

    # A homonym: it warns, nothing is decided, and the mark stays beside the name.
    tablet.begin_walk_in()
    tablet.fill(person("Dolmen", "Gaspard", "04/03/1958", "Masculin"))
    alike = page.get_by_test_id("alike")
    expect(alike).to_contain_text("jour et mois de naissance inversés")
    expect(alike).to_contain_text("Belmont-de-la-Loire")
    page.screenshot(path=screenshots / "homonym.png", full_page=True)
    inspected["homonym"] = accessibility.problems(page)
    for button in alike.get_by_role("button", name=re.compile("C’est une autre personne")).all()[::-1]:
        button.click()
    expect(alike).not_to_be_visible()
    in_sight(tablet, "Homonyme possible", "04/03/1958")
    tablet.fill(RECEPTION | CONCLUSION)
    expect(page.get_by_text("Ce que l’équipe sait déjà")).not_to_be_visible()
    tablet.seal()

    # Somebody who came as a walk-in is expected: chosen, the record joins their visit.
    joined = expected(tablet, 2)
    tablet.begin_walk_in()
    name, given = joined.rsplit(" ", 1)
    tablet.answer("identity.mode", Chosen(("Partielle",)))
    tablet.answer("identity.birth_name", Typed(name))
    tablet.answer("identity.first_given_name", Typed(given))
    expect(alike).to_contain_text("Attendue aujourd’hui")
    alike.get_by_role("button", name=re.compile("C’est cette personne")).click()
    expect(alike).not_to_be_visible()
    tablet.button("Mettre de côté").click()
    expect(page.get_by_role("dialog").get_by_test_id("subject")).to_contain_text(joined)
    page.keyboard.press("Escape")
    tablet.saved()
    tablet.leave_draft()
    expect(row(tablet, joined)).to_have_count(1)
    expect(row(tablet, joined)).to_contain_text("À terminer par vous")

    # A record written for the wrong person of the day's list goes to the right one.
    wrong, right = (expected(tablet, index) for index in (0, 1))
    row(tablet, wrong).click()
    tablet.go_to("identity")
    in_sight(tablet, wrong)
    tablet.fill(
        CHECKED
        | {k: v for k, v in RECEPTION.items() if k not in {"visit.commune", "visit.booking"}}
        | {"conclusion.notes": Typed("Genou droit douloureux.")}
        | {k: v for k, v in CONCLUSION.items() if k != "conclusion.notes"}
    )
    tablet.seal()
    row(tablet, wrong).click()
    expect(tablet.heading("Fiche signée")).to_be_visible()
    tablet.button("Ce n’était pas la bonne personne").click()
    expect(tablet.heading("Ce n’était pas la bonne personne")).to_be_visible()
    in_sight(tablet, wrong)
    page.screenshot(path=screenshots / "wrong-person.png", full_page=True)
    inspected["wrong person"] = accessibility.problems(page)
    page.get_by_role("main").get_by_role("button", name=re.compile(right)).click()
    inspected["right person"] = accessibility.problems(page)
    tablet.button("Commencer la correction").click()
    expect(page.get_by_text(f"Cette fiche était au nom de {wrong}")).to_be_visible()
    in_sight(tablet, right)
    tablet.fill(CHECKED)
    tablet.go_to("conclusion")
    expect(tablet.question("conclusion.notes").get_by_role("textbox")).to_have_value(
        "Genou droit douloureux."
    )
    tablet.seal()

    # A death is said twice before it is signed; afterwards it is in sight.
    known(tablet, "dolmen 03/04/1958", "DOLMEN").click()
    tablet.button("Noter le décès").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("Date du décès")).fill("31/02/2020")
    dialog.get_by_role("button", name="Continuer").click()
    expect(dialog).to_contain_text("Dites qui l’a dit")
    expect(dialog.get_by_label(re.compile("Date du décès"))).to_have_value("31/02/2020")
    inspected["death"] = accessibility.problems(page)
    dialog.get_by_label(re.compile("Date du décès")).fill("")
    dialog.get_by_label("Qui l’a dit").fill("Son fils, par téléphone")
    dialog.get_by_role("button", name="Continuer").click()
    dialog.get_by_role("button", name="Oui, cette personne est décédée").click()
    in_sight(tablet, "Personne décédée")
    page.screenshot(path=screenshots / "deceased.png", full_page=True)

    # In the evening everything arrives; the coordinator reads the right person's visit.
    server.start()
    browser.offline(cut=False)
    tablet.expect_state("tout est reçu|aucune fiche en attente")

    # Central's own summary now has both visits, and the death.
    expect(page.get_by_role("img", name=re.compile("Pression artérielle"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name=re.compile("systolique"))).to_contain_text("141")
    expect(page.get_by_text("la coordination ne l’a pas encore confirmé")).not_to_be_visible()
    page.screenshot(path=screenshots / "person-with-measures.png", full_page=True)
    inspected["summary with measures"] = accessibility.problems(page)

    # It was somebody else's: the death is taken back, and central's summary follows.
    tablet.button("Décès noté par erreur").click()
    expect(dialog).to_contain_text("Son fils, par téléphone")
    dialog.get_by_role("button", name="Cette personne n’est pas décédée").click()
    expect(dialog).to_contain_text("Dites pourquoi")
    inspected["death in error"] = accessibility.problems(page)
    page.screenshot(path=screenshots / "death-in-error.png")
    dialog.get_by_label("Motif").fill("Une homonyme")
    dialog.get_by_role("button", name="Cette personne n’est pas décédée").click()
    expect(page.get_by_text("Personne décédée")).to_have_count(0, timeout=60_000)
    expect(tablet.button("Noter le décès")).to_be_visible()

    desk = new_browser("coordinator")
    coordinator = Coordination(desk.open(viewport={"width": 1280, "height": 900}), server.origin)
    coordinator.log_in("clinique", server.one_time_password("clinique"))
    coordinator.open_record_of(right)
    expect(coordinator.main).to_contain_text("Genou droit douloureux.")
    expect(coordinator.main).to_contain_text("Fiche écrite pour une autre personne")

    assert {} == {screen: found for screen, found in inspected.items() if found}


def test_the_nurses_part_reaches_the_doctors_tablet(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    """Two hands on one visit, on two tablets: signed by the nurse, read and continued by the doctor."""
    nurse = Tablet(new_browser("nurse").open())
    nurse.enrol(server.enrolment_link(), "Bus 1")
    nurse.create_access(NURSE, PASSPHRASES["nurse"])
    server.stop()
    server.start()  # another card is printed
    doctor_browser = new_browser("doctor")
    doctor = Tablet(doctor_browser.open())
    doctor.enrol(server.enrolment_link(), "Bus 2")
    doctor.create_access(DOCTOR, PASSPHRASES["doctor"])

    row(nurse, expected(nurse, 0)).click()
    nurse.go_to("identity")
    name = nurse.page.get_by_test_id("identity").locator("strong").inner_text()
    nurse.answer("identity.part", Chosen(("L’accueil",)))
    nurse.fill(
        CHECKED
        | {
            k: v
            for k, v in RECEPTION.items()
            if k.startswith("visit.") and k not in {"visit.commune", "visit.booking"}
        }
        | VITALS
        | {k: v for k, v in CONCLUSION.items() if k.startswith("information.")}
    )
    nurse.seal()
    nurse.expect_state("tout est reçu|aucune fiche en attente")

    signed = doctor.page.get_by_text(re.compile(r"Partie infirmière signée à \d\d:\d\d"))
    expect(signed.first).to_be_visible(timeout=60_000)
    doctor_browser.offline(cut=True)
    doctor.page.get_by_role("button", name=re.compile(f"Écrire ma partie.*{name}", re.DOTALL)).click()
    doctor.go_to("identity")
    in_sight(doctor, name)
    expect(doctor.question("identity.part").get_by_role("radio", name=re.compile("médicale"))).to_be_checked()
    expect(doctor.question("identity.mode")).to_contain_text("Répondu par")
    parts = doctor.page.get_by_test_id("signed-parts")
    parts.get_by_role("button", name=re.compile("^Lire")).click()
    expect(parts).to_contain_text("128")
    doctor.page.screenshot(path=screenshots / "nurses-part.png", full_page=True)
    assert [] == accessibility.problems(doctor.page)
