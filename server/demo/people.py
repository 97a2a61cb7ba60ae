"""The demonstration's people, all invented: birds' names, which nobody takes for a patient's.

Names follow the rules of strict identity traits (INS): capitals without accents, hyphens, apostrophes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

BIRTH_NAMES = (
    "FICTIF-ALOUETTE", "FICTIF-BERGERONNETTE", "FICTIF-CHARDONNERET", "FICTIF-COURLIS", "FICTIF-CRAVE",
    "FICTIF-EIDER", "FICTIF-FAUVETTE", "FICTIF-GRIVE", "FICTIF-HARLE", "FICTIF-HUPPE",
    "FICTIF-LINOTTE", "FICTIF-LORIOT", "FICTIF-MARTINET", "FICTIF-MESANGE", "FICTIF-MILAN",
    "FICTIF-PINSON", "FICTIF-ROITELET", "FICTIF-SARCELLE", "FICTIF-TARIER", "FICTIF-VANNEAU",
    "FICTIF-VERDIER",
)  # fmt: skip
FIRST_NAMES = (
    ("JEANNE", "F"), ("MARCEL", "M"), ("ODETTE", "F"), ("RENE", "M"), ("SIMONE", "F"), ("LUCIEN", "M"),
    ("MARIE-LOUISE", "F"), ("ANDRE", "M"), ("YVONNE", "F"), ("ROGER", "M"), ("COLETTE", "F"),
)  # fmt: skip
SLOT_MINUTES = 20
"""Length of an appointment slot."""
_BOOKINGS = ("telephone", "internet", "telephone", "professionnel", "sans_rdv", "regulation_sas")


@dataclass(frozen=True, slots=True)
class ExpectedPerson:
    """Somebody invented who is expected at a stop, with a commune of residence (INSEE code)."""

    expected_at: time
    birth_name: str
    first_name: str
    birth_date: date
    sex: str
    commune: str
    booking: str


def expected(
    day: date, place: int, opens: time, communes: tuple[str, ...], count: int, years: int = 74
) -> Iterator[ExpectedPerson]:
    """Return ``count`` people, every twenty minutes from the opening: the same for a day and a place.

    They are born within ``years`` years from 1931 on. Two days in a row differ; somebody met at one stop
    comes back, two weeks later, at another.
    """
    for index in range(count):
        turn = day.toordinal() * 3 + place * count + index
        first_name, sex = FIRST_NAMES[turn % len(FIRST_NAMES)]
        minutes = opens.hour * 60 + opens.minute + SLOT_MINUTES * index
        yield ExpectedPerson(
            expected_at=time(minutes // 60, minutes % 60),
            birth_name=BIRTH_NAMES[turn % len(BIRTH_NAMES)],
            first_name=first_name,
            birth_date=date(1931 + turn * 7 % years, 1 + turn % 12, 1 + turn * 5 % 28),
            sex=sex,
            commune=communes[turn % len(communes)],
            booking=_BOOKINGS[turn % len(_BOOKINGS)],
        )
