"""The story's own list: who was expected at the stop, who came, what was said; figures must say the same.

Everybody is invented. The list is written by hand and knows nothing of how Escale counts.
"""

from dataclasses import dataclass
from datetime import date

STOP = "Place de l’église, Belmont"

APPOINTMENTS = (
    # name, first name, birth date, sex, commune, hour, booking
    ("Aubrac", "Jeanne", "12/03/1950", "F", "Belmont-de-la-Loire", "9h00", "téléphone"),
    ("Brugel", "Marcel", "05/11/1944", "M", "Belmont-de-la-Loire", "9h30", "téléphone"),
    ("Charnay", "Odile", "22/07/1962", "F", "Le Cergne (42)", "10h00", "internet"),
    ("Delorme", "Lucie", "14/02/2010", "F", "Belmont-de-la-Loire", "10h30", "téléphone"),
    ("Estival", "René", "30/06/1957", "M", "Belmont-de-la-Loire", "11h00", "téléphone"),
    ("Estival", "René", "17/01/1931", "M", "Belmont-de-la-Loire", "11h30", "téléphone"),
    ("Fayolle", "Suzanne", "09/09/1948", "F", "Belmont-de-la-Loire", "14h00", "internet"),
    ("Garde", "Simone", "23/04/1949", "F", "Belmont-de-la-Loire", "14h30", "téléphone"),
)


def spreadsheet() -> bytes:
    """Return the secretary's file: Latin-1, semicolons, a line twice, a date that does not exist."""
    lines = ["NOM;Prénom;Né(e) le;Sexe;Commune;Heure;Prise de RDV;Motif"]
    lines += [";".join((*each, "renouvellement")) for each in APPOINTMENTS]
    lines += [
        lines[1],
        "Neige;Blanche;31/02/1950;F;Belmont-de-la-Loire;15h00;téléphone;douleur",
    ]
    return "\r\n".join(lines).encode("latin-1")


@dataclass(frozen=True)
class Coming:
    """One person's coming, to be counted by hand. ``seen`` is False for who was absent or not received."""

    name: str
    born: date | None
    sex: str
    booking: str
    seen: bool
    attending_gp: str = ""
    long_term_condition: bool | None = None
    frailty: bool | None = None
    reasons: tuple[str, ...] = ()


DAY: tuple[Coming, ...] = (
    Coming(
        "AUBRAC JEANNE",
        date(1950, 3, 12),
        "F",
        "telephone",
        seen=True,
        attending_gp="avec_mt",
        long_term_condition=True,
        frailty=False,
        reasons=("renouvellement_ordonnance",),
    ),
    Coming(
        "BRUGEL MARCEL",
        date(1944, 11, 5),
        "M",
        "telephone",
        seen=True,
        attending_gp="sans_mt",
        long_term_condition=False,
        frailty=True,
        reasons=("renouvellement_ordonnance", "douleur"),
    ),
    Coming("CHARNAY ODILE", date(1962, 7, 22), "F", "internet", seen=False),
    Coming(
        "DELORME LUCIE",
        date(2010, 2, 14),
        "F",
        "telephone",
        seen=True,
        attending_gp="avec_mt",
        long_term_condition=False,
        frailty=False,
        reasons=("certificat_medical",),
    ),
    Coming(
        "ESTIVAL RENE",
        date(1957, 6, 30),
        "M",
        "telephone",
        seen=True,
        attending_gp="avec_mt",
        long_term_condition=False,
        frailty=False,
        reasons=("douleur",),
    ),
    Coming(
        "ESTIVAL RENE",
        date(1931, 1, 17),
        "M",
        "telephone",
        seen=True,
        attending_gp="sans_mt",
        long_term_condition=True,
        frailty=True,
        reasons=("renouvellement_ordonnance",),
    ),
    Coming(
        "FAYOLLE SUZANNE",
        date(1948, 9, 9),
        "F",
        "internet",
        seen=True,
        attending_gp="avec_mt",
        long_term_condition=False,
        frailty=None,
        reasons=("douleur",),
    ),
    Coming(
        "GARDE SIMONE",
        date(1949, 4, 23),
        "F",
        "telephone",
        seen=True,
        attending_gp="sans_mt",
        long_term_condition=False,
        frailty=False,
        reasons=("renouvellement_ordonnance",),
    ),
    Coming(
        "HUGON PAUL",
        date(1988, 12, 1),
        "M",
        "sans_rdv",
        seen=True,
        attending_gp="avec_mt",
        long_term_condition=False,
        frailty=False,
        reasons=("arret_travail",),
    ),
    Coming(
        "IMBERT CLAIRE",
        date(1971, 8, 19),
        "F",
        "sans_rdv",
        seen=True,
        attending_gp="sans_mt",
        long_term_condition=None,
        frailty=False,
        reasons=("douleur",),
    ),
    Coming("sans nom", None, "", "sans_rdv", seen=False),
    Coming(
        "JARNY ALICE",
        date(1966, 5, 2),
        "F",
        "sans_rdv",
        seen=True,
        attending_gp="avec_mt",
        long_term_condition=False,
        frailty=False,
        reasons=("certificat_medical",),
    ),
)

SEEN = tuple(coming for coming in DAY if coming.seen)


def count(key: str, value: object) -> int:
    """Return how many of those seen have this value."""
    return sum(getattr(coming, key) == value for coming in SEEN)


def ages(day: date) -> list[int]:
    """Return the completed years of those seen, on the day."""
    return [
        day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        for born in (coming.born for coming in SEEN)
        if born is not None
    ]
