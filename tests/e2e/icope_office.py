"""The ICOPE story seen from the office: both step 1 read, the refusal followed, the figures opened."""

import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e import accessibility
from tests.e2e.coordination import Coordination
from tests.e2e.icope_phone import DOMAINS, LABELS, plain

FOLLOWED = "ICOPE : revus à six mois (120 à 240 jours)"

FIRST_WORDS = "(dd) => dd.firstChild.textContent"


def read_the_record(
    desk: Coordination, person: str, day: date, shown: dict[str, str], screenshots: Path
) -> None:
    """Read the record of a day: what the phone showed, by domain or by label, stands here word for word."""
    desk.open_record_of(person, day)
    expect(desk.main).not_to_contain_text("Ce que le serveur recalcule")
    for name, told in shown.items():
        label = LABELS[f"{name}.state"] if name in DOMAINS else name
        rows = desk.main.locator("dl.answers > div", has=desk.page.locator("dt", has_text=label))
        # The value comes first; its tone, its rule and the professional's word on it stand after.
        written = {
            plain(row.locator("dt").inner_text()): plain(row.locator("dd").evaluate(FIRST_WORDS))
            for row in rows.all()
        }
        assert written[plain(label)] == told, name
    desk.page.screenshot(path=screenshots / f"icope-record-{day.month}.png", full_page=True)


def the_next_step_1_is_asked_once(desk: Coordination, person: str, due: str, screenshots: Path) -> None:
    """What was refused is not chased; the next step 1 is due on the day said, and a former one no more."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/suivis?sorte=icope_next")
    row = desk.main.get_by_role("row", name=re.compile(re.escape(person)))
    expect(row).to_have_count(1)
    expect(row).to_contain_text(spaced("ICOPE : prochaine étape 1"))
    expect(row).to_contain_text(due)
    page.screenshot(path=screenshots / "icope-follow-ups.png", full_page=True)
    page.goto(f"{desk.origin}/coordination/suivis?sorte=icope_step2")
    page.screenshot(path=screenshots / "icope-step2.png", full_page=True)


def the_entry_is_noted_later(desk: Coordination, person: str, day: date, screenshots: Path) -> None:
    """What was « à faire » on the phone is noted with its day: no record is corrected."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/suivis?sorte=icope_monitor")
    desk.main.get_by_role("row", name=re.compile(re.escape(person))).get_by_role("link").first.click()
    page.get_by_label("Issue").select_option(label="Saisi")
    page.get_by_label("Fait le").fill(day.isoformat())
    page.screenshot(path=screenshots / "icope-entry-later.png", full_page=True)
    assert [] == accessibility.problems(page)
    page.get_by_role("button", name="Enregistrer").click()
    expect(desk.main.locator("dl.answers")).to_contain_text(f"Saisi le {day:%d/%m/%Y}")


def the_figures(desk: Coordination, person: str, days: tuple[date, date], screenshots: Path) -> None:
    """The default indicators, adopted: the first step 1 was followed at six months, and it opens."""
    page = desk.page
    address = f"{desk.origin}/coordination/indicateurs?du={days[0]}&au={days[1]}"
    page.goto(address)
    page.get_by_role("button", name=re.compile("^Reprendre")).click()
    expect(page.get_by_role("row", name=spaced(FOLLOWED))).to_be_visible()
    page.goto(address)
    page.screenshot(path=screenshots / "icope-indicators.png", full_page=True)
    row = page.get_by_role("row", name=spaced(FOLLOWED))
    assert figures(page, "ICOPE : étapes 2 refusées") == ["1", "2"]
    assert figures(page, "ICOPE : étapes 2 acceptées") == ["1", "2"]
    assert figures(page, "ICOPE : alertes, nutrition") == ["1", "2"]
    assert figures(page, FOLLOWED) == ["1", "1"]
    # One was entered by the office, later; the other by the nurse, at once.
    assert figures(page, "ICOPE : saisies dans ICOPE Monitor parmi les accords") == ["2", "2"]
    row.get_by_role("link").first.click()
    expect(desk.main).to_contain_text(person)
    page.screenshot(path=screenshots / "icope-behind.png", full_page=True)
    assert [] == accessibility.problems(page)


def figures(page: Page, label: str) -> list[str]:
    """Return numerator and denominator of an indicator, as written."""
    row = page.get_by_role("row", name=spaced(label))
    return [plain(cell.inner_text()) for cell in row.get_by_role("cell").all()][2:4]


def spaced(label: str) -> re.Pattern[str]:
    """Match a label whatever its spaces are."""
    return re.compile(re.escape(label).replace("\\ ", r"\s"))
