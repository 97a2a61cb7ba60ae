"""The controls of the instruments in a real browser: time that goes on, keys, a device's file, two views.

The page is ``pwa/tests/forms/demo``, the form components by themselves, served by Vite; the browser's clock
is turned by hand.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e import accessibility
from tests.e2e.browser import CHROMIUM
from tests.support.server_process import ROOT

SQUEEZED = """() => [...document.querySelectorAll('.question.yes-no .head')]
    .filter((each) => each.parentElement.offsetWidth > 640 && each.offsetWidth < 220)
    .map((each) => each.innerText)"""
FIXTURES = ROOT / "pwa" / "tests" / "spirometry" / "fixtures"


# One worker: the server prepares its modules once, in a directory that two would share.
pytestmark = pytest.mark.xdist_group("the form by itself")


@pytest.fixture
def page(playwright: Playwright, demonstration: str) -> Iterator[Page]:
    """The form that has every control, at its first section."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM)
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="fr-FR", timezone_id="Europe/Paris"
    )
    # Vite prepares its modules at the first visit.
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{demonstration}?form=instruments")
    expect(heading(page, "Apprentissage de trois mots")).to_be_visible(timeout=60_000)
    yield page
    browser.close()


def heading(page: Page, text: str) -> Locator:
    """The title of a section."""
    return page.get_by_role("heading", name=text, exact=True)


def following(page: Page, title: str) -> None:
    """Go on, and be in the section of that title."""
    page.get_by_role("button", name="Suivant", exact=True).click()
    expect(heading(page, title)).to_be_visible()


def step(page: Page, title: str) -> None:
    """Go to a section by the list of steps."""
    page.locator("#form-sections").get_by_role("button", name=re.compile(f"^{title}")).click()
    expect(heading(page, title)).to_be_visible()


def test_a_delayed_section_is_passed_over_then_brings_one_back_even_after_a_reload(page: Page) -> None:
    page.get_by_role("radio", name="Trois mots").check()
    following(page, "Locomotion")
    following(page, "Humeur")
    following(page, "Spirométrie")  # the recall lies between: it is shut

    step(page, "Rappel des trois mots")
    expect(page.locator("[data-delay=waiting]")).to_contain_text("Rappel dans 2 min")
    expect(page.get_by_role("radio", name="Deux mots")).to_have_count(0)
    step(page, "Spirométrie")

    page.clock.fast_forward(60_000)
    page.reload()
    expect(heading(page, "Spirométrie")).to_be_visible()
    expect(page.locator("[data-recall]")).to_have_count(0)
    page.clock.fast_forward(125_000)
    prompt = page.locator("[data-recall]")
    expect(prompt).to_have_attribute("role", "alert")
    assert [] == accessibility.problems(page)

    prompt.get_by_role("button", name="Y aller").click()
    expect(heading(page, "Rappel des trois mots")).to_be_focused()
    page.get_by_role("radio", name="Deux mots").check()
    expect(prompt).to_have_count(0)
    assert int(re.sub(r"\D", "", page.locator("[id='question-recall.elapsed'] output").inner_text())) >= 180


def test_the_prompt_is_said_over_the_persons_view_and_before_signing_and_again_after_a_minute(
    page: Page,
) -> None:
    page.get_by_role("radio", name="Trois mots").check()
    following(page, "Locomotion")
    page.get_by_role("button", name="Vue pour la personne").click()
    view = page.locator("[data-person-view]")
    expect(view.locator("[data-recall]")).to_have_count(0)
    page.clock.fast_forward(181_000)
    expect(page.locator("[data-recall]")).to_have_count(1)
    expect(view.locator("[data-recall]")).to_be_visible()
    assert [] == accessibility.problems(page)

    view.get_by_role("button", name="Plus tard").click()
    expect(page.locator("[data-recall]")).to_have_count(0)
    page.clock.fast_forward(61_000)
    view.locator("[data-recall]").get_by_role("button", name="Y aller").click()
    expect(view).to_have_count(0)
    expect(heading(page, "Rappel des trois mots")).to_be_focused()

    page.locator("#form-sections").get_by_role("button").last.click()
    page.get_by_role("button", name="Relire la fiche").click()
    prompt = page.locator(".review [data-recall]")
    expect(prompt).to_be_visible()
    assert [] == accessibility.problems(page)
    prompt.get_by_role("button", name="Y aller").click()
    expect(heading(page, "Rappel des trois mots")).to_be_visible()


def test_a_stopwatch_goes_on_through_a_reload_and_can_be_corrected(page: Page) -> None:
    following(page, "Locomotion")
    page.get_by_role("button", name="Démarrer").click()
    page.clock.fast_forward(5_000)
    page.reload()
    page.clock.fast_forward(7_000)
    page.get_by_role("button", name="Arrêter").click()

    field = page.locator("[id='question-walk.chair'] input")
    expect(field).to_have_value(re.compile(r"^\d+,?\d?$"))
    assert float(field.input_value().replace(",", ".")) >= 12
    field.fill("13,9")
    field.blur()
    expect(field).to_have_value("13,9")


def test_a_slider_is_answered_by_keys_and_has_no_value_before(page: Page) -> None:
    following(page, "Locomotion")
    slider = page.get_by_role("slider", name="Douleur à la marche")
    expect(slider).to_have_attribute("aria-valuetext", "Pas de réponse")
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "1")


