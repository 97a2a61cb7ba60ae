"""The coordinators' pages as a coordinator uses them."""

import re
from datetime import date

from playwright.sync_api import Locator, Page, expect

PASSWORD = "Quai-des-brumes-2026!"


class Coordination:
    """One coordinator's page."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin

    def log_in(self, login: str, one_time: str, password: str = PASSWORD) -> None:
        """Log in with the one-time password and choose a lasting one."""
        self.page.goto(f"{self.origin}/coordination/")
        self.page.get_by_label("Identifiant").fill(login)
        self.page.get_by_label("Mot de passe").fill(one_time)
        self.page.get_by_role("button", name="Se connecter").click()
        fields = self.page.locator("input[type=password]")
        expect(fields.nth(1)).to_be_visible()
        for index in range(fields.count()):
            fields.nth(index).fill(one_time if index == 0 and fields.count() == 3 else password)
        self.page.locator("main").get_by_role("button").first.click()
        self.at_visits()

    def at_visits(self) -> None:
        """Wait for the list of visits."""
        expect(self.page.get_by_role("heading", name=re.compile("Passages"), level=1)).to_be_visible()

    def visits(self, day: date | None = None) -> None:
        """Open the list of visits anew, today's unless another day is given."""
        query = f"?du={day}&au={day}" if day else ""
        self.page.goto(f"{self.origin}/coordination/{query}")
        self.at_visits()

    def open_record_of(self, name: str, day: date | None = None) -> None:
        """Open the record of a person from the list of a day."""
        self.visits(day)
        self.page.get_by_role("row", name=re.compile(name)).get_by_role("link").first.click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    @property
    def main(self) -> Locator:
        """Return the main part of the page."""
        return self.page.locator("main")

    def send_back(self, message: str) -> None:
        """Ask the author for a correction."""
        self.page.get_by_label("À corriger").check(force=True)
        self.page.get_by_label("Message").fill(message)
        self.page.get_by_role("button", name=re.compile("Enregistrer")).click()

    def validate(self) -> None:
        """Accept the record."""
        self.page.get_by_label("Validée").check(force=True)
        self.page.get_by_role("button", name=re.compile("Enregistrer")).click()

    def log_in_again(self, login: str, password: str) -> None:
        """Log in with the lasting password, after the server forgot the session or the day changed."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.origin}/coordination/")
        self.page.get_by_label("Identifiant").fill(login)
        self.page.get_by_label("Mot de passe").fill(password)
        self.page.get_by_role("button", name="Se connecter").click()
        self.at_visits()
