"""A browser that follows every link and submits every search form that it finds, and reads what it is given.

Pages, and the texts inside PDF, XLSX and CSV files, and the headers that name them.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import openpyxl
import pypdf

from tests.server.web.browser import Browser

ORIGIN = "http://escale.local"
MOST_PAGES = 1500
MOST_ALIKE = 25
"""How many addresses of one page are followed: the day before leads to the day before that, without end."""
_LEAVES = ("/deconnexion", "/langue/")


@dataclass
class _Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects addresses of links and sources, and search forms with what they offer."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.forms: list[_Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "src"):
            if given.get(name) and tag != "link":
                self.addresses.append(given[name])
        if tag == "form":
            self.forms.append(_Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self.forms and given.get("name") and tag in ("input", "textarea"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif self.forms and tag == "select":
            self._select = given.get("name", "")
            self.forms[-1].fields.setdefault(self._select, "")
        elif self.forms and tag == "option" and self._select:
            self.forms[-1].choices.setdefault(self._select, []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Crawler:
    """Crawls with one person's browser; ``seen``: each address with all the text of its answer."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.seen: dict[str, str] = {}
        self.statuses: dict[str, int] = {}
        self._alike: Counter[tuple[str, str]] = Counter()

    async def crawl(self, starts: Iterable[str]) -> None:
        """Follow everything from these addresses; fails when there is no end to it."""
        waiting = list(dict.fromkeys(starts))
        known = set(waiting)
        while waiting:
            address = waiting.pop(0)
            answer = await self._browser.open(address)
            self.seen[address] = text_of(answer)
            self.statuses[address] = answer.status_code
            assert len(self.seen) < MOST_PAGES, "there is no end to these pages"
            for found in following(address, answer):
                if found not in known and self._is_new_enough(found):
                    known.add(found)
                    waiting.append(found)

    def _is_new_enough(self, address: str) -> bool:
        """Whether few like it were followed; of the visits behind a figure, each figure once."""
        split = urlsplit(address)
        figure = parse_qs(split.query).get("predicat", [""])[0]
        self._alike[split.path, figure] += 1
        return self._alike[split.path, figure] <= (1 if figure else MOST_ALIKE)

    def holding(self, planted: Mapping[str, str]) -> dict[str, set[str]]:
        """Return, for each planted value found, the addresses where it was."""
        found: dict[str, set[str]] = {}
        for address, told in self.seen.items():
            for name, value in planted.items():
                if value.lower() in told.lower():
                    found.setdefault(name, set()).add(address)
        return found


def following(address: str, answer: httpx.Response) -> list[str]:
    """Return the addresses that an answer leads to, on this server."""
    found = [answer.headers["location"]] if "location" in answer.headers else []
    if answer.headers.get("content-type", "").startswith("text/html"):
        reader = _Reader()
        reader.feed(answer.text)
        found += reader.addresses
        for form in reader.forms:
            if form.method == "get":
                found += _searches(form)
    absolute = [urlsplit(urljoin(ORIGIN + address, each)) for each in found]
    return [
        each.path + (f"?{each.query}" if each.query else "")
        for each in absolute
        if f"{each.scheme}://{each.netloc}" == ORIGIN and not any(leave in each.path for leave in _LEAVES)
    ]


def _searches(form: _Form) -> list[str]:
    """A search form as it stands, and once with each of its choices."""
    tries = [form.fields]
    for name, values in form.choices.items():
        tries += [{**form.fields, name: value} for value in values[:6]]
    return [f"{form.action}?{urlencode(fields)}" for fields in tries]


def text_of(answer: httpx.Response) -> str:
    """All that an answer says: its body, whatever its kind, and its headers."""
    kind = answer.headers.get("content-type", "")
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    if kind.startswith("application/pdf"):
        reader = pypdf.PdfReader(io.BytesIO(answer.content))
        metadata = " ".join(str(value) for value in (reader.metadata or {}).values())
        body = " ".join(page.extract_text() for page in reader.pages) + metadata
    elif "spreadsheetml" in kind:
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        body = " ".join([*book.sheetnames, *cells, str(book.properties.title), str(book.properties.creator)])
    else:
        body = unescape(answer.text)
    return re.sub(r"\s+", " ", f"{headers} {body}")
