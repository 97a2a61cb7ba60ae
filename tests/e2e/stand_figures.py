"""What the office reads of the stand together: figures, indicators, and what the kiosk was told."""

import re
import sqlite3
from collections import Counter
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import accessibility
from tests.e2e.bus_office import of, rows_of
from tests.e2e.coordination import Coordination
from tests.e2e.stand_hours import SCANNED
from tests.e2e.stand_office import CAMPAIGN, STOP, TEAM, plain
from tests.e2e.stand_people import COUNTED, EVERYBODY
from tests.support.server_process import ServerProcess

Opinion = tuple[str | None, ...]
OPINIONS: tuple[Opinion, ...] = (
    ("Stand de prévention", "10", "Tout à fait", "Tout à fait", "Plutôt oui", None, None, None, None),
    ("Stand de prévention", "9", "Tout à fait", None, "Tout à fait", None, None, None, None),
    ("Stand de prévention", "7", "Plutôt oui", "Pas du tout", None, None, None, None, None),
    ("Stand de prévention", "10", "Tout à fait", "Tout à fait", "Tout à fait", None, None, None, None),
    ("Mesure du souffle (BPCO)", "8", "Plutôt oui", "Plutôt oui", "Plutôt oui", None, None, None, None),
    ("Stand de prévention", None, "Plutôt non", None, None, None, None, None, None),
)
"""What six people told the kiosk, question after question; None is passed over."""
MARKS = dict(Counter(mark or "Non renseigné" for _, mark, *_ in OPINIONS))


def figures(desk: Coordination) -> None:
    """Open the activity of the stand."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/activite")
    page.get_by_label("Lieu", exact=True).select_option(label=STOP)
    page.get_by_role("button", name="Calculer").click()
    expect(page.get_by_role("table", name="Synthèse", exact=True)).to_be_visible()


def opens(desk: Coordination, table: str, line: str, count: int) -> None:
    """Follow a figure to what is behind it, and come back."""
    page = desk.page
    row = page.get_by_role("table", name=table, exact=True).get_by_role("row", name=re.compile(f"^{line}"))
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Passages derrière un chiffre")
    behind = page.get_by_role("status").filter(has_text="passage")
    expect(behind).to_have_text(f"{count} passage" + "s" * (count > 1))
    page.go_back()
    expect(page.get_by_role("table", name=table, exact=True)).to_be_visible()


def adopt(desk: Coordination) -> None:
    """Take up the default indicators, and show them for the stand's team."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/indicateurs")
    page.get_by_role("button", name="Reprendre").click()
    expect(page.get_by_role("rowheader", name=re.compile("Stands de prévention")).first).to_be_visible()
    page.get_by_label("Équipe").select_option(label=TEAM)
    page.get_by_role("button", name="Calculer").click()
    expect(page.get_by_role("rowheader", name=re.compile("Stands de prévention")).first).to_be_visible()


def check_the_figures(desk: Coordination, screenshots: Path) -> None:
    """Read the stand's activity, and compare it with the list; « non renseigné » is a line of its own."""
    page, whole = desk.page, len(EVERYBODY)
    figures(desk)
    page.screenshot(path=screenshots / "stand-activity.png", full_page=True)
    summary = rows_of(page, "Synthèse")
    assert summary["Passages"][0] == str(whole)
    # The five strict traits tell one person from another; what most say at a market does not.
    complete = {SCANNED}
    assert summary["Personnes distinctes"] == [str(len(complete))] * 2
    assert summary["Passages sans identité suffisante"][0] == str(whole - len(complete))
    sexes = Counter(who.sex for who in EVERYBODY if who.sex)
    known = sexes.total()
    assert rows_of(page, "Sexe")["Féminin"] == of(sexes["F"], known)
    assert rows_of(page, "Sexe")["Masculin"] == of(sexes["M"], known)
    assert told_in(desk, "Thème du stand") == {"Souffle": of(whole, whole)}
    assert rows_of(page, "Thème du stand")["Non renseigné"][0] == "0"
    stations = told_in(desk, "Poste du stand")
    expected = {
        "Tension": sum(who.pressure is not None for who in EVERYBODY),
        "Glycémie": sum(who.glucose is not None for who in EVERYBODY),
        "Poids, taille": sum(who.weight is not None for who in EVERYBODY),
        "Cœur des femmes : questions": 1,
        "Échange, information": len(COUNTED),
        "Non renseigné": sum(not who.measured and not who.band for who in EVERYBODY),
    }
    assert stations == {line: of(number, whole) for line, number in expected.items() if number}
    bands = Counter(f"{who.band} ans" + " et plus" * (who.band == "75") for who in COUNTED)
    bands["Non renseigné"] = whole - len(COUNTED)
    told = {line: int(cells[0]) for line, cells in told_in(desk, "Tranche d’âge (comptage anonyme)").items()}
    assert told == bands
    breaths = {line: cells[0] for line, cells in told_in(desk, "Résultat du repérage BPCO").items()}
    assert breaths == RESULTS
    opens(desk, "Poste du stand", "Non renseigné", expected["Non renseigné"])
    opens(desk, "Poste du stand", "Glycémie", expected["Glycémie"])
    opens(desk, "Résultat du repérage BPCO", "Zone grise", 2)
    assert [] == accessibility.problems(page)


