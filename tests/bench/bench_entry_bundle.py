"""What a tablet must fetch before its first screen: the scripts and styles that ``index.html`` names."""

import gzip
from html.parser import HTMLParser
from pathlib import Path

from tests.bench.measurement import Measurement
from tests.support.server_process import ROOT

DIST = ROOT / "pwa" / "dist"
BASE = "/tablette/"
GOAL_KB = 100


class Entry(HTMLParser):
    """Addresses of the scripts and styles of a page, with the preloaded modules: its static imports."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            address = given.get("src")
        elif tag == "link" and given.get("rel") in {"modulepreload", "stylesheet"}:
            address = given.get("href")
        else:
            return
        if address is not None:
            self.addresses.append(address)


def measure() -> list[Measurement]:
    """Return the size of the entry bundle, each file compressed by itself, in thousands of bytes."""
    entry = Entry()
    entry.feed((DIST / "index.html").read_text(encoding="utf-8"))
    size = sum(_compressed(DIST / address.removeprefix(BASE)) for address in entry.addresses)
    name = f"tablet: entry bundle, {len(entry.addresses)} files, gzip"
    return [Measurement(name, size / 1000, "kB", GOAL_KB, at_most=True)]


def _compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
