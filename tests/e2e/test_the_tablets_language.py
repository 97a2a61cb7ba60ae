"""A tablet that speaks English, without network too, and French again."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.accessibility import problems
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess


def test_the_language_is_the_tablets_choice(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    """Chosen under « À propos », it is kept with the tablet, forms speak it, and accesses open in it."""
    browser = new_browser("tablet")
    tablet = Tablet(browser.open())
    page = tablet.page
    tablet.enrol(server.enrolment_link())
    tablet.create_access("infirmière", PASSPHRASES["nurse"])
    browser.offline(cut=True)

    tablet.button("À propos").click()
    expect(page.get_by_role("radiogroup", name="Langue de la tablette")).to_be_visible()
    page.locator("label").filter(has_text="English").click()

    # The page is read again: no key is left, and nothing of it needs the network.
    expect(tablet.heading("Who are you?")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    tablet.button("infirmière").click()
    page.get_by_label("Passphrase").fill(PASSPHRASES["nurse"])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Search the team’s records")).to_be_visible()
    page.get_by_role("button", name="With me").first.click()
    expect(page.get_by_text("With Dominique Fictif for")).to_be_visible()

    tablet.button("About Escale").click()
    expect(page.get_by_role("radiogroup", name="Language of the tablet")).to_be_visible()
    assert problems(page) == []
    page.locator("label").filter(has_text="Français").click()
    expect(tablet.heading("Qui êtes-vous")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert browser.violations == []