def told_in(desk: Coordination, table: str) -> dict[str, list[str]]:
    """Return the lines of a table that count anybody, with plain spaces."""
    rows = rows_of(desk.page, table)
    return {plain(line): cells for line, cells in rows.items() if cells[0] != "0"}


RESULTS = {
    "Suspicion d’obstruction, à confirmer": "1",
    "Zone grise, à préciser": "2",
    "Pas de signe d’obstruction": "1",
}


def check_the_indicators(desk: Coordination, screenshots: Path) -> None:
    """The proposed indicators say the same."""
    adopt(desk)
    desk.page.screenshot(path=screenshots / "stand-indicators.png", full_page=True)
    told: dict[str, list[str]] = {}
    for instrument in ("Stands de prévention", "Repérage de la BPCO"):
        told |= rows_of(desk.page, f"Tableau annuel des indicateurs – {instrument}")
    whole = len(EVERYBODY)
    for label, numerator, denominator in (
        ("Stands de prévention : personnes accueillies", whole, None),
        ("Stands de prévention : personnes comptées anonymement", len(COUNTED), whole),
        ("Stands de prévention : personnes, thème « Souffle »", whole, None),
        ("Stands de prévention : personnes, thème « Diabète »", 0, None),
        ("Stands de prévention : personnes, thème non renseigné", 0, None),
        ("BPCO : actes de repérage", 4, None),
        ("BPCO : suspicions", 1, 4),
        ("BPCO : zones grises", 2, 4),
    ):
        cells = next(cells for line, cells in told.items() if plain(line) == label)
        assert cells[2] == str(numerator), label
        assert cells[3] == ("–" if denominator is None else str(denominator)), label


def opinions_told(desk: Coordination, screenshots: Path) -> dict[str, list[str]]:
    """Open what the kiosk's answers say together; return the marks."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/satisfaction")
    page.get_by_label("Campagne").select_option(label=CAMPAIGN)
    page.get_by_role("button", name="Afficher").click()
    expect(desk.main).to_contain_text(f"{len(OPINIONS)} réponses")
    page.screenshot(path=screenshots / "stand-satisfaction.png", full_page=True)
    return rows_of(page, "Satisfaction, de 0 à 10")


def nobodys(server: ServerProcess) -> None:
    """What is kept of an opinion names no visit, stop, tablet, member nor record of all there are."""
    with sqlite3.connect(f"file:{server.data / 'escale.db'}?mode=ro", uri=True) as store:
        cursor = store.execute("select * from satisfaction_response")
        columns = {each[0] for each in cursor.description}
        kept = str(cursor.fetchall())
        known = [
            str(row[0])
            for row in store.execute(
                "select id from visit union select id from stop union select id from device"
                " union select id from slot union select id from member union select digest from record"
            )
        ]
    assert columns == {"id", "campaign_id", "week", "channel", "form_url", "form_version", "answers"}
    assert len(known) > len(OPINIONS)
    assert [] == [each for each in known if each in kept]
