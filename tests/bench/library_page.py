"""The tablet's library in a page of Chromium: bundled like the application, called by function."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, Route

from tests.e2e.browser import CHROMIUM
from tests.support.server_process import ROOT

PWA = ROOT / "pwa"
ORIGIN = "http://localhost"
"""A secure context: WebCrypto is there. Nothing listens: the browser's requests are answered here."""
CALL = "async ([name, given]) => (await import('/tablet.js'))[name](...given)"
CPU_THROTTLING = 4
"""How many times slower than this machine a tablet is taken to be, where a goal says so."""


class Library:
    """The browser profile in which measurements keep their records."""

    def __init__(self, context: BrowserContext, built: Path) -> None:
        self._context = context
        self._built = built
        context.route(f"{ORIGIN}/**", self._answer)

    @contextmanager
    def page(self, *, slower: int = 1) -> Iterator[Page]:
        """Open a page that knows nothing of earlier ones but what the browser stores."""
        page = self._context.new_page()
        throttle(page, slower)
        page.goto(f"{ORIGIN}/")
        try:
            yield page
        finally:
            page.close()

    def _answer(self, route: Route) -> None:
        if route.request.url == f"{ORIGIN}/tablet.js":
            route.fulfill(path=self._built, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>bench</title>", content_type="text/html")


def call(page: Page, name: str, *given: object) -> Any:
    """Call a function of ``pwa/tests/bench/tablet.ts`` and return what it answers."""
    return page.evaluate(CALL, [name, list(given)])


def throttle(page: Page, slower: int) -> None:
    """Slow the page's main thread down; its workers and the browser's own processes keep their speed."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})


@contextmanager
def library(playwright: Playwright, directory: Path) -> Iterator[Library]:
    """Build the library under ``directory`` and open it in a new profile."""
    vite = [
        "node",
        "node_modules/vite/bin/vite.js",
        "build",
        "--config=tests/bench/vite.config.ts",
        f"--outDir={directory / 'library'}",
        "--emptyOutDir",
        "--logLevel=warn",
    ]
    subprocess.run(vite, cwd=PWA, check=True, timeout=60)
    context = playwright.chromium.launch_persistent_context(
        str(directory / "profile"), executable_path=CHROMIUM, headless=True
    )
    try:
        yield Library(context, directory / "library" / "tablet.js")
    finally:
        context.close()
