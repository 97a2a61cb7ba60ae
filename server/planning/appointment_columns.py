"""What the columns of a spreadsheet of appointments are called, and where its titles are."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from forms.communes import search_key

MAX_COLUMNS = 60
HEADER_WITHIN = 10
"""Titles are looked for in the first rows: a file may begin with its own title."""


class Column(StrEnum):
    """What a column may be."""

    BIRTH_NAME = "birth-name"
    FIRST_NAME = "first-name"
    BIRTH_DATE = "birth-date"
    SEX = "sex"
    COMMUNE = "commune"
    COMMUNE_CODE = "commune-code"
    POSTCODE = "postcode"
    PHONE = "phone"
    HOUR = "hour"
    DAY = "day"
    PLACE = "place"
    BOOKING = "booking"


SYNONYMS: Mapping[Column, tuple[str, ...]] = {
    Column.BIRTH_NAME: (
        "nom de naissance", "nom naissance", "nom de famille", "nom", "nom du patient", "nom patient",
        "birth name", "last name", "surname",
    ),
    Column.FIRST_NAME: (
        "premier prenom de naissance", "premier prenom", "1er prenom", "prenom", "prenoms",
        "prenom du patient", "prenom patient", "first name",
    ),
    Column.BIRTH_DATE: (
        "date de naissance", "date naissance", "ne e le", "nee le", "ne le", "naissance", "ddn", "birth date",
        "date of birth",
    ),
    Column.SEX: ("sexe", "sex", "genre", "civilite"),
    Column.COMMUNE: (
        "commune de residence", "commune", "ville", "residence", "localite", "domicile", "city", "town",
    ),
    Column.COMMUNE_CODE: ("code commune", "code insee", "insee", "commune insee", "code insee commune"),
    Column.POSTCODE: ("code postal", "cp", "postcode"),
    Column.PHONE: (
        "telephone", "tel", "telephone portable", "portable", "mobile", "tel portable", "n de telephone",
        "numero de telephone", "phone",
    ),
    Column.HOUR: (
        "heure du rendez vous", "heure de rendez vous", "heure du rdv", "heure de rdv", "heure rdv", "heure",
        "horaire", "heure de debut", "debut", "time",
    ),
    Column.DAY: (
        "date du rendez vous", "date de rendez vous", "date du rdv", "date de rdv", "date rdv", "date",
        "jour", "date de l escale", "date et heure", "date heure", "rendez vous", "rdv", "day",
    ),
    Column.PLACE: (
        "escale", "lieu", "lieu de rendez vous", "lieu du rendez vous", "lieu du rdv", "lieu rdv", "site",
        "stop", "place",
    ),
    Column.BOOKING: (
        "mode de prise de rendez vous", "prise de rendez vous", "mode de rendez vous", "mode de prise de rdv",
        "prise de rdv", "mode de rdv", "mode", "origine", "canal", "booking",
    ),
}  # fmt: skip
_NAMED = {name: (column, rank) for column, names in SYNONYMS.items() for rank, name in enumerate(names)}


def header(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, dict[Column, int]] | None:
    """Return where the titles are, and the column of each; the best-ranked title wins over its synonyms."""
    for at, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        best: dict[Column, tuple[int, int]] = {}
        for index, cell in enumerate(cells[:MAX_COLUMNS]):
            column, rank = _NAMED.get(title_key(cell), (None, 0))
            if column is not None and (column not in best or rank < best[column][0]):
                best[column] = (rank, index)
        if Column.BIRTH_NAME in best and len(best) > 1:
            return at, {column: index for column, (_, index) in best.items()}
    return None


def title_key(title: str) -> str:
    """Return a column's title as it is compared: no accents, no signs, small letters."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", search_key(title)).split())
