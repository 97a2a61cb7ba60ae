"""Days, times and numbers as people write them, in French or English; times in the zone of Paris."""

from dataclasses import dataclass
from datetime import date, datetime, time

from server.clock import PARIS

_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_DAYS = {
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}


@dataclass(frozen=True, slots=True)
class Format:
    """How one language writes; a method each for templates."""

    language: str

    def day(self, value: date) -> str:
        """Return ``lundi 23 novembre 2026``, ``lundi 1er …`` on the first of a month."""
        number = "1er" if self.language == "fr" and value.day == 1 else str(value.day)
        month = _MONTHS[self.language][value.month - 1]
        return f"{_DAYS[self.language][value.weekday()]} {number} {month} {value.year}"

    def short_day(self, value: date) -> str:
        """Return ``23/11/2026``, the same in both languages: the pages are about French forms."""
        return f"{value:%d/%m/%Y}"

    def hour(self, value: time) -> str:
        """Return ``9 h 30``, ``9:30`` in English."""
        return f"{value.hour}\u00a0h\u00a0{value:%M}" if self.language == "fr" else f"{value.hour}:{value:%M}"

    def moment(self, value: datetime) -> str:
        """Return ``23/11/2026 à 09:42:07``, Paris time."""
        local = value.astimezone(PARIS)
        joint = "à" if self.language == "fr" else "at"
        return f"{local:%d/%m/%Y} {joint} {local:%H:%M:%S}"

    def on(self, value: datetime) -> str:
        """Return the day of an instant, Paris time."""
        return self.short_day(value.astimezone(PARIS).date())

    def time(self, value: datetime) -> str:
        """Return ``09:42``, Paris time."""
        return f"{value.astimezone(PARIS):%H:%M}"

    def number(self, value: float) -> str:
        """Return a number with the decimal comma in French, without trailing zeros."""
        text = f"{value:g}"
        return text.replace(".", ",") if self.language == "fr" else text

    def fixed(self, value: float, decimals: int) -> str:
        """Return a number with exactly so many decimals, `2,10`: what is compared is written alike."""
        text = f"{value:.{decimals}f}"
        return text.replace(".", ",") if self.language == "fr" else text


FORMATS = {language: Format(language) for language in ("fr", "en")}
