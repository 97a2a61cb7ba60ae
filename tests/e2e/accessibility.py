"""axe-core on the page as it stands, at the three widths that our users hold."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (1280, 800, 360)
RUN = (
    "() => axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
)
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .slice(-3).map((each) => each.outerHTML.slice(0, 90)).join(' | ')"""


def problems(page: Page) -> list[str]:
    """Return what axe finds at each width, one line a finding; empty when there is nothing."""
    size = page.viewport_size
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for violation in page.evaluate(RUN)["violations"]:
            places = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            found.append(f"{width} px: {violation['id']}: {violation['help']}: {places}")
        overflow = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            found.append(f"{width} px: the page overflows by {overflow} px: {page.evaluate(TOO_WIDE)}")
    if size is not None:
        page.set_viewport_size(size)
    return found
