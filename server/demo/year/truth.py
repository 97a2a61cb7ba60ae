"""The truth of a plan: its figures, counted from the plan itself, knowing nothing of records or rows."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from forms.communes import Position, distance_km, table
from server.demo.year.plan import MISSING, Became, Plan, PlannedVisit, Shape

FACTS = (
    "booking", "attending_gp", "gp_search", "sex", "follow_up", "legal_status", "new_patient", "last_seen",
    "reason", "outcome", "document",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """What every report of the plan's period must say.

    ``facts``: fact → code, or reason of not knowing → visits. ``ages``: completed years → visits.
    ``cross``: médecin traitant|ALD|frailty → visits. ``acts``: role → part → records that stand;
    ``cosigned``: records co-signed.
    """

    first_day: str
    last_day: str
    stops: int
    visits: int
    persons: int
    unidentified: int
    facts: dict[str, dict[str, int]]
    ages: dict[int, int]
    mean_age: str | None
    mean_distance: str | None
    distances: int
    cross: dict[str, int]
    places: dict[str, dict[str, int]]
    appointments: dict[str, int]
    walk_ins: int
    walk_ins_unseen: dict[str, int]
    emergency: dict[str, int]
    acts: dict[str, dict[str, int]]
    cosigned: int
    versions: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return the truth as data."""
        return asdict(self)


def truth(plan: Plan, position_of: Callable[[str], Position]) -> Truth:
    """Count a plan; ``position_of`` gives where a stop (by id) stands."""
    ages = [age for visit in plan.visits if (age := _age(visit)) is not None]
    distances = [km for visit in plan.visits if (km := _distance(visit, position_of)) is not None]
    known = [visit for visit in plan.visits if visit.known]
    return Truth(
        first_day=plan.first_day.isoformat(),
        last_day=plan.last_day.isoformat(),
        stops=len(plan.stops),
        visits=len(plan.visits),
        persons=len({visit.person for visit in known}),
        unidentified=len(plan.visits) - len(known),
        facts={fact: dict(Counter(code for v in plan.visits for code in v.facts[fact])) for fact in FACTS},
        ages=dict(sorted(Counter(ages).items())),
        mean_age=_mean([Decimal(age) for age in ages]),
        mean_distance=_mean(distances),
        distances=len(distances),
        cross=dict(
            Counter(
                "|".join(visit.facts[f][0] for f in ("attending_gp", "long_term_condition", "frailty"))
                for visit in plan.visits
            )
        ),
        places=_places(plan),
        appointments=_appointments(plan),
        walk_ins=sum(visit.walk_in for visit in plan.visits),
        walk_ins_unseen=dict(Counter(each.status for each in plan.unseen)),
        emergency=_emergency(plan),
        acts=_acts(plan),
        cosigned=sum(visit.cosigned for visit in plan.visits),
        versions=dict(Counter(version for visit in plan.visits for version in _versions(visit))),
    )


def _age(visit: PlannedVisit) -> int | None:
    said = visit.facts["birth_date"][0]
    if said in MISSING:
        return None
    born, day = date.fromisoformat(said), visit.stop.day
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _distance(visit: PlannedVisit, position_of: Callable[[str], Position]) -> Decimal | None:
    commune = table().by_code.get(visit.facts["commune"][0])
    if commune is None or commune.centre is None:
        return None
    return distance_km(commune.centre, position_of(visit.stop.id))


def _mean(numbers: list[Decimal]) -> str | None:
    if not numbers:
        return None
    return str((sum(numbers, Decimal(0)) / len(numbers)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _places(plan: Plan) -> dict[str, dict[str, int]]:
    stops = Counter(stop.name for stop in plan.stops)
    visits = Counter(visit.stop.name for visit in plan.visits)
    persons: dict[str, set[object]] = defaultdict(set)
    for visit in plan.visits:
        if visit.known:
            persons[visit.stop.name].add(visit.person)
    return {
        name: {"stops": stops[name], "visits": visits[name], "persons": len(persons[name])} for name in stops
    }


def _appointments(plan: Plan) -> dict[str, int]:
    became = Counter(each.became for each in plan.appointments)
    return {each.value: became[each] for each in Became}


def _emergency(plan: Plan) -> dict[str, int]:
    kept = {slot for stop in plan.stops for slot, _, emergency in stop.slots if emergency}
    taken = {e.slot for e in plan.appointments if e.slot in kept and e.became is not Became.CANCELLED}
    honoured = {e.slot for e in plan.appointments if e.slot in kept and e.became is Became.HONOURED}
    return {"slots": len(kept), "taken": len(taken), "honoured": len(honoured)}


_ACTS = {
    Shape.WHOLE: (("doctor", "complete"),),
    Shape.TWO_HANDS: (("nurse", "complete"), ("doctor", "complete")),
    Shape.PARTS: (("nurse", "reception"), ("doctor", "medical")),
    Shape.RECEPTION_ONLY: (("nurse", "reception"),),
    Shape.TWO_VERSIONS: (("nurse", "complete"), ("doctor", "medical")),
}
"""Who signs which part, of each shape of visit."""


def _acts(plan: Plan) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for visit in plan.visits:
        for role, part in _ACTS[visit.shape]:
            counted[role][part] += 1
    return {role: dict(parts) for role, parts in counted.items()}


def _versions(visit: PlannedVisit) -> list[str]:
    if visit.shape is Shape.TWO_VERSIONS:
        return ["1.0.0", "1.1.0"]
    return [visit.stop.version]
