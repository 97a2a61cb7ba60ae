"""The stand seen from the office: cards and labels before; visits, queue and figures after."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from server.planning import labels
from server.projection.visits import number
from tests.e2e.coordination import Coordination
from tests.e2e.stand_hours import BREATHS, WOMAN
from tests.e2e.stand_people import COUNTED, LABELLED, LOST, SECOND, SWAPPED, Visitor
from tests.support.server_process import ServerProcess

TEAM = "Stand de prévention du Haut-Roannais"
CAMPAIGN = "Stand de prévention"
STOP = "Marché de Renaison"
ALONE = "Étiquette {} passée à un poste, jamais à l’accueil : de qui est-ce ?"
EXCHANGED = (
    "L’année de naissance dite au poste n’est pas celle de l’accueil, étiquette {} : étiquettes échangées ?"
)
TWICE = "Deux personnes différentes ont été accueillies avec la même étiquette {}."
CLOCK = ("L’horloge de la tablette s’écarte beaucoup.", "Stand 4")


def number_of(seed: str, label: int) -> str:
    """Return the number of a label's visit, as the office reads it."""
    return number(labels.visit(seed, label))


def label_problems(
    names: Mapping[int, str], *, exchanged: bool, given_twice: bool = False, next_day: bool = False
) -> set[tuple[str, str]]:
    """Return all that the queue should ask, and of what: the labels, and one clock to set."""
    assert LOST.label is not None
    assert SECOND.label is not None
    found = {CLOCK}
    if exchanged:
        found |= {(EXCHANGED.format(each), names[each]) for each in SWAPPED}
    if given_twice:
        # The first of the two said her year of birth at a station: it is not the second's.
        visit = names[SECOND.label]
        found |= {(TWICE.format(SECOND.label), visit), (EXCHANGED.format(SECOND.label), visit)}
    if next_day:
        found.add((ALONE.format(LOST.label), names[LOST.label]))
    return found


def join_the_team(desk: Coordination, name: str, profession: str) -> None:
    """Add a member to the stand's team."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/organisation/membres")
    page.get_by_label("Nom affiché").fill(name)
    page.get_by_label("Profession").fill(profession)
    page.get_by_label("Rôle").select_option(label="terrain")
    page.get_by_role("checkbox", name=TEAM).check(force=True)
    page.get_by_role("button", name="Créer le membre").click()
    expect(page.get_by_role("row", name=re.compile(name))).to_contain_text(TEAM)


def cards(desk: Coordination) -> list[str]:
    """Make four enrolment cards of the stand's team at once; return their links."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/tablettes")
    page.get_by_label("Équipe").select_option(label=TEAM)
    page.get_by_label("Campagne").select_option(label=CAMPAIGN)
    page.get_by_label("Nom de l’appareil").fill("Stand")
    page.get_by_label("Nombre de cartes").select_option(label="4")
    page.get_by_role("button", name="Créer la carte").click()
    links = page.locator("textarea")
    expect(links).to_have_count(4)
    return [link.input_value() for link in links.all()]


def labels_of_the_stop(desk: Coordination, server: ServerProcess, screenshots: Path) -> str:
    """Look at the stop and its labels as they are printed; return what their numbers are drawn from."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/escales")
    page.get_by_role("link", name=re.compile(STOP)).first.click()
    expect(desk.main).to_contain_text("Souffle")
    page.get_by_role("link", name="Étiquettes").click()
    expect(desk.main).to_contain_text("48 étiquettes")
    page.screenshot(path=screenshots / "stand-labels.png", full_page=True)
    address = page.url
    for kind in ("planches", "cartes"):
        printed = page.request.get(f"{address}/{kind}")
        assert printed.ok
        assert printed.body().startswith(b"%PDF")
    with sqlite3.connect(f"file:{server.data / 'escale.db'}?mode=ro", uri=True) as store:
        (seed,) = store.execute("select label_seed from stop where label_seed is not null").fetchone()
    return str(seed)


def visits_of(desk: Coordination, day: date) -> dict[str, tuple[str, int]]:
    """Return the stand's visits of a day: by number, whom they name (empty when nobody) and their records."""
    page = desk.page
    desk.visits(day)
    page.get_by_role("search").get_by_label("Équipe").select_option(label=TEAM)
    page.get_by_role("button", name="Filtrer").click()
    found: dict[str, tuple[str, int]] = {}
    while True:
        for row in page.get_by_role("table", name="Liste des passages").locator("tbody tr").all():
            number, *cells = row.locator("th, td").all_inner_texts()
            who = cells[-4].splitlines()[0]
            found[number] = ("" if "non renseignée" in who else who, cells[-1].count("Fiche"))
        following = page.get_by_role("link", name="Page suivante")
        if not following.count():
            expect(page.get_by_role("status").filter(has_text="passage")).to_contain_text(f"{len(found)} p")
            return found
        address = following.get_attribute("href")
        following.click()
        page.wait_for_url(f"**{address}")


