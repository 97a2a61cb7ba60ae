"""A nurse's phone during an ICOPE step 1: what a bus tablet does not have."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.browser import Browser
from tests.e2e.bus_hours import Hours
from tests.e2e.tablet import Tablet
from tests.support.server_process import ROOT

FORM: dict[str, Any] = json.loads(
    Path(ROOT, "forms", "definitions", "icope-step1.v1.0.0.json").read_text(encoding="utf-8")
)
LABELS: dict[str, str] = {}
"""What a calculated question is called, by linkId."""
for _section in FORM["item"]:
    LABELS |= {item["linkId"]: item["text"] for item in _section["item"] if "text" in item}
DOMAINS = ("cognition", "locomotion", "nutrition", "vision", "hearing", "mood")
SCREEN = {"width": 360, "height": 740}


def plain(text: str) -> str:
    """Return a text without what typography adds to its spaces."""
    return re.sub(r"\s+", " ", text).strip()


class Phone(Tablet):
    """A phone of 360 px, the sections of whose form are those of ICOPE."""

    sections: Mapping[str, str] = {item["linkId"]: item["text"] for item in FORM["item"]}

    def __init__(self, browser: Browser, hours: Hours) -> None:
        super().__init__(browser.open(viewport=SCREEN))
        self.browser = browser
        hours.browsers.append(browser)
        hours.tablets.append(self)

    def later(self, seconds: float) -> None:
        """Let so many seconds pass on the phone, which is touched every minute: it does not veil itself."""
        now = datetime.fromtimestamp(self.page.evaluate("() => Date.now()") / 1000, UTC)
        until = now + timedelta(seconds=seconds)
        while now < until:
            now = min(until, now + timedelta(minutes=1))
            self.browser.set_clock(now)
            self.page.keyboard.press("Shift")

    def next_screen(self) -> None:
        """Go on to the next section that is open."""
        self.button("Suivant").click()

    def on_screen(self, section: str) -> None:
        """Wait for a section."""
        expect(
            self.page.get_by_role("heading", name=self.sections[section], exact=True, level=2)
        ).to_be_visible()

    def calculated(self, link_id: str) -> Locator:
        """Return what is written of a calculated question of the section on screen."""
        return self.question(link_id).locator("output")

    def states(self) -> dict[str, str]:
        """Return the six states as their sections write them."""
        found = {}
        for domain in DOMAINS:
            self.go_to(domain)
            found[domain] = plain(self.calculated(f"{domain}.state").inner_text())
        return found

    def results(self) -> dict[str, str]:
        """Return what the last section calculated, by its label."""
        self.go_to("results")
        outputs = self.page.locator('[id^="question-results."]:has(output)')
        expect(outputs.first).to_be_visible()
        return {
            plain(each.locator(".label").inner_text()): plain(each.locator("output").inner_text())
            for each in outputs.all()
        }
