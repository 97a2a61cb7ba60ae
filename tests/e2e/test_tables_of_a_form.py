"""Groups drawn as tables, in a real browser: spirometry, on a tablet both ways up and on a phone."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e import accessibility
from tests.e2e.browser import CHROMIUM
from tests.e2e.conftest import SCREENSHOTS

# One worker: the server prepares its modules once, in a directory that two would share.
pytestmark = pytest.mark.xdist_group("the form by itself")
RESULTS = "Résultats de la spirométrie"
Opened = Callable[[int, int], Page]


@pytest.fixture
def opened(playwright: Playwright, demonstration: str) -> Iterator[Opened]:
    """Open the spirometry of a screening that is filled, on a screen of this size."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM)

    def at(width: int, height: int) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR")
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto(f"{demonstration}?form=bpco-reperage.v1.0.0&base=spirometry&section=spirometry")
        expect(page.get_by_role("heading", name=RESULTS)).to_be_visible(timeout=60_000)
        # The engine of rules has come, and the values with it.
        expect(page.get_by_role("table", name=RESULTS)).to_contain_text("−1,74")
        return page

    yield at
    browser.close()


def cells(table: Locator, row: str) -> list[str]:
    """What stands in a row, by the row's own heading."""
    found = table.get_by_role("row").filter(has=table.page.get_by_role("rowheader", name=row, exact=True))
    return [re.sub(r"\s", " ", text.strip()) for text in found.get_by_role("cell").all_inner_texts()]


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280)])
def test_results_are_a_table_of_three_lines_on_a_tablet(opened: Opened, width: int, height: int) -> None:
    page = opened(width, height)
    table = page.get_by_role("table", name=RESULTS)
    assert cells(table, "VEMS") == ["2,10 L", "2,92 L", "2,15 L", "−1,74", "71,9 %", "A", "3"]
    assert cells(table, "VEMS/CVF") == ["0,618", "0,776", "0,648", "−1,97", "–", "–", "–"]
    expect(table.get_by_role("columnheader", name="LIN", exact=True)).to_be_visible()
    rules = page.get_by_text("Règles et sources")
    expect(page.get_by_text("Équations de référence, GLI Global 2022").first).to_be_hidden()
    rules.click()
    expect(page.get_by_text("Équations de référence, GLI Global 2022").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert [] == accessibility.problems(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"spirometry-{width}.png", full_page=True)


def test_on_a_phone_the_table_is_turned_and_nothing_is_wider_than_the_screen(opened: Opened) -> None:
    page = opened(360, 780)
    table = page.get_by_role("table", name=RESULTS)
    assert cells(table, "z-score") == ["−1,74", "−0,67", "−1,97"]
    assert cells(table, "Grade") == ["A", "A", "–"]
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert [] == accessibility.problems(page)
    page.screenshot(path=SCREENSHOTS / "spirometry-360.png", full_page=True)


def test_a_manoeuvre_is_entered_below_the_table_of_those_made(opened: Opened) -> None:
    page = opened(1280, 800)
    made = page.get_by_role("table", name="Manœuvres", exact=True)
    assert cells(made, "Deuxième manœuvre")[:4] == ["2,10 L", "3,40 L", "Oui", "Oui"]
    fourth = page.get_by_role("region", name="Quatrième manœuvre")
    expect(fourth).to_be_visible()
    expect(page.get_by_role("region", name="Deuxième manœuvre")).to_be_hidden()

    page.get_by_role("button", name="Modifier : Deuxième manœuvre").click()
    second = page.get_by_role("region", name="Deuxième manœuvre")
    expect(second.get_by_role("textbox", name="VEMS")).to_be_focused()
    expect(fourth).to_be_hidden()
    second.get_by_role("radiogroup", name="VEMS acceptable").get_by_role("radio", name="Non").check()
    expect(made.get_by_role("row", name="Deuxième manœuvre")).to_contain_text("à compléter")

    # What is missing is gone to from anywhere: the row that hides it opens.
    page.get_by_role("button", name="Continuer : Troisième manœuvre").click()
    expect(second).to_be_hidden()
    page.locator("#form-sections").get_by_role("button", name=re.compile("^Résultat et orientation")).click()
    page.get_by_role("button", name=re.compile("^Il manque 1 réponse")).click()
    expect(second).to_be_visible()
    expect(
        second.get_by_role("radiogroup", name="VEMS utilisable").get_by_role("radio", name="Oui")
    ).to_be_focused()
    assert [] == accessibility.problems(page)
