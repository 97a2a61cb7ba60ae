"""What people type, or a spreadsheet holds, read once: days, hours, names, telephone numbers, communes.

Pure. A text that cannot be read raises ``Unreadable`` with a code; one that was read in a way worth checking
comes with a ``note``. Nothing is guessed in silence.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from forms.communes import CommuneTable, search_key, without_article
from forms.ins import MAX_LENGTH, is_phone, name_defect, normalize_name, normalize_phone

Value = TypeVar("Value")

OLDEST_YEARS = 130
"""Nobody lived longer: a birth date before that is a mistyped year."""
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_SERIALS = range(10_000, 80_000)
"""Five digits, 1927 to 2119: shorter numbers are years or hours, longer ones telephone numbers."""

FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2100, 12, 31)
"""Days of activity lie between: one outside is mistyped, and days near the calendar's ends do not add up."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_FRENCH = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4}|[0-9]{2})")
_WORDS = re.compile(r"([0-9]{1,2})(?:er)? ([a-z]+) ([0-9]{4})")
_HOUR = re.compile(r"([0-9]{1,2})(?: ?[h:.] ?(?:([0-9]{2})(?: ?min|:[0-9]{2})?)?)?")
_CLOSE_HOUR = re.compile(r"([0-9]{1,2})([0-9]{2})")
_EXCEL_HOUR = re.compile(r"0[.,]([0-9]{3,17})")
_CLOCK_PART = re.compile(r"[ T](?:à |a )?([0-9]{1,2} ?[h:].*)$")
_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
    "novembre", "decembre",
)  # fmt: skip


class Why(StrEnum):
    """Why a text cannot be read."""

    DATE = "date"
    IMPOSSIBLE_DATE = "impossible-date"
    FUTURE_BIRTH = "future-birth"
    TOO_OLD = "too-old"
    OUTSIDE_YEARS = "outside-years"
    HOUR = "hour"
    NO_NAME = "no-name"
    TOO_LONG = "too-long"


class Note(StrEnum):
    """How a text was read, when that is worth a look; the value is kept, or left empty where it says so."""

    TWO_DIGIT_YEAR = "two-digit-year"
    EXCEL_SERIAL = "excel-serial"
    NAME_CHARACTERS = "name-characters"
    SEX_UNKNOWN = "sex-unknown"
    PHONE_UNREADABLE = "phone-unreadable"
    BOOKING_UNKNOWN = "booking-unknown"
    COMMUNE_UNKNOWN = "commune-unknown"
    COMMUNE_AMBIGUOUS = "commune-ambiguous"


class Unreadable(Exception):
    """A text that says nothing usable; ``why`` tells."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Read(Generic[Value]):
    """A value, and what is worth checking in how it was read."""

    value: Value
    note: Note | None = None


def plain(text: str) -> str:
    """Return a text without control characters, its white space made single spaces."""
    return " ".join(
        "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text)).split()
    )


def day(text: str, *, today: date, birth: bool = False) -> Read[date]:
    """Read JJ/MM/AAAA, JJ/MM/AA, ISO, « 14 mars 1948 », or a spreadsheet's serial number (five digits).

    Of a two-digit year, a birth's is the latest that is not to come (26 is 2026 in 2026, 27 is 1927); another
    day's is 20AA. Raises ``Unreadable``.
    """
    bare = _CLOCK_PART.sub("", plain(text))
    read = _numbered_day(bare, today=today, birth=birth) or _other_day(bare)
    if read is None:
        raise Unreadable(Why.DATE)
    if birth and read.value > today:
        raise Unreadable(Why.FUTURE_BIRTH)
    if birth and read.value.year < today.year - OLDEST_YEARS:
        raise Unreadable(Why.TOO_OLD)
    if not birth and not FIRST_DAY <= read.value <= LAST_DAY:
        raise Unreadable(Why.OUTSIDE_YEARS)
    return read


def address_day(text: str) -> date | None:
    """Return the ISO day that a page's address names; None when it is none of activity."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None


def _numbered_day(bare: str, *, today: date, birth: bool) -> Read[date] | None:
    found = _FRENCH.fullmatch(bare)
    if found is None:
        return None
    number, month, year = (int(part) for part in found.groups())
    if len(found[3]) == 4:
        return Read(_date(year, month, number))
    recent = _date(2000 + year, month, number)
    if birth and recent > today:
        return Read(_date(1900 + year, month, number), Note.TWO_DIGIT_YEAR)
    return Read(recent, Note.TWO_DIGIT_YEAR)


def _other_day(bare: str) -> Read[date] | None:
    if found := _ISO.fullmatch(bare):
        return Read(_date(int(found[1]), int(found[2]), int(found[3])))
    if (found := _WORDS.fullmatch(search_key(bare))) and found[2] in _MONTHS:
        return Read(_date(int(found[3]), 1 + _MONTHS.index(found[2]), int(found[1])))
    if re.fullmatch(r"[0-9]{5}", bare) and int(bare) in _EXCEL_SERIALS:
        return Read(_EXCEL_EPOCH + timedelta(days=int(bare)), Note.EXCEL_SERIAL)
    return None


def _date(year: int, month: int, number: int) -> date:
    try:
        return date(year, month, number)
    except ValueError as error:
        raise Unreadable(Why.IMPOSSIBLE_DATE) from error


