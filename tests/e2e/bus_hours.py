"""The hours of the story's day, and its tablets: who holds them, and what time it is everywhere."""

from datetime import UTC, date, datetime, time

from server.clock import PARIS
from tests.e2e import bus_day
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

NURSE, DOCTOR = "infirmière", "médecin"


class Hours:
    """The day's clock: the server, the tablets and the desk live in the same hour."""

    def __init__(self, server: ServerProcess, day: date) -> None:
        self.server = server
        self.day = day
        self.browsers: list[Browser] = []
        self.tablets: list[Tablet] = []

    def at(self, hour: int, minute: int = 0, *, day: date | None = None) -> None:
        """Make it this hour on every tablet, put down meanwhile, and at the server, now or when it starts."""
        for tablet in self.tablets:
            put_down(tablet)
        running = self.server.running
        if running:
            self.server.stop()
        instant = datetime.combine(day or self.day, time(hour, minute), PARIS)
        self.server.shift_s = (instant - datetime.now(UTC)).total_seconds()
        for browser in self.browsers:
            browser.set_clock(instant)
        if running:
            self.server.start()


class Bus:
    """A tablet of the bus: its browser, and whose hands hold it."""

    def __init__(self, browser: Browser, hours: Hours) -> None:
        self.browser = browser
        page = browser.open()
        hours.browsers.append(browser)
        self.tablet = Tablet(page)
        hours.tablets.append(self.tablet)

    def taken_by(self, member: str, *, at_stop: bool = True) -> Tablet:
        """Give the tablet to somebody: locked, then opened with their passphrase."""
        put_down(self.tablet)
        self.tablet.unlock(member, PASSPHRASES["nurse" if member == NURSE else "doctor"])
        if not at_stop:
            return self.tablet
        self.tablet.page.get_by_role("combobox", name="Escale").select_option(
            label=f"Aujourd’hui – {bus_day.STOP}"
        )
        return self.tablet


def put_down(tablet: Tablet) -> None:
    """Lock a tablet that somebody holds."""
    if tablet.button("Verrouiller").is_visible():
        tablet.lock()