def test_the_persons_view_is_used_by_keys_and_gives_back_where_one_was(page: Page) -> None:
    following(page, "Locomotion")
    page.get_by_role("button", name="Vue pour la personne").press("Enter")
    view = page.locator("[data-person-view]")
    expect(view.get_by_role("heading")).to_be_focused()
    expect(view.get_by_role("heading")).to_contain_text("Avez-vous mal quand vous marchez")
    assert [] == accessibility.problems(page)

    view.get_by_role("button", name="Je préfère ne pas répondre").press("Enter")
    view.get_by_role("button", name="Suivant").press("Enter")
    expect(view.get_by_role("heading")).to_contain_text("De quel côté")
    view.get_by_role("radio", name="Gauche").press("Space")
    page.keyboard.press("Escape")
    expect(view).to_have_count(0)
    expect(heading(page, "Locomotion")).to_be_focused()
    expect(page.locator("[id='question-walk.pain']")).to_contain_text("Refusé")
    expect(page.get_by_role("radio", name="Gauche")).to_be_checked()


def test_a_devices_file_proposes_and_a_wrong_one_changes_nothing(page: Page, tmp_path: Path) -> None:
    step(page, "Spirométrie")
    fev1 = page.locator("[id='question-spirometry.blow1.fev1'] input")
    fev1.fill("2,4")
    picker = page.locator("[data-file=spirometer]")
    wrong = tmp_path / "photo.xml"
    wrong.write_text("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", encoding="utf-8")
    picker.set_input_files(wrong)
    expect(page.get_by_role("alert")).to_contain_text("entités")
    expect(fev1).to_have_value("2,4")

    picker.set_input_files(FIXTURES / "ndd-easyone.xml")
    expect(page.get_by_text("MOREAU Élise & Anne")).to_be_visible()
    expect(page.get_by_text("remplace 2,4")).to_be_visible()
    expect(fev1).to_have_value("2,4")
    page.get_by_role("button", name="Reprendre ces valeurs").click()
    expect(fev1).to_have_value("2,6")
    expect(page.get_by_role("img", name=re.compile("Courbe débit-volume"))).to_be_visible()
    expect(page.get_by_text("MOREAU")).to_have_count(0)
    assert [] == accessibility.problems(page)


def test_the_page_is_handed_over_only_after_the_professionals_word(page: Page) -> None:
    step(page, "Spirométrie")
    page.locator("[data-file=spirometer]").set_input_files(FIXTURES / "ndd-easyone.xml")
    page.get_by_role("button", name="Reprendre ces valeurs").click()
    step(page, "Résultat")
    page.get_by_role("button", name="La page de la personne").click()
    handed = page.locator("[data-person-page]")
    expect(handed.get_by_role("button", name="Imprimer")).to_have_count(0)
    handed.get_by_role("button", name="Fermer la page").click()

    page.get_by_role("radio", name="Je le valide").check()
    page.get_by_role("button", name="La page de la personne").click()
    expect(handed.locator("[data-airway=open]")).to_be_visible()
    expect(handed.get_by_role("button", name="Imprimer")).to_be_visible()
    assert [] == accessibility.problems(page)
    page.emulate_media(media="print")
    expect(handed.get_by_role("button", name="Imprimer")).to_be_hidden()
    expect(page.locator("#form-sections")).to_be_hidden()
    expect(handed.locator("[data-airway=open]")).to_be_visible()


def test_full_sunlight_is_kept_with_the_tablet(page: Page) -> None:
    page.get_by_role("button", name="Plein soleil").click()
    assert [] == accessibility.problems(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "sun")
    page.get_by_role("button", name="Affichage normal").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "sun")


def test_six_results_in_large_type_are_one_sheet_of_paper(page: Page, demonstration: str) -> None:
    page.goto(f"{demonstration}?form=icope-step1.v1.0.0&base=full")
    step(page, "Résultat")
    page.get_by_role("button", name="La page de la personne").click()
    handed = page.locator("[data-person-page]")
    expect(handed.get_by_role("listitem")).to_have_count(6)
    for line in ("Votre prochaine étape 1", "Un bilan plus complet", "Réponse donnée par", "Bilan prévu le"):
        expect(handed.locator("[data-page-lines]")).to_contain_text(line)
    sheets = re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))
    assert 1 == len(sheets)


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("prevention-stand", "full"),
        ("satisfaction-patient", "full"),
        ("teleconsultation-satisfaction-assistant", "full"),
        ("teleconsultation-satisfaction-physician", "full"),
        ("teleconsultation", "full"),
        ("bpco-reperage", "spirometry"),
    ],
)
def test_every_section_of_a_filled_form_is_whole_at_every_width(
    page: Page, demonstration: str, form: str, base: str
) -> None:
    page.goto(f"{demonstration}?form={form}.v1.0.0&base={base}")
    titles = page.locator("#form-sections li button")
    expect(titles.first).to_be_visible()
    found: list[str] = []
    for number in range(titles.count()):
        titles.nth(number).click()
        found += accessibility.problems(page)
        # A question of « Oui » and « Non » keeps room for its words beside them.
        found += page.evaluate(SQUEEZED)
    page.get_by_role("button", name="Relire la fiche").click()
    found += accessibility.problems(page)
    assert found == []