def queue_of(desk: Coordination) -> set[tuple[str, str]]:
    """Return what the queue asks for: what it says, and of what; nothing is there twice."""
    desk.page.goto(f"{desk.origin}/coordination/file")
    expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
    rows = [
        row.locator("th, td").all_inner_texts()[:2]
        for row in desk.page.get_by_role("table", name="Liste", exact=True).locator("tbody tr").all()
    ]
    found = {(plain(says.splitlines()[-1]), what.splitlines()[0]) for what, says in rows}
    assert len(found) == len(rows)
    return found


def check_the_visits(desk: Coordination, day: date, names: Mapping[int, str], count: int) -> None:
    """Every label is one visit: it names its person, and holds all that was written under it."""
    found = visits_of(desk, day)
    assert len(found) == count
    for who in LABELLED:
        assert who.label is not None
        name, records = found[names[who.label]]
        if who.label != SECOND.label:
            assert who.signed_name in name, (who.label, name)
            assert records == records_of(who), who.label
    assert found[names[46]] == ("", 2)
    assert found[names[47]] == ("", 1)
    assert sum(not name for name, _ in found.values()) == len(COUNTED) + 2


def records_of(who: Visitor) -> int:
    """Return how many records were written under a label."""
    stations = (who.pressure, who.glucose or who.weight, who.label in BREATHS, who.label == WOMAN)
    return 1 + sum(map(bool, stations))


def give_back_the_second(desk: Coordination, names: Mapping[int, str]) -> None:
    """Ask the author of the second identity under a label for another visit, from the queue's own link."""
    assert SECOND.label is not None
    desk.page.goto(f"{desk.origin}/coordination/file")
    row = desk.page.get_by_role("row", name=re.compile(names[SECOND.label])).filter(has_text="Deux personnes")
    row.get_by_role("link").first.click()
    expect(desk.page.get_by_role("definition").filter(has_text=SECOND.signed_name).first).to_be_visible()
    desk.send_back(f"Étiquette {SECOND.label} déjà donnée à une autre personne.")


def says(desk: Coordination, day: date, visit: str, link_id: str, words: str) -> None:
    """Expect that one of the visit's records says of a result what the tablet said of it."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/?du={day}&au={day}&numero={visit}")
    row = page.get_by_role("row", name=re.compile(visit))
    expect(row).to_have_count(1)
    addresses = dict.fromkeys(link.get_attribute("href") for link in row.get_by_role("link").all())
    label = re.compile(rf"^\s*{RESULT_LABELS[link_id]}\s*$")
    line = desk.main.locator("dl.answers > div").filter(has=page.locator("dt", has_text=label))
    told = []
    for address in addresses:
        page.goto(f"{desk.origin}{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        told += [plain(each).strip() for each in line.locator("dd").all_inner_texts()]
    assert any(each.startswith(plain(words)) for each in told), (link_id, words, told)


RESULT_LABELS = {
    "vitals.sbp": "Pression artérielle systolique",
    "vitals.dbp": "Pression artérielle diastolique",
    "orientation.blood_pressure": "Tension",
    "orientation.glucose": "Glycémie",
    "women.factors": "Facteurs propres aux femmes, ou aggravants",
    "result.conclusion": "Résultat de la mesure",
}


def plain(text: str) -> str:
    """Return a text with plain spaces."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)
