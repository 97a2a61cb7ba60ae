"""The table of French communes: names, INSEE codes, centres; and the distance to a stop.

`data/communes_fr.csv`: `code;name;latitude;longitude;population`, names as the INSEE writes them ("La
Gresle"), centres of the commune's outline in degrees (WGS 84). Codes are text (01004, 2A004). `\\N` is an
unknown value: no centre gives no distance, never zero.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import islice, takewhile
from math import asin, cos, radians, sin, sqrt

import msgspec

from forms.errors import CommuneTableInvalid
from forms.rounding import half_up_tenth

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

UNKNOWN = "\\N"
_ARTICLE = re.compile(r"^(?:les?|la|l|los|aux) ")


class Position(msgspec.Struct, frozen=True):
    """A point in degrees, WGS 84."""

    latitude: float
    longitude: float


class Commune(msgspec.Struct, frozen=True):
    """One commune: INSEE `code`, `name`, centre and inhabitants (None when unknown)."""

    code: str
    name: str
    centre: Position | None
    population: int | None


class CommuneTable:
    """Communes by code, and by the beginning of their name."""

    def __init__(self, communes: Iterable[Commune]) -> None:
        self.by_code = {commune.code: commune for commune in communes}
        self._keys = sorted((without_article(search_key(c.name)), c.code) for c in self.by_code.values())

    def search(self, prefix: str, limit: int = 20) -> list[Commune]:
        """The communes whose name, or code, starts with `prefix`, the most populous first.

        Accents, case, hyphens and apostrophes do not matter, nor a leading article ("Gresle" finds La
        Gresle); equal populations are in order of code.
        """
        key = search_key(prefix)
        if not key:
            return []
        found: set[str] = {code for code in (prefix.strip().upper(),) if code in self.by_code}
        found.update(self._starting_with(key))
        found.update(self._starting_with(without_article(key)))
        ranked = sorted((self.by_code[code] for code in found), key=_rank)
        return ranked[:limit]

    def _starting_with(self, key: str) -> Iterator[str]:
        start = bisect_left(self._keys, (key, ""))
        named = islice(self._keys, start, None)
        return (code for _, code in takewhile(lambda entry: entry[0].startswith(key), named))


def _rank(commune: Commune) -> tuple[int, str]:
    """Most populous first, unknown populations last, then by code."""
    return (1 if commune.population is None else -commune.population, commune.code)


def without_article(key: str) -> str:
    """A search key without its leading article: an article alone is a beginning like another."""
    return _ARTICLE.sub("", key)


def search_key(name: str) -> str:
    """A name as it is searched: lower case, no accents, `œ` as `oe`, hyphens and apostrophes as spaces."""
    expanded = name.lower().replace("œ", "oe").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFD", expanded)
    bare = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return " ".join("".join(" " if c in "-'’" else c for c in bare).split())


def parse(text: str) -> CommuneTable:
    """The table in a CSV text. Raises CommuneTableInvalid at the first bad line."""
    return CommuneTable(
        _commune(number, line) for number, line in enumerate(text.splitlines(), start=1) if line
    )


@cache
def table() -> CommuneTable:
    """The table shipped with this package, read once."""
    return parse(resources.files("forms").joinpath("data/communes_fr.csv").read_text(encoding="utf-8"))


def distance_km(start: Position, end: Position) -> Decimal:
    """Great-circle distance (haversine) in kilometres, one decimal, half up: not by road."""
    latitude = radians(end.latitude - start.latitude)
    longitude = radians(end.longitude - start.longitude)
    chord = (
        sin(latitude / 2) ** 2
        + cos(radians(start.latitude)) * cos(radians(end.latitude)) * sin(longitude / 2) ** 2
    )
    return half_up_tenth(2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord))))


def _commune(number: int, line: str) -> Commune:
    try:
        code, name, latitude, longitude, population = line.split(";")
        centre = None if UNKNOWN in (latitude, longitude) else Position(float(latitude), float(longitude))
        return Commune(code, name, centre, None if population == UNKNOWN else int(population))
    except ValueError as error:
        raise CommuneTableInvalid(f"line {number}") from error
