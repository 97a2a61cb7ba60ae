"""The day's list on two tablets; a stop closed and co-signed with the network cut; a wiped tablet."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import accessibility
from tests.e2e.answers import CONCLUSION, RECEPTION, VITALS, Chosen, Typed, person
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

NURSE, DOCTOR = "infirmière", "médecin"


def names_of(tablet: Tablet) -> list[str]:
    """Return the family names of the expected, in the order of the list, without accents nor given names."""
    day = tablet.page.get_by_role("region", name="Journée")
    expect(day.get_by_text("Attendu", exact=True).first).to_be_visible()
    rows = day.get_by_role("listitem").filter(has_text="Attendu").all_inner_texts()
    found = [re.search(r"FICTIF-[A-Z]+", row) for row in rows]
    return [match.group(0) for match in found if match]


def test_a_day_is_told_on_two_tablets_and_closed_without_network(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    browser = new_browser("nurse")
    nurse = Tablet(browser.open())
    nurse.enrol(server.enrolment_link())
    nurse.create_access(NURSE, PASSPHRASES["nurse"])
    other = new_browser("doctor")
    doctor = Tablet(other.open())
    # Each start of the demonstration prints another card.
    server.stop()
    server.start()
    doctor.enrol(server.enrolment_link(), label="Bus 2")
    doctor.create_access(DOCTOR, PASSPHRASES["doctor"])

    # One tap says that the first person is with the nurse; the doctor's tablet shows it.
    first, second, *_ = names_of(nurse)
    nurse.button(re.compile(f"^Avec moi : {first}")).click()
    expect(nurse.line_of(first)).to_contain_text("Avec Dominique Fictif depuis")
    expect(doctor.line_of(first)).to_contain_text("Avec Dominique Fictif depuis", timeout=40_000)

    # An interruption: back to waiting, then again.
    nurse.button(re.compile(f"^En attente : {first}")).click()
    expect(nurse.line_of(first)).to_contain_text("Arrivé depuis")
    nurse.button(re.compile(f"^Avec moi : {first}")).click()
    expect(nurse.line_of(first)).to_contain_text("interrompu 1 fois")
    nurse.button(re.compile(f"^En attente : {first}")).click()
    expect(nurse.line_of(first)).to_contain_text("Arrivé depuis")

    # A form opened by mistake leaves no draft, and the person is expected again.
    third = names_of(nurse)[2]
    nurse.begin_expected(third)
    nurse.leave_draft()
    expect(nurse.line_of(third)).not_to_contain_text("terminer")
    expect(nurse.line_of(third)).to_contain_text("Attendu")

    # The network is cut for the nurse: everything goes on.
    browser.offline(cut=True)
    nurse.note(second, "Absent", "Ne répond pas au téléphone")
    nurse.note_walk_in("Goéland", turned_away="Plus de place aujourd’hui")
    nurse.expect_state("[2-9] mises à jour en attente — hors réseau")
    expect(nurse.line_of(second)).to_contain_text("Ne répond pas au téléphone")
    expect(nurse.line_of("GOÉLAND")).to_contain_text("Refusé")
    expect(nurse.page.get_by_role("region", name="Journée")).to_contain_text(
        re.compile(r"5 attendus · 1 sans rendez-vous · 0 terminé · 1 en attente · 2 non vus")
    )
    nurse.page.screenshot(path=screenshots / "day.png", full_page=True)

    # A walk-in whose record is begun is with the nurse at once, and done when it is sealed.
    nurse.begin_walk_in()
    nurse.fill(person("Bernique", "Odile", "03/04/1958") | RECEPTION | VITALS | CONCLUSION)
    nurse.leave_draft()
    expect(nurse.line_of("BERNIQUE")).to_contain_text("Avec Dominique Fictif depuis")
    nurse.button(re.compile("BERNIQUE.*terminer", re.DOTALL)).first.click()
    nurse.review()
    nurse.button("Signer et sceller").click()
    expect(nurse.page.get_by_text("Passage terminé")).to_be_visible()
    nurse.button("Retour à l’escale").click()
    nurse.at_home()
    expect(nurse.line_of("BERNIQUE")).to_contain_text("Terminé")
    nurse.expect_state("1 fiche (sur la tablette|au serveur)")

    # Closing is not forbidden by what is open; it says it, and names who keeps the tablet.
    nurse.button("Clore l’escale").click()
    expect(nurse.page.get_by_text(re.compile(rf"Personnes encore là\s: {first}"))).to_be_visible()
    assert [] == accessibility.problems(nurse.page)
    nurse.page.screenshot(path=screenshots / "closing-open.png", full_page=True)
    nurse.button("Noter ces 3 absences").click()
    expect(nurse.page.get_by_text("attendues ne sont pas venues")).not_to_be_visible()
    nurse.button("Retour").click()
    nurse.at_home()
    expect(nurse.line_of(third)).to_contain_text("Absent")
    nurse.close_stop(NURSE)
    expect(nurse.page.get_by_text("1 passage, 0 reçu, 0 intégré")).to_be_visible()
    assert [] == accessibility.problems(nurse.page)

    # Wiping is refused: some of it is only here.
    nurse.button("Effacer cette tablette").click()
    nurse.button("Vérifier si elle peut être effacée").click()
    expect(nurse.page.get_by_text("1 fiche sans accusé de réception")).to_be_visible()
    assert [] == accessibility.problems(nurse.page)
    nurse.button("Retour").click()
    nurse.button("Retour").click()
    nurse.at_home()

    # The network returns: the figures complete themselves, and the other tablet knows.
    browser.offline(cut=False)
    expect(nurse.page.get_by_text("1 passage, 1 reçu, 1 intégré")).to_be_visible(timeout=60_000)
    expect(nurse.page.get_by_text("Tout ce que cette tablette a signé ici est reçu.")).to_be_visible(
        timeout=60_000
    )
    expect(doctor.line_of(second)).to_contain_text("Absent", timeout=60_000)
    expect(doctor.line_of("GOÉLAND")).to_contain_text("Plus de place aujourd’hui")
    expect(doctor.line_of("BERNIQUE")).to_contain_text("Terminé", timeout=60_000)

    # The doctor co-signs without network, from the stop; the nurse reads it on the record.
    other.offline(cut=True)
    doctor.button("Cosigner").click()
    expect(doctor.page.get_by_role("checkbox", name=re.compile("BERNIQUE"))).to_be_checked()
    assert [] == accessibility.problems(doctor.page)
    doctor.button("Retour").click()
    doctor.cosign_stop()
    doctor.expect_state("1 mise à jour en attente — hors réseau")
    other.offline(cut=False)
    nurse.button(re.compile("BERNIQUE.*Intégrée", re.DOTALL)).first.click()
    expect(nurse.page.get_by_text(re.compile("Cosignée par Dr Camille Fictif"))).to_be_visible(timeout=60_000)
    nurse.page.screenshot(path=screenshots / "cosigned.png", full_page=True)

    # It should not have been written: it stays readable, marked, and leaves the lists of current ones.
    nurse.button("Saisie par erreur").click()
    dialog = nurse.page.get_by_role("dialog")
    dialog.get_by_label("Motif").fill("Fiche d’essai")
    assert [] == accessibility.problems(nurse.page)
    dialog.get_by_label("Cette fiche n’aurait pas dû être écrite").check()
    dialog.get_by_role("button", name="Marquer comme saisie par erreur").click()
    expect(nurse.page.get_by_text("Fiche d’essai")).to_be_visible()
    nurse.button("Retour").click()
    expect(nurse.page.get_by_text("1 fiche saisie par erreur")).to_be_visible()
    expect(nurse.page.get_by_role("region", name="Fiches de l’escale")).to_contain_text("Aucune fiche signée")


def test_a_tablet_is_wiped_once_all_is_received_and_leaves_nothing(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    tablet = Tablet(new_browser("tablet").open())
    page = tablet.page
    tablet.enrol(server.enrolment_link())
    tablet.create_access(DOCTOR, PASSPHRASES["doctor"])
    tablet.begin_walk_in()
    tablet.answer("identity.mode", Chosen(("Partielle",)))
    tablet.answer("identity.birth_name", Typed("Écume"))
    tablet.saved()
    tablet.leave_draft()
    tablet.button("À propos").click()
    tablet.button("Vérifier si elle peut être effacée").click()
    expect(page.get_by_text("1 brouillon ni signé ni mis de côté")).to_be_visible()
    tablet.button("Retour").click()
    tablet.button(re.compile("ECUME.*terminer", re.DOTALL)).first.click()
    tablet.button("Mettre de côté").click()
    page.get_by_role("dialog").get_by_label("Motif").fill("Essai")
    tablet.button("Mettre le brouillon de côté").click()
    tablet.at_home()
    tablet.expect_state("tout est reçu|aucune fiche en attente")

    tablet.button("À propos").click()
    tablet.button("Vérifier si elle peut être effacée").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Effacer définitivement")).to_be_disabled()
    assert [] == accessibility.problems(page)
    dialog.get_by_label("Tapez EFFACER").fill("effacer")
    dialog.get_by_role("button", name="Effacer définitivement").click()
    expect(tablet.heading("Cette tablette est effacée")).to_be_visible()
    assert [] == accessibility.problems(page)
    left = page.evaluate(
        """async () => [
          (await indexedDB.databases()).map(({ name }) => name),
          await caches.keys(),
          (await navigator.serviceWorker.getRegistrations()).length,
        ]"""
    )
    assert [[], [], 0] == left
    page.goto(f"{server.origin}/tablette/")
    expect(tablet.heading("Inscrire cette tablette")).to_be_visible()
