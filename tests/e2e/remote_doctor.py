"""The remote doctor's pages as a doctor uses them on a telephone: a link, a code, and no account."""

import re

from playwright.sync_api import Locator, Page, expect

PHONE = {"width": 360, "height": 740}


class RemoteDoctor:
    """One browser that holds a link."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def main(self) -> Locator:
        """Return the main part of the page."""
        return self.page.locator("main")

    def titled(self, title: str) -> None:
        """Wait for the page of this title."""
        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()

    def before_the_answer(self) -> tuple[float, float]:
        """Return how far below the top the answer begins, and how wide the page is, in pixels."""
        self.page.wait_for_load_state("networkidle")
        top, width = self.page.evaluate(
            """() => [document.getElementById("answer").getBoundingClientRect().top + scrollY,
                      document.documentElement.scrollWidth]"""
        )
        return float(top), float(width)

    def give_code(self, code: str) -> None:
        """Type the code and send it."""
        self.page.get_by_label("Code de 6 chiffres").fill(code)
        self.page.get_by_role("button", name="Ouvrir la demande").click()

    def question(self, label: str) -> Locator:
        """Return a group of buttons by the beginning of its legend."""
        return self.page.get_by_role("group", name=re.compile(f"^{re.escape(label)}"))

    def choose(self, label: str, *options: str) -> None:
        """Choose among the buttons of a question, by the beginning of their words."""
        for option in options:
            words = re.compile(f"^{re.escape(option)}")
            group = self.question(label)
            group.get_by_role("radio", name=words).or_(group.get_by_role("checkbox", name=words)).check()

    def send(self) -> None:
        """Send the answer."""
        self.page.get_by_role("button", name="Envoyer la réponse").click()
