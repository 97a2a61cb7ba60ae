"""Servers and browsers that can be killed, and the rules that hold in every end-to-end test."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.e2e import demonstration as form_page
from tests.e2e.browser import Browser
from tests.support.server_process import ROOT, ServerProcess

SCREENSHOTS = ROOT / "build" / "screenshots"


FAILURES = ROOT / "build" / "failures"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what each open browser shows when a test fails: the picture says more than the trace."""
    report = yield
    if call.when == "call" and report.failed:
        FAILURES.mkdir(parents=True, exist_ok=True)
        for browser in getattr(item, "funcargs", {}).get("browsers", []):
            browser.keep_pictures(FAILURES, item.name)
            report.sections.append((f"console of {browser.profile.name}", "\n".join(browser.console[-30:])))
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=20_000)
    with sync_playwright() as started:
        yield started


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path)
    process.start()
    yield process
    process.kill()


@pytest.fixture
def browsers() -> list[Browser]:
    """The browsers that a test opened."""
    return []


@pytest.fixture
def new_browser(
    playwright: Playwright, tmp_path: Path, server: ServerProcess, browsers: list[Browser]
) -> Iterator[Callable[[str], Browser]]:
    """Make browsers by profile name; none may leave the origin or break its content security policy."""

    def make(name: str) -> Browser:
        browser = Browser(playwright, tmp_path / f"profile-{name}", server.origin)
        browsers.append(browser)
        return browser

    yield make
    for browser in browsers:
        browser.close()
    for browser in browsers:
        assert [] == browser.foreign_requests
        assert [] == browser.violations


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the form components by themselves."""
    with form_page.served(tmp_path_factory.mktemp("vite") / "log") as address:
        yield address
