"""The stand's four tablets: what hands do at a label, what a camera sees, how quick hands work."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from server.clock import PARIS
from server.planning.label_sheets import matrix
from server.planning.labels import qr_text
from tests.e2e.answers import Absent, Chosen, Entry, Found, Sheet, Typed
from tests.e2e.browser import Browser
from tests.e2e.stand_answers import STAND
from tests.e2e.tablet import PIN, Tablet

HANDS = (Path(__file__).parent / "quick_hands.js").read_text(encoding="utf-8")
RECEPTION, STATION, OTHER = "Accueil", "Poste", "Autre questionnaire"
ROUND = timedelta(minutes=20)
"""Longer than a veil, shorter than a lock: tablets are put down between people."""
_WIDTH, _HEIGHT = 640, 480


class StandTablet(Tablet):
    """A tablet of the stand."""

    sections: Mapping[str, str] = STAND

    def at_label(self, number: int) -> None:
        """From home, give the number of a label as it is printed."""
        self.button("Scanner une étiquette").click()
        self.type_label(number)

    def type_label(self, number: int) -> None:
        """Type a label's number, and wait for what is known of it."""
        self.page.get_by_label("Numéro de l’étiquette").fill(str(number))
        self.button("Valider le numéro").click()
        expect(self.page.get_by_text(f"Étiquette {number}", exact=True)).to_be_visible()

    def begin(self, way: str) -> None:
        """Begin what a label is for: the reception, a station, another questionnaire."""
        self.button(re.compile(f"^{way}")).click()
        if way != OTHER:
            self.captures()

    def captures(self) -> None:
        """Wait for the form."""
        expect(self.page.get_by_role("navigation", name="Étapes de la fiche")).to_be_visible()

    def answer(self, link_id: str, entry: Entry) -> None:
        """Answer one question; what was chosen for the person before is taken back."""
        if isinstance(entry, Chosen):
            for tile in self.question(link_id).get_by_role("checkbox", checked=True).all():
                tile.uncheck()
        super().answer(link_id, entry)

    def seal_and_stay(self) -> None:
        """Confirm what is to be confirmed, sign, and stay on the screen that says so."""
        self.review()
        confirm, sign = self.button("C’est exact"), self.button("Signer et sceller")
        expect(confirm.or_(sign).first).to_be_visible()
        while confirm.count():
            before = confirm.count()
            confirm.first.click()
            expect(confirm).to_have_count(before - 1)
        sign.click()
        expect(self.heading("Fiche signée et scellée")).to_be_visible()

    def go_home(self) -> None:
        """Leave the screen of a signed record."""
        self.button("Retour à l’escale").click()
        self.at_home()

    def lift_veil(self) -> None:
        """Take the tablet up again after a pause."""
        self.page.get_by_label("Code PIN").fill(PIN)
        self.button("Reprendre").click()
        self.at_home()


class Camera:
    """What stands before a browser's camera: a label, or nothing; looked at when the camera is started."""

    def __init__(self, path: Path, seed: str) -> None:
        self._path, self.seed = path, seed
        self.show(None)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Chromium's arguments: this file is what its camera films, and asking for the camera is allowed."""
        return (
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={self._path}",
        )

    def show(self, number: int | None) -> None:
        """Hold a label before the camera, or take it away; a camera that films goes on with what it saw."""
        rows = [bytearray(b"\xd0") * _WIDTH for _ in range(_HEIGHT)]
        modules = [] if number is None else matrix(qr_text(self.seed, number))
        side = 300 // max(1, len(modules))
        for y, line in enumerate(modules):
            for x, dark in enumerate(line):
                for row in rows[90 + y * side : 90 + (y + 1) * side]:
                    row[170 + x * side : 170 + (x + 1) * side] = (b"\x18" if dark else b"\xe8") * side
        grey = b"\x80" * (_WIDTH * _HEIGHT // 2)
        picture = b"FRAME\n" + b"".join(rows) + grey
        whole = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + picture * 2
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(whole)
        fresh.replace(self._path)


@dataclass(frozen=True, slots=True)
class Job:
    """One record for quick hands: the label (None: home), the buttons that lead to the form, the answers."""

    label: int | None
    ways: tuple[str, ...]
    sheet: Sheet
    sections: Mapping[str, str]

    def told(self) -> dict[str, Any]:
        """Return it as the hands read it."""
        steps = [
            {"section": self.sections[link_id.split(".")[0]], "linkId": link_id} | _entry(entry)
            for link_id, entry in self.sheet.items()
        ]
        return {"label": self.label, "ways": list(self.ways), "steps": steps}


def _entry(entry: Entry) -> dict[str, Any]:
    match entry:
        case Typed(text):
            return {"kind": "typed", "values": [text]}
        case Chosen(labels):
            return {"kind": "chosen", "values": list(labels)}
        case Found(query, option):
            return {"kind": "found", "values": [query, option]}
        case Absent():
            raise ValueError("quick hands state no absence")


@dataclass(slots=True)
class Post:
    """A place of the stand: its tablet, its clock ``ahead`` of the market's, what waits for quick hands."""

    browser: Browser
    tablet: StandTablet
    ahead: timedelta
    jobs: list[Job]

    def begin_round(self, jobs: Iterable[Job], *, veiled: bool) -> None:
        """Set the hands going; they work while others do."""
        page = self.tablet.page
        if not page.evaluate("() => 'quickHands' in window"):
            page.evaluate(HANDS)
        told = {"pin": PIN if veiled else None, "jobs": [job.told() for job in jobs]}
        page.evaluate("(round) => window.quickHands.begin(round)", told)

    def end_round(self) -> None:
        """Wait until the hands are done; say where they stand when they are not."""
        page = self.tablet.page
        try:
            page.wait_for_function("() => window.quickHands.over", timeout=40_000)
        finally:
            stands = page.evaluate("() => window.quickHands")
            assert stands["over"], f"{self.browser.profile.name} waits for: {stands['at']}"
        assert stands["failed"] == "", f"{self.browser.profile.name}: {stands['failed']}"


class Market:
    """The hour at the market, which each tablet tells by its own clock."""

    def __init__(self, day: date, posts: list[Post]) -> None:
        self._now = datetime.combine(day, time(9, 30), PARIS)
        self.posts = posts

    def at(self, hour: int, minute: int) -> None:
        """Make it this hour."""
        self._now = self._now.replace(hour=hour, minute=minute)
        self._tell()

    def all_at_once(self, rounds: int) -> None:
        """The four posts work in parallel, ``ROUND`` after ``ROUND``, each through its share of people."""
        shares = [_shares(post.jobs, rounds) for post in self.posts]
        for number in range(rounds):
            self._now += ROUND
            self._tell()
            for post, share in zip(self.posts, shares, strict=True):
                post.begin_round(share[number], veiled=True)
            for post in self.posts:
                post.end_round()

    def _tell(self) -> None:
        for post in self.posts:
            post.browser.set_clock(self._now + post.ahead)


def _shares(jobs: list[Job], rounds: int) -> list[list[Job]]:
    cuts = [len(jobs) * number // rounds for number in range(rounds + 1)]
    return [jobs[first:last] for first, last in pairwise(cuts)]
