"""The same act as the clinical coordinator reads it: its parts, the opinion, who opened it, the figures."""

import re
from dataclasses import dataclass
from pathlib import Path

import pypdf
from playwright.sync_api import expect

from tests.e2e import accessibility
from tests.e2e import remote_answers as said
from tests.e2e.bus_office import of, rows_of
from tests.e2e.coordination import Coordination

REQUEST, CLOSING = "La demande et les mesures", "La clôture de l’acte"
ASSISTANT = "avis de l’accompagnant"


@dataclass(frozen=True)
class Act:
    """Of whom it was, and who refused theirs."""

    name: str
    refusing: str


def read_the_visit(desk: Coordination, act: Act, inspected: dict[str, list[str]], screenshots: Path) -> None:
    """Open the records of the act, what the doctor said, the access log, and the letter."""
    page = desk.page
    desk.open_record_of(act.name)
    for words in (CLOSING, act.name, "Coupure", "Pendant", "Terminé par téléphone", "Moyenne", "Mauvais"):
        expect(desk.main).to_contain_text(words)
    opinion = page.get_by_role("region", name="Avis du médecin à distance")
    for words in (said.ADVICE, said.PHYSICIAN, "Conseil", "n’est pas une signature électronique"):
        expect(opinion).to_contain_text(words)
    expect(opinion).to_contain_text(
        re.compile(r"Je referais une téléconsultation.*4 – Plutôt d’accord", re.DOTALL)
    )
    page.screenshot(path=screenshots / "remote-record.png", full_page=True)
    inspected["record"] = accessibility.problems(page)
    siblings = page.get_by_role("navigation", name="Autres fiches de ce passage")

    # What is said about the act is tied to it, and is found under the same person.
    siblings.get_by_role("link", name=re.compile(ASSISTANT)).click()
    expect(page.get_by_role("heading", name="Votre avis d’accompagnant")).to_be_visible()
    expect(desk.main).to_contain_text(act.name)
    expect(desk.main).to_contain_text("2 – Plutôt pas d’accord")

    # The request, with the values that the tablet and the doctor saw.
    siblings.get_by_role("link", name=re.compile(REQUEST)).click()
    expect(page.get_by_role("heading", name="Constantes")).to_be_visible()
    for words in (said.BMI, said.STATUS, said.REASON, said.QUESTION, "142", "38,1"):
        expect(desk.main).to_contain_text(words)
    page.get_by_role("link", name="Journal des accès").click()
    log = page.get_by_role("row").filter(has_text=f"{said.PHYSICIAN}, lien de Sacha Fictif")
    expect(log.filter(has_text="Lecture de la demande par un lien").first).to_be_visible()
    expect(log.filter(has_text="Réponse par un lien").first).to_be_visible()
    inspected["access log"] = accessibility.problems(page)

    page.go_back()
    write_the_letter(desk, act, inspected, screenshots)

    # A refusal ended the other act, and is kept.
    desk.open_record_of(act.refusing)
    expect(desk.main).to_contain_text("Non : l’acte s’arrête ici")
    expect(desk.main).to_contain_text("Consultation en présence")
    expect(page.get_by_role("region", name="Avis du médecin à distance")).to_have_count(0)


def write_the_letter(
    desk: Coordination, act: Act, inspected: dict[str, list[str]], screenshots: Path
) -> None:
    """Preview the letter to the médecin traitant, issue it, and say how it left."""
    page = desk.page
    page.get_by_role("link", name="Écrire au médecin traitant").click()
    expect(page.get_by_role("textbox", name="Destinataire")).to_have_value(said.ATTENDING_GP)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("img", name=re.compile("page", re.IGNORECASE)).first).to_be_visible()
    page.screenshot(path=screenshots / "remote-letter.png", full_page=True)
    told = page.get_by_role("region", name="Ce que disent les fiches")
    for words in (said.REASON, said.BMI, said.ADVICE, "Conseil", "Coupure", "Terminé par téléphone"):
        expect(told).to_contain_text(words)
    expect(told).to_contain_text(f"{said.PHYSICIAN} (avis à distance, nom donné par le médecin lui-même")
    inspected["letter"] = accessibility.problems(page)
    page.get_by_role("button", name="Émettre le courrier").click()
    expect(page.get_by_role("heading", name=re.compile(r"Courrier.*-00001"))).to_be_visible()
    expect(page.get_by_role("region", name="Envois")).to_contain_text("Pas encore envoyé.")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Télécharger")).click()
    said_in_it = text_of(download.value.path())
    for words in (said.REASON, said.ADVICE, said.PHYSICIAN, said.ATTENDING_GP):
        assert " ".join(words.split()) in said_in_it
    assert re.search("Votre patiente? a été reçue? lors", said_in_it)
    assert "(e)" not in said_in_it
    page.get_by_label("Par", exact=True).select_option(label="MSSanté (MonSisra)")
    page.get_by_role("button", name="Enregistrer l’envoi").click()
    sendings = page.get_by_role("region", name="Envois")
    expect(sendings).to_contain_text(f"MSSanté (MonSisra), à {said.ATTENDING_GP}")
    page.screenshot(path=screenshots / "remote-letter-sent.png", full_page=True)
    inspected["letter sent"] = accessibility.problems(page)


def text_of(file: Path) -> str:
    """Return the words of a PDF, spaces made one."""
    pages = pypdf.PdfReader(file).pages
    return " ".join(" ".join(each.extract_text() for each in pages).split())


def read_what_is_counted(
    desk: Coordination, act: Act, inspected: dict[str, list[str]], screenshots: Path
) -> None:
    """The indicators of teleconsultation, and what is behind them."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/indicateurs")
    page.get_by_role("button", name=re.compile("^Reprendre les indicateurs")).click()
    title = "Tableau annuel des indicateurs – Téléconsultation assistée"
    expect(page.get_by_role("table", name=title)).to_contain_text("Téléconsultations")
    rows = {
        label.replace("\N{NO-BREAK SPACE}", " "): cells[2:5] for label, cells in rows_of(page, title).items()
    }
    for label, count in {
        "Téléconsultations : actes": 1,
        "Téléconsultations refusées par la personne": 1,
        "Téléconsultations : personnes distinctes": 1,
        "Téléconsultations : professionnels distincts": 2,
    }.items():
        assert rows[label][0] == str(count), label
    for label in (
        "Téléconsultations en EHPAD",
        "Téléconsultations : accord tracé",
        "Téléconsultations avec au moins un incident technique",
        "Téléconsultations interrompues",
        "Téléconsultations : première réponse apportée",
        "Téléconsultations : hospitalisation évitée (déclaré)",
        "Téléconsultations : satisfaction du médecin recueillie",
        "Téléconsultations : satisfaction de l’accompagnant recueillie",
    ):
        assert rows[label][0] == "1", label
        assert [rows[label][0], rows[label][2]] == of(1, 1), label
    assert rows["Téléconsultations en échec technique"][0] == "0"
    page.screenshot(path=screenshots / "remote-indicators.png", full_page=True)
    inspected["indicators"] = accessibility.problems(page)

    page.get_by_role("row", name=re.compile("Téléconsultations interrompues")).get_by_role(
        "link", name=re.compile(r"^\D*1\b")
    ).first.click()
    expect(desk.main).to_contain_text(act.name)
    expect(desk.main).not_to_contain_text(act.refusing)
