"""What happens in an invented year: people who come back, stops, visits, and what is said at each.

Pure: the same seed gives the same plan, whatever the machine and the day.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TypeVar

from server.demo.people import BIRTH_NAMES, FIRST_NAMES

ABSENCES = ("asked-unknown", "asked-declined", "not-performed", "not-asked")
NO_ANSWER = "no-answer"
NO_QUESTION = "no-question"
MISSING = frozenset({*ABSENCES, NO_ANSWER, NO_QUESTION})

PLACES = (
    ("Belmont-de-la-Loire", "42015", time(8, 30)),
    ("La Gresle", "42104", time(9)),
    ("Le Crozet", "42078", time(8, 30)),
    ("Villemontais", "42331", time(9)),
)
COMMUNES = ("42015", "42104", "42078", "42331", "42187", "42149", "42238", "71120")
BOOKINGS = ("telephone",) * 57 + ("internet",) * 13 + ("professionnel",) * 10 + ("regulation_sas",) * 5
STATUSES = ("avec_mt",) * 5 + ("sans_mt",) * 4 + ("mt_non_disponible",)
REASONS = ("renouvellement_ordonnance", "douleur", "certificat_medical", "arret_travail", "autre")
OUTCOMES = (
    "conseils",
    "traitement",
    "examens",
    "orientation_mt",
    "orientation_specialiste",
)
DOCUMENTS = ("prescription", "tests", "certificate", "sick_leave", "letter")
LAST_SEEN = ("under_6_months", "6_to_12_months", "1_to_2_years", "over_2_years", "never")

SLOT_MINUTES = 15
EMERGENCY_SLOTS = 3
OLD, NEW = "1.0.0", "1.1.0"

Said = tuple[str, ...]
"""What is said of a fact: its codes; or one reason of ``MISSING``."""
Choice = TypeVar("Choice")


class Shape(StrEnum):
    """By whose hands a visit is recorded, and with which version."""

    WHOLE = "whole"
    TWO_HANDS = "two_hands"
    PARTS = "parts"
    RECEPTION_ONLY = "reception_only"
    TWO_VERSIONS = "two_versions"


class Became(StrEnum):
    """What becomes of an appointment, as the plan has it."""

    HONOURED = "honoured"
    ABSENT = "absent"
    LEFT = "left"
    TURNED_AWAY = "turned_away"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Somebody:
    """Somebody invented; no two have the same traits."""

    birth_name: str
    first_name: str
    sex: str
    birth_date: date
    birth_place: str
    commune: str
    status: str
    long_term_condition: str
    frailty: str


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """One stop. ``slots``: id, hour, whether it is kept for emergencies."""

    id: str
    name: str
    commune: str
    day: date
    opens: time
    version: str
    slots: tuple[tuple[str, time, bool], ...]


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong with a visit's records, and is mended.

    ``corrected``: its last record was first signed with other answers. ``spurious``: one more record was
    signed, then said to be entered in error. ``wrong_visit``: its record was first signed for that visit.
    """

    corrected: bool = False
    spurious: bool = False
    wrong_visit: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit that counts. ``facts``: what stands in the end, by figure; ``known``: identity suffices."""

    id: str
    stop: PlannedStop
    person: Somebody
    known: bool
    minute: int
    walk_in: bool
    shape: Shape
    facts: dict[str, Said]
    restricted: bool = False
    mishap: Mishap = field(default_factory=Mishap)
    cosigned: bool = False


@dataclass(frozen=True, slots=True)
class Appointment:
    """One booking. ``said``: the statuses that the tablet signs, in order; ``slot``: the slot taken."""

    id: str
    stop: PlannedStop
    person: Somebody
    slot: str
    at: time
    booking: str
    became: Became
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Somebody who came without appointment and was not seen."""

    id: str
    stop: PlannedStop
    status: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole year. ``vanished``: visits entered in error altogether; they count for nothing."""

    first_day: date
    last_day: date
    stops: tuple[PlannedStop, ...]
    visits: tuple[PlannedVisit, ...]
    appointments: tuple[Appointment, ...]
    unseen: tuple[Unseen, ...]
    vanished: tuple[PlannedVisit, ...]


def plan(seed: int, first_day: date, weeks: int, expected: int) -> Plan:
    """Draw a year: ``expected`` appointments a stop, four stops a week (Monday to Thursday)."""
    drawn = random.Random(seed)  # noqa: S311 - an invented year must be the same for a seed
    people = list(_people(drawn, max(40, weeks * expected * 2)))
    stops = tuple(_stops(drawn, first_day, weeks, expected))
    days = [_Day(drawn, stop, people, expected) for stop in stops]
    return Plan(
        first_day=first_day,
        last_day=_last_day(first_day, weeks),
        stops=stops,
        visits=tuple(visit for day in days for visit in day.visits),
        appointments=tuple(each for day in days for each in day.appointments),
        unseen=tuple(each for day in days for each in day.unseen),
        vanished=tuple(each for day in days for each in day.vanished),
    )


def _uuid(drawn: random.Random) -> str:
    return str(uuid.UUID(int=drawn.getrandbits(128), version=4))


def _people(drawn: random.Random, count: int) -> Iterator[Somebody]:
    taken: set[tuple[str, str, date]] = set()
    while len(taken) < count:
        first_name, sex = drawn.choice(FIRST_NAMES)
        born = date(1926, 1, 1) + timedelta(days=drawn.randrange(96 * 365))
        traits = (drawn.choice(BIRTH_NAMES), first_name, born)
        if traits in taken:
            continue
        taken.add(traits)
        yield Somebody(
            birth_name=traits[0],
            first_name=first_name,
            sex=sex,
            birth_date=born,
            birth_place=drawn.choice(COMMUNES),
            commune=drawn.choice(COMMUNES),
            status=drawn.choice(STATUSES),
            long_term_condition=drawn.choice(("true", "false", "false")),
            frailty=drawn.choice(("true", "false", "false", "false")),
        )


def _stops(drawn: random.Random, first_day: date, weeks: int, expected: int) -> Iterator[PlannedStop]:
    monday, last_day = _first_monday(first_day), _last_day(first_day, weeks)
    for week in range(weeks):
        for weekday, (name, commune, opens) in enumerate(PLACES):
            day = monday + timedelta(days=7 * week + weekday)
            if day > last_day:
                return
            slots = tuple(
                (_uuid(drawn), _at(opens, index), index >= expected)
                for index in range(expected + EMERGENCY_SLOTS)
            )
            # The first quarter of the year is recorded with the first version of the form.
            version = OLD if week < max(1, weeks // 4) else NEW
            yield PlannedStop(_uuid(drawn), name, commune, day, opens, version, slots)


def _first_monday(first_day: date) -> date:
    return first_day + timedelta(days=-first_day.weekday() % 7)


def _last_day(first_day: date, weeks: int) -> date:
    """The Sunday of the last week, or the last day of the civil year."""
    sunday = _first_monday(first_day) + timedelta(days=7 * weeks - 1)
    return min(sunday, date(first_day.year, 12, 31))


def _at(opens: time, index: int) -> time:
    minutes = opens.hour * 60 + opens.minute + SLOT_MINUTES * index
    return time(minutes // 60, minutes % 60)


class _Day:
    """One stop's day, drawn in order."""

    def __init__(
        self, drawn: random.Random, stop: PlannedStop, people: Sequence[Somebody], expected: int
    ) -> None:
        self._drawn = drawn
        self._stop = stop
        self._minute = 0
        self.visits: list[PlannedVisit] = []
        self.appointments: list[Appointment] = []
        self.unseen: list[Unseen] = []
        self.vanished: list[PlannedVisit] = []
        walk_ins = drawn.randint(0, max(1, expected // 4))
        coming = drawn.sample(people, expected + EMERGENCY_SLOTS + walk_ins)
        for person, slot in zip(coming, stop.slots, strict=False):
            if not slot[2] or drawn.random() < 0.6:
                self._appointment(person, slot)
        for person in coming[len(stop.slots) :]:
            self._walk_in(person)

    def _appointment(self, person: Somebody, slot: tuple[str, time, bool]) -> None:
        drawn, identifier = self._drawn, _uuid(self._drawn)
        booking = "regulation_sas" if slot[2] else drawn.choice(BOOKINGS)
        became = drawn.choices(list(Became), (80, 8, 2, 2, 4, 4))[0]
        self.appointments.append(
            Appointment(identifier, self._stop, person, slot[0], slot[1], booking, became, self._said(became))
        )
        if became is Became.HONOURED:
            self._visit(identifier, person, booking, walk_in=False)

    def _said(self, became: Became) -> tuple[str, ...]:
        if became is Became.HONOURED:
            # Sometimes nothing is said at the door; sometimes somebody told absent comes after all.
            return self._drawn.choice((("done",), ("arrived", "done"), (), ("absent", "done"), ("done",)))
        if became in (Became.UNKNOWN, Became.CANCELLED):
            return ()
        return (became.value,)

    def _walk_in(self, person: Somebody) -> None:
        drawn = self._drawn
        fate = drawn.choices(("seen", "left", "turned_away", "vanished"), (86, 5, 5, 4))[0]
        identifier = _uuid(drawn)
        if fate in ("left", "turned_away"):
            self.unseen.append(Unseen(identifier, self._stop, fate))
            return
        self._visit(identifier, person, "sans_rdv", walk_in=True, vanishes=fate == "vanished")

    def _visit(
        self, identifier: str, person: Somebody, booking: str, *, walk_in: bool, vanishes: bool = False
    ) -> None:
        drawn, new = self._drawn, self._stop.version == NEW
        shape = self._shape(new=new)
        known = drawn.random() < 0.95
        minor = _age(person, self._stop.day) < 18
        restricted = new and minor and shape is Shape.WHOLE and drawn.random() < 0.4
        facts = self._facts(person, booking, shape, known=known, minor=minor)
        self._minute += 12
        planned = PlannedVisit(
            id=identifier,
            stop=self._stop,
            person=person,
            known=known,
            minute=self._minute,
            walk_in=walk_in,
            shape=shape,
            facts=facts,
            restricted=restricted,
            mishap=Mishap() if vanishes or restricted else self._mishap(),
            cosigned=shape is Shape.PARTS and drawn.random() < 0.5,
        )
        (self.vanished if vanishes else self.visits).append(planned)

    def _shape(self, *, new: bool) -> Shape:
        if not new:
            return self._drawn.choice((Shape.WHOLE, Shape.TWO_HANDS))
        return self._drawn.choices(
            (Shape.WHOLE, Shape.PARTS, Shape.RECEPTION_ONLY, Shape.TWO_VERSIONS), (40, 52, 4, 4)
        )[0]

    def _mishap(self) -> Mishap:
        chance = self._drawn.random()
        if chance < 0.05:
            return Mishap(corrected=True)
        if chance < 0.07:
            return Mishap(spurious=True)
        return Mishap(wrong_visit=_uuid(self._drawn)) if chance < 0.08 else Mishap()

    def _facts(
        self, person: Somebody, booking: str, shape: Shape, *, known: bool, minor: bool
    ) -> dict[str, Said]:
        said = self._say
        status = said(person.status)
        facts = {
            "sex": (person.sex,) if known else said(person.sex, 0.5),
            "birth_date": (person.birth_date.isoformat(),) if known else (self._absence(),),
            "commune": said(person.commune),
            "booking": said(booking),
            "attending_gp": status,
            "gp_search": self._gp_search(status),
            "long_term_condition": said(person.long_term_condition),
            "frailty": said(person.frailty),
            "sharing": said(self._drawn.choice(("true", "true", "true", "false"))),
            "follow_up": said(self._drawn.choice(("none", "none", "planned"))),
            "reason": self._several(REASONS),
            "outcome": self._several(OUTCOMES),
            "document": self._several(DOCUMENTS),
            "legal_status": said("minor" if known and minor else "none"),
            "new_patient": self._optional("true", "false"),
            "last_seen": self._optional(*LAST_SEEN),
        }
        return facts | self._unasked(shape)

    def _unasked(self, shape: Shape) -> dict[str, Said]:
        """What the shape of the visit leaves without answer, or without question."""
        if shape in (Shape.TWO_HANDS, Shape.WHOLE) and self._stop.version == OLD:
            return dict.fromkeys(("legal_status", "new_patient", "last_seen"), (NO_QUESTION,))
        if shape is Shape.RECEPTION_ONLY:
            return dict.fromkeys(("reason", "outcome", "document", "follow_up"), (NO_ANSWER,))
        if shape is Shape.TWO_VERSIONS:
            return dict.fromkeys(("new_patient", "last_seen"), (NO_ANSWER,))
        return {}

    def _gp_search(self, status: Said) -> Said:
        """Whether they want help is asked of those without an available médecin traitant."""
        if status[0] not in ("sans_mt", "mt_non_disponible"):
            return (NO_ANSWER,)
        return self._say(self._drawn.choice(("true", "true", "false")))

    def _optional(self, *values: str) -> Said:
        return (NO_ANSWER,) if self._drawn.random() < 0.2 else self._say(self._drawn.choice(values))

    def _several(self, codes: Sequence[str]) -> Said:
        if self._drawn.random() < 0.08:
            return (self._absence(),)
        return tuple(sorted(self._drawn.sample(codes, self._drawn.choice((1, 1, 1, 2, 3)))))

    def _say(self, value: str, absent: float = 0.07) -> Said:
        return (self._absence(),) if self._drawn.random() < absent else (value,)

    def _absence(self) -> str:
        return self._drawn.choice(ABSENCES)


def _age(person: Somebody, day: date) -> int:
    born = person.birth_date
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
