"""The pages about people in the real browser, at three widths, on the keyboard's and axe's terms."""

import pytest
from playwright.async_api import Page

from tests.server.web.conftest import Came, Day
from tests.server.web.test_accessibility import check, origin, page, sign_in

__all__ = ["origin", "page"]

pytestmark = pytest.mark.anyio


async def test_duplicates_and_a_person(page: Page, day: Day, came: Came) -> None:
    await came()
    await came(birth_name="LEFEBVRE", commune="42015", phone=None, given_names="ANNE MARIE")
    await came(birth_name="DURAND", used_name="LEFEVRE", birth_place=None)
    await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
    await page.goto("/coordination/personnes/doublons")
    await page.get_by_role("heading", level=1, name="Doublons probables").wait_for()
    await check(page, "duplicates")
    # Of equally likely pairs, chance decides which is first:
    # the person looked at below is of the pair decided here.
    person = await page.get_by_role("link", name="ANNE").first.get_attribute("href")
    assert person is not None
    await page.get_by_label("C’est la même personne").first.check()
    await page.get_by_label("Ce qui vous fait décider").first.fill("Vu avec elle")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Enregistrer la décision").first.click()
    await page.goto(person)
    await page.get_by_text("Annuler la réunion").wait_for()
    await check(page, "person")
    await page.get_by_text("Annuler la réunion").click()
    await page.get_by_text("Ce passage est d’une autre personne").first.click()
    await check(page, "person, both forms open")
