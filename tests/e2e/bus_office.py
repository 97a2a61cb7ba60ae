"""The story seen from the office: the stop prepared, Monday's queue emptied, the figures checked."""

import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from server import clock
from tests.e2e import bus_day
from tests.e2e.answers import Typed
from tests.e2e.bus_answers import today
from tests.e2e.bus_hours import DOCTOR, Bus
from tests.e2e.coordination import Coordination
from tests.support.server_process import ServerProcess


def prepare_the_stop(desk: Coordination, day: date) -> None:
    """Create the stop with its slots, one of them kept for an emergency."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/escales/nouvelle")
    page.get_by_label("Lieu").fill(bus_day.STOP)
    page.get_by_label("Commune", exact=False).first.fill("Belmont-de-la-Loire")
    page.get_by_label("Date").fill(day.isoformat())
    page.get_by_label("Ouverture").fill("09:00")
    page.get_by_label("Fermeture").fill("17:30")
    for name in ("Dominique", "Camille"):
        page.get_by_role("checkbox", name=re.compile(name)).check(force=True)
    page.get_by_label("Créer les créneaux").check(force=True)
    page.get_by_label("Durée d’un créneau").fill("30")
    page.get_by_label("Pauses").fill("12h-14h")
    page.get_by_label("Créneaux gardés pour les urgences").fill("1")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name=re.compile(bus_day.STOP), level=1)).to_be_visible()


def import_the_appointments(desk: Coordination, screenshots: Path) -> None:
    """Import the spreadsheet: what is wrong is told line by line, what is right is kept."""
    page = desk.page
    page.get_by_role("link", name="Importer des rendez-vous").click()
    page.get_by_label("Fichier").set_input_files(
        {"name": "rdv.csv", "mimeType": "text/csv", "buffer": bus_day.spreadsheet()}
    )
    page.get_by_role("button", name="Lire le fichier").click()
    expect(desk.main).to_contain_text("8 rendez-vous peuvent être importés")
    expect(desk.main).to_contain_text("1 ligne refusée")
    expect(desk.main).to_contain_text("31/02/1950")
    expect(desk.main).to_contain_text("1 doublon écarté")
    expect(desk.main).to_contain_text("Motif")
    page.screenshot(path=screenshots / "import.png", full_page=True)
    page.get_by_role("button", name="Importer 8 rendez-vous").click()
    expect(desk.main).to_contain_text("8 rendez-vous")


def monday(desk: Coordination, server: ServerProcess, doctors: Bus, screenshots: Path) -> None:
    """The queue, emptied; then the figures, checked against the story's own list."""
    page = desk.page
    page.context.clear_cookies()
    desk.log_in("clinique", server.one_time_password("clinique"))

    # A record goes back to its author, who corrects it.
    desk.open_record_of("BRUGEL", today())
    desk.send_back("Le suivi est-il bien dans un mois ?")
    queue = open_queue(desk)
    expect(queue).to_contain_text("2 éléments")
    page.screenshot(path=screenshots / "story-queue.png")
    tablet = doctors.taken_by(DOCTOR, at_stop=False)
    tablet.expect_state("1 fiche à corriger par vous")
    tablet.page.get_by_role("button", name=re.compile("BRUGEL.*corriger", re.DOTALL)).first.click()
    tablet.button("Corriger").click()
    tablet.page.get_by_role("dialog").get_by_label("Motif").fill("Vérifié au téléphone")
    tablet.button("Commencer la correction").click()
    tablet.fill({"conclusion.notes": Typed("Suivi dans un mois, vérifié.")})
    tablet.seal()
    tablet.expect_state("tout est reçu|aucune fiche en attente")
    expect(open_queue(desk)).to_contain_text("1 élément")

    # The letter promised to Jeanne Aubrac's médecin traitant is made, numbered, sent, and said to be.
    desk.open_record_of("AUBRAC", today())
    cosigned = page.get_by_role("region", name="Cosignatures")
    expect(cosigned).to_contain_text("Dominique Fictif")
    page.get_by_role("link", name="Écrire au médecin traitant").click()
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("img", name=re.compile("page", re.IGNORECASE)).first).to_be_visible()
    page.screenshot(path=screenshots / "letter.png", full_page=True)
    page.get_by_role("button", name="Émettre le courrier").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{clock.now().year}-00001")
    page.get_by_label("Par", exact=True).select_option(label="MSSanté (MonSisra)")
    page.get_by_label("À qui").fill("Dr Paulette Invention")
    page.get_by_role("button", name="Enregistrer l’envoi").click()
    expect(desk.main).to_contain_text("MSSanté (MonSisra), à Dr Paulette Invention")
    open_queue(desk)
    page.get_by_role("link", name=re.compile("Ouvrir le suivi")).first.click()
    page.get_by_label("Issue").select_option(label="Envoyé")
    page.get_by_role("button", name="Enregistrer").click()
    expect(open_queue(desk)).to_contain_text("0 élément")

    # Those without médecin traitant who agreed to be helped.
    page.goto(f"{desk.origin}/coordination/medecin-traitant")
    without = [each for each in bus_day.SEEN if each.attending_gp == "sans_mt"]
    for each in without:
        expect(desk.main).to_contain_text(each.name)
    assert rows_of(page, "Personnes par issue")["Total"] == [str(len(without))]

    check_the_figures(desk, screenshots)


