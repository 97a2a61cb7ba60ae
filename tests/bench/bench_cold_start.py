"""From a dead tablet to its first usable screen, without network: a new browser, the server stopped."""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Playwright, expect, sync_playwright

from tests.bench.library_page import CPU_THROTTLING, throttle
from tests.bench.measurement import Measurement
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

STARTS = 7
GOAL_MS = 1500
MEMBER = "infirmière"
# Usable: the question is on screen and a touch on the first member would reach that button. Timed from the
# start of the navigation until the frame that shows it was painted.
WATCH = """(() => {
  window.usable_ms = new Promise((resolve) => {
    const look = () => {
      const heading = document.querySelector("h1");
      const member = document.querySelector("main li button");
      if (heading?.textContent.startsWith("Qui êtes-vous") && member !== null) {
        const { x, y, width, height } = member.getBoundingClientRect();
        if (member.contains(document.elementFromPoint(x + width / 2, y + height / 2))) {
          setTimeout(() => resolve(performance.now()));
          return;
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
})()"""


def measure() -> list[Measurement]:
    """Return the median time of a cold start on an enrolled tablet with one access."""
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        times = _starts(playwright, Path(directory))
    name = f"tablet: cold offline start, CPU {CPU_THROTTLING}× slower, median of {STARTS}"
    return [Measurement(name, statistics.median(times), "ms", GOAL_MS, at_most=True)]


def _starts(playwright: Playwright, directory: Path) -> list[float]:
    server = ServerProcess(directory)
    server.start()
    browser = Browser(playwright, directory / "profile", server.origin)
    try:
        _prepare(browser, server)
        server.stop()
        return [_start(browser, f"{server.origin}/tablette/") for _ in range(STARTS)]
    finally:
        browser.close()
        server.kill()


def _prepare(browser: Browser, server: ServerProcess) -> None:
    tablet = Tablet(browser.open())
    tablet.enrol(server.enrolment_link())
    tablet.create_access(MEMBER, PASSPHRASES["nurse"])
    tablet.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    browser.close()


def _start(browser: Browser, address: str) -> float:
    page = browser.open()
    browser.offline(cut=True)
    throttle(page, CPU_THROTTLING)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="commit")
    usable_ms: float = page.evaluate("() => window.usable_ms")
    page.locator("main li button").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Qui êtes-vous")
    browser.close()
    return usable_ms


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