def hour(text: str) -> Read[time]:
    """Read 9h30, 9 h 30, 9:30, 09h, 9, 0930, 09:30:00, or a spreadsheet's fraction of a day.

    Raises ``Unreadable``.
    """
    bare = plain(text).lower()
    if found := _EXCEL_HOUR.fullmatch(bare):
        minutes = round(float(f"0.{found[1]}") * 24 * 60)
        return Read(_time(minutes // 60, minutes % 60), Note.EXCEL_SERIAL)
    found = _HOUR.fullmatch(bare) or _CLOSE_HOUR.fullmatch(bare)
    if found is None:
        raise Unreadable(Why.HOUR)
    return Read(_time(int(found[1]), int(found[2] or 0)))


def hour_of_moment(text: str) -> Read[time]:
    """Read the hour in « 23/11/2026 à 9h30 »; raise ``Unreadable`` when there is none."""
    found = _CLOCK_PART.search(plain(text))
    if found is None:
        raise Unreadable(Why.HOUR)
    return hour(found[1])


def _time(hours: int, minutes: int) -> time:
    try:
        return time(hours, minutes)
    except ValueError as error:
        raise Unreadable(Why.HOUR) from error


def name(text: str, *, given: bool = False) -> Read[str]:
    """Return a name in capitals without accents (INS); what INS does not write is kept, and noted.

    A given name that is not there is empty. Raises ``Unreadable``: no family name, or one too long.
    """
    normal = normalize_name(plain(text))
    if not normal and not given:
        raise Unreadable(Why.NO_NAME)
    if len(normal) > MAX_LENGTH:
        raise Unreadable(Why.TOO_LONG)
    fits = not normal or name_defect(normal, "ins-first-name" if given else "ins-name") is None
    return Read(normal, None if fits else Note.NAME_CHARACTERS)


_SEXES = {
    "F": {"f", "femme", "feminin", "mme", "madame", "mlle", "female"},
    "M": {"m", "h", "homme", "masculin", "mr", "m.", "monsieur", "male"},
    "I": {"i", "indetermine", "autre"},
}


def sex(text: str) -> Read[str | None]:
    """Return F, M or I; None when nothing was said, and, noted, when it is not understood."""
    key = search_key(plain(text))
    if not key:
        return Read(None)
    found = next((code for code, words in _SEXES.items() if key in words), None)
    return Read(found, None if found else Note.SEX_UNKNOWN)


def phone(text: str) -> Read[str | None]:
    """Return a telephone number's digits; anything else is left empty, and noted."""
    number = normalize_phone(plain(text))
    if not number:
        return Read(None)
    if re.fullmatch(r"[1-9][0-9]{8}", number):
        number = "0" + number  # A spreadsheet took the number for an amount.
    return Read(number) if is_phone(number) else Read(None, Note.PHONE_UNREADABLE)


BOOKINGS = ("telephone", "internet", "professionnel", "regulation_sas", "sans_rdv")
"""How a coming is booked: codes of the forms."""
_BOOKING_WORDS = (
    ("regulation_sas", ("sas", "regulation", "samu", "centre 15")),
    ("sans_rdv", ("sans rdv", "sans rendez vous", "spontane")),
    ("internet", ("internet", "en ligne", "web", "site", "mail", "courriel")),
    ("telephone", ("tel", "appel")),
    (
        "professionnel",
        ("professionnel", "medecin", "docteur", "infirmi", "pharmac", "adresse par", "confrere"),
    ),
)


def booking(text: str) -> Read[str]:
    """Return the code of how it was booked; empty when nothing was said, or, noted, when not understood."""
    key = search_key(plain(text)).replace("_", " ")
    if not key:
        return Read("")
    for code, words in _BOOKING_WORDS:
        if key == code.replace("_", " ") or any(word in key for word in words):
            return Read(code)
    return Read("", Note.BOOKING_UNKNOWN)


_ALL = 100_000
_POSTCODED = re.compile(r"(?P<before>[0-9]{5})? ?(?P<name>.*?) ?\(?(?P<after>[0-9]{5}|[0-9][0-9ABab])?\)?")


def commune(text: str, communes: CommuneTable, *, postcode: str = "") -> Read[str | None]:
    """Return the INSEE code of a commune named in words; None, noted, when unknown or not the only one.

    A department or a postcode beside the name, or in ``postcode``, tells homonyms apart. Five digits alone
    are a postcode, which several communes share.
    """
    bare = plain(text)
    if not bare:
        return Read(None)
    found = _POSTCODED.fullmatch(bare)
    named = bare if found is None else found["name"]
    hint = "" if found is None else found["before"] or found["after"] or ""
    key = place_key(named)
    exact = [each for each in communes.search(key, limit=_ALL) if place_key(each.name) == key]
    departments = {_department(code) for code in (hint, postcode) if code}
    if len(exact) > 1 and departments:
        exact = [each for each in exact if _department(each.code) in departments]
    if len(exact) == 1:
        return Read(exact[0].code)
    return Read(None, Note.COMMUNE_AMBIGUOUS if exact else Note.COMMUNE_UNKNOWN)


def commune_code(text: str, communes: CommuneTable) -> Read[str | None]:
    """Return an INSEE code that the table knows (a spreadsheet may have dropped its first zero)."""
    bare = plain(text).upper().replace(" ", "")
    if not bare:
        return Read(None)
    code = bare.zfill(5)
    return Read(code) if code in communes.by_code else Read(None, Note.COMMUNE_UNKNOWN)


_SAINT = re.compile(r"\bst(e?)\b")


def place_key(text: str) -> str:
    """Return what two spellings of a place share: no article, St for Saint, no accent."""
    return without_article(_SAINT.sub(r"saint\1", search_key(text)))


def _department(code: str) -> str:
    """Return the department of an INSEE code, a postcode or its own number; Corsica's two are one."""
    start = code[:3] if code.startswith(("97", "98")) else code[:2].upper()
    return "20" if start in ("2A", "2B") else start