def open_queue(desk: Coordination) -> Locator:
    """Open the queue and return what it says of how much there is."""
    desk.page.goto(f"{desk.origin}/coordination/file")
    return desk.page.get_by_role("status").filter(has_text="élément")


def rows_of(page: Page, title: str) -> dict[str, list[str]]:
    """Return the rows of a table of figures: label to cells, as written."""
    table = page.get_by_role("table", name=title, exact=True)
    expect(table).to_be_visible()
    rows = table.get_by_role("row").all()
    found = {}
    for row in rows:
        header = row.get_by_role("rowheader")
        if header.count():
            found[header.inner_text()] = [cell.inner_text() for cell in row.get_by_role("cell").all()]
    return found


def of(count: int, whole: int) -> list[str]:
    """Return a count and its percentage with its denominator, as the page writes them."""
    percent = f"{100 * count / whole:.1f}".replace(".", ",")
    return [str(count), f"{percent}\N{NO-BREAK SPACE}% / {whole}"]


def check_the_figures(desk: Coordination, screenshots: Path) -> None:
    """Read the activity of the stop, and compare it with the day as it was lived."""
    page, seen = desk.page, bus_day.SEEN
    page.goto(f"{desk.origin}/coordination/activite")
    page.get_by_label("Lieu", exact=True).select_option(label=bus_day.STOP)
    page.get_by_role("button", name="Calculer").click()
    summary = rows_of(page, "Synthèse")
    ages = bus_day.ages(today())
    assert summary["Passages"][0] == str(len(seen))
    assert summary["Personnes distinctes"][0] == str(len({(each.name, each.born) for each in seen}))
    assert summary["Âge moyen (ans)"] == [f"{sum(ages) / len(ages):.1f}".replace(".", ","), str(len(ages))]
    assert rows_of(page, "Rendez-vous")["Honorés"] == of(7, 8)
    assert rows_of(page, "Rendez-vous")["Absents"] == of(1, 8)
    booking = rows_of(page, "Modes de prise de rendez-vous")
    for label, code in (
        ("Rendez-vous par téléphone", "telephone"),
        ("Rendez-vous par internet", "internet"),
        ("Sans rendez-vous", "sans_rdv"),
    ):
        assert booking[label] == of(bus_day.count("booking", code), len(seen)), label
    attending_gp = rows_of(page, "Médecin traitant")
    assert attending_gp["A un médecin traitant"] == of(bus_day.count("attending_gp", "avec_mt"), len(seen))
    assert attending_gp["N’a pas de médecin traitant"] == of(
        bus_day.count("attending_gp", "sans_mt"), len(seen)
    )
    for label, code in (("Féminin", "F"), ("Masculin", "M")):
        assert rows_of(page, "Sexe")[label] == of(bus_day.count("sex", code), len(seen))
    reasons = rows_of(page, "Motifs")
    for code, label in (
        ("renouvellement_ordonnance", "Renouvellement d’ordonnance"),
        ("douleur", "Douleur"),
        ("certificat_medical", "Certificat médical"),
        ("arret_travail", "Arrêt de travail"),
    ):
        assert reasons[label] == of(sum(code in each.reasons for each in seen), len(seen)), label
    page.get_by_role("heading", name="Médecin traitant, ALD et fragilité").scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "story-activity.png")

    # A figure opens onto what is behind it.
    page.get_by_role("table", name="Motifs", exact=True).get_by_role("link").first.click()
    for each in seen:
        if "renouvellement_ordonnance" in each.reasons:
            expect(desk.main).to_contain_text(each.name)
