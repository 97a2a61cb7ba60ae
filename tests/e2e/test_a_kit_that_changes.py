"""Case-finding of BPCO in a real browser: another kit, and years of smoking that no life has room for."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e import accessibility
from tests.e2e.browser import CHROMIUM
from tests.e2e.conftest import SCREENSHOTS

# One worker: the server prepares its modules once, in a directory that two would share.
pytestmark = pytest.mark.xdist_group("the form by itself")
Opened = Callable[[str, int], Page]
TOO_MANY = "Plus d’années de tabac que d’âge"
MINI, FULL = "Mini-spiromètre (VEMS, VEM6)", "Spirométrie complète, opérateur formé"


@pytest.fixture
def opened(playwright: Playwright, demonstration: str) -> Iterator[Opened]:
    """Open a section of a screening that is filled, on a screen of this width."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM)

    def at(section: str, width: int) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR")
        context.set_default_timeout(60_000)
        page = context.new_page()
        # The age is that of the day of the visit, which is this page's today.
        page.clock.set_fixed_time("2026-11-23T10:00:00+01:00")
        page.goto(f"{demonstration}?form=bpco-reperage.v1.0.0&base=full&section={section}")
        return page

    yield at
    browser.close()


def field(page: Page, name: str) -> Locator:
    """Where the answer is typed, and not what says why there is none."""
    return page.get_by_role("textbox", name=name)


def leave(field: Locator, typed: str) -> None:
    """Type and go on: what is unusual is said once the field is left."""
    field.fill(typed)
    field.press("Tab")


def choose(page: Page, kit: str) -> None:
    """Tap the option: its words, as a thumb does."""
    page.locator("label").filter(has_text=kit).click()


@pytest.mark.parametrize("width", [1280, 360])
def test_another_kit_has_its_own_model_and_number(opened: Opened, width: int) -> None:
    page = opened("device", width)
    model, serial = field(page, "Marque et modèle"), field(page, "Numéro de série")
    expect(model).to_have_value("PiKo-6")
    choose(page, FULL)
    expect(model).to_have_value("")
    expect(serial).to_have_value("")
    model.fill("EasyOne Air")
    page.screenshot(path=_picture(f"another-kit-{width}"), full_page=True)
    choose(page, MINI)
    expect(model).to_have_value("PiKo-6")
    expect(serial).to_have_value("PK6-2231")
    choose(page, FULL)
    expect(model).to_have_value("EasyOne Air")
    expect(serial).to_have_value("")
    assert [] == accessibility.problems(page)


@pytest.mark.parametrize("width", [1280, 360])
def test_more_years_of_smoking_than_of_age_ask_to_be_confirmed(opened: Opened, width: int) -> None:
    page = opened("exposure", width)
    expect(page.get_by_text("Paquets-années").first).to_be_visible()
    first, second = field(page, "Années").nth(0), field(page, "Années").nth(1)
    expect(page.get_by_text(TOO_MANY)).to_have_count(0)
    leave(first, "68")
    expect(page.get_by_text(TOO_MANY)).to_be_visible()
    # Of the two periods only the one where the age is passed asks.
    expect(page.get_by_text("Avec les périodes d’avant")).to_have_count(0)
    page.screenshot(path=_picture(f"years-of-smoking-{width}"), full_page=True)
    assert [] == accessibility.problems(page)
    leave(first, "40")
    expect(page.get_by_text(TOO_MANY)).to_have_count(0)
    leave(second, "28")
    expect(page.get_by_text("Avec les périodes d’avant, plus d’années de tabac")).to_be_visible()


def _picture(name: str) -> str:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return str(SCREENSHOTS / f"{name}.png")
