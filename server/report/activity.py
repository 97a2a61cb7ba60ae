"""The activity of a network over a scope, as its reports tell it: counted visits, and all that is not known.

**Denominators.** A percentage is of the visits that *say* the fact: unknown, refused, impossible, not asked,
not answered and "the form had no such question" are each counted apart beside it, and never in it. Of a
question that takes several answers (reasons), it is of the visits whose form asked, and « non renseigné » is
a line of its own. Every count comes with the predicate of the visits behind it, within the scope.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlmodel import Session, col, func, select

from server.projection.figure_items import CODES, INSTRUMENTS, MISSING, NO_QUESTION, SEVERAL
from server.projection.statements import table
from server.report.appointments import Appointments, appointments
from server.report.facts import options, repeats
from server.report.places import PlaceLine, StopLine, by_place, by_stop
from server.report.predicate import EVERY, Between, In, Missing, Predicate, both
from server.report.scope import Scope
from server.store.figures import VisitCode, VisitFigure

AGE_BANDS = ((None, 18), (18, 40), (40, 60), (60, 70), (70, 80), (80, None))
DISTANCE_BANDS = ((None, 5), (5, 10), (10, 20), (20, None))
"""Lower bound included, upper bound not."""

BREAKDOWNS = (
    "booking",
    "attending_gp",
    "gp_search",
    "sex",
    "follow_up",
    "legal_status",
    "new_patient",
    "last_seen",
)
SEVERALS = ("reason", "outcome", "document")
UNSAID = "missing"

Band = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Count:
    """How many visits of the scope satisfy ``opens``; ``code`` says of what."""

    code: str
    count: int
    opens: Predicate


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One fact over the visits. ``stated``: visits that say it; ``missing``: the others, by reason.

    ``several``: « non renseigné » is a line, and shares are of all who were asked; ``plural``: a visit may
    then be in more than one of the other lines.
    """

    fact: str
    lines: tuple[Count, ...]
    stated: int
    missing: tuple[Count, ...]
    several: bool = False
    plural: bool = False

    @property
    def denominator(self) -> int:
        """What percentages are of: see the rule of this module."""
        if not self.several:
            return self.stated
        return self.stated + sum(each.count for each in self.missing if each.code != NO_QUESTION)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over the ``n`` visits that have the number, half up to one decimal; None when none has."""

    fact: str
    value: Decimal | None
    n: int
    opens: Predicate


@dataclass(frozen=True, slots=True)
class CrossLine:
    """One médecin traitant status (or that it was not said) crossed with ALD and frailty.

    ``cells``: by ``long_term_condition`` and ``frailty``, the counts of yes, no and not said; ``both``: yes
    to the two.
    """

    code: str
    visits: Count
    cells: Mapping[str, tuple[Count, Count, Count]]
    both: Count


@dataclass(frozen=True, slots=True)
class Activity:
    """All of it. ``persons`` are distinct among visits whose identity is known; the others are apart."""

    scope: Scope
    visits: Count
    persons: int
    identified: Count
    unidentified: Count
    breakdowns: Mapping[str, Breakdown]
    means: Mapping[str, Mean]
    cross: tuple[CrossLine, ...]
    places: tuple[PlaceLine, ...]
    stops: tuple[StopLine, ...]
    appointments: Appointments


def activity(session: Session, scope: Scope) -> Activity:
    """Count a scope: one scan of its figures, one of its codes, one of its appointments."""
    figures = _figures(session, scope)
    total = len(figures["person_key"])
    known = [key for key, sure in zip(figures["person_key"], figures["identified"], strict=True) if sure]
    breakdowns = {name: _breakdown(name, figures[name]) for name in BREAKDOWNS}
    breakdowns["age"] = _banded("age", AGE_BANDS, figures["age"], figures["age_missing"])
    breakdowns["distance_km"] = _banded(
        "distance_km", DISTANCE_BANDS, figures["distance_km"], figures["distance_missing"]
    )
    breakdowns |= _several(session, scope, total)
    places = by_place(session, scope, figures["stop_id"], figures["person_key"], figures["identified"])
    return Activity(
        scope=scope,
        visits=Count("visits", total, EVERY),
        persons=len(set(known)),
        identified=Count("identified", len(known), In("identified", ("true",))),
        unidentified=Count("unidentified", total - len(known), In("identified", ("false",))),
        breakdowns=breakdowns,
        means={name: _mean(name, figures[name]) for name in ("age", "distance_km")},
        cross=_cross(figures),
        places=places,
        stops=by_stop(session, scope, figures["stop_id"], figures["person_key"], figures["identified"]),
        appointments=appointments(session, scope),
    )


def band(fact: str, bounds: Band) -> Predicate:
    """Return the predicate of one band of a number."""
    return Between(fact, *bounds)


_SCANNED = (
    "person_key",
    "identified",
    "stop_id",
    "age",
    "age_missing",
    "distance_km",
    "distance_missing",
    "long_term_condition",
    "frailty",
    *BREAKDOWNS,
)


def _figures(session: Session, scope: Scope) -> dict[str, Sequence[Any]]:
    columns = table(VisitFigure).c
    found = (
        session.connection()
        .execute(select(*(columns[name] for name in _SCANNED)).where(*scope.visits()))
        .all()
    )
    by_column = list(zip(*found, strict=True)) if found else [()] * len(_SCANNED)
    return dict(zip(_SCANNED, by_column, strict=True))


def _breakdown(fact: str, said: Sequence[str]) -> Breakdown:
    counted = Counter(said)
    codes = dict.fromkeys([*options(CODES[fact]), *sorted(counted.keys() - set(MISSING))])
    lines = tuple(Count(code, counted[code], In(fact, (code,))) for code in codes)
    return Breakdown(fact, lines, sum(line.count for line in lines), _missing(fact, counted))


def _missing(fact: str, counted: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(
        Count(reason, counted[reason], Missing(fact, (reason,)))
        for reason in MISSING
        if counted.get(reason, 0)
    )


def _banded(
    fact: str, bands: Iterable[Band], numbers: Sequence[float | None], reasons: Sequence[str | None]
) -> Breakdown:
    said = [number for number in numbers if number is not None]
    lines = tuple(
        Count(
            f"{low or 0}-{high or ''}",
            sum((low is None or low <= number) and (high is None or number < high) for number in said),
            band(fact, (low, high)),
        )
        for low, high in bands
    )
    missing = Counter(reason for reason in reasons if reason is not None)
    return Breakdown(fact, lines, len(said), _missing(fact, missing))


def _mean(fact: str, numbers: Sequence[float | None]) -> Mean:
    # Whole tenths: a sum of binary fractions would fall on either side of a half.
    tenths = [round(number * 10) for number in numbers if number is not None]
    value = None
    if tenths:
        value = (Decimal(sum(tenths)) / (10 * len(tenths))).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Mean(fact, value, len(tenths), Between(fact, 0, None))


def _several(session: Session, scope: Scope, total: int) -> dict[str, Breakdown]:
    told = [name for name, fact in INSTRUMENTS.items() if fact.table]
    counted: dict[str, Counter[str]] = {item: Counter() for item in (*SEVERALS, *told)}
    rows = session.exec(
        select(VisitCode.item, VisitCode.code, func.count())
        .join(
            VisitFigure,
            (col(VisitFigure.visit_id) == col(VisitCode.visit_id))
            & (col(VisitFigure.team_id) == col(VisitCode.team_id)),
        )
        .where(*scope.visits(), col(VisitCode.item).in_(counted))
        .group_by(col(VisitCode.item), col(VisitCode.code))
    )
    for item, code, count in rows:
        counted[item][code] = count
    found = {item: _several_of(item, SEVERAL[item], counted[item], total) for item in SEVERALS}
    asked = _asked(session, scope, [name for name in told if counted[name]])
    return found | {
        name: _several_of(name, INSTRUMENTS[name].link_id, counted[name], asked[name]) for name in asked
    }


def _asked(session: Session, scope: Scope, items: Sequence[str]) -> dict[str, int]:
    """How many visits have a form that asks, by item of an instrument."""
    rows = session.exec(
        select(VisitCode.item, func.count(func.distinct(col(VisitCode.visit_id))))
        .join(
            VisitFigure,
            (col(VisitFigure.visit_id) == col(VisitCode.visit_id))
            & (col(VisitFigure.team_id) == col(VisitCode.team_id)),
        )
        .where(*scope.visits(), col(VisitCode.item).in_(items))
        .group_by(col(VisitCode.item))
    )
    counted = dict(rows.all())
    return {item: counted[item] for item in items}


def _several_of(item: str, link_id: str, counted: Mapping[str, int], total: int) -> Breakdown:
    codes = dict.fromkeys([*options(link_id), *sorted(counted.keys() - set(MISSING))])
    missing = _missing(item, counted)
    stated = total - sum(each.count for each in missing)
    lines = tuple(Count(code, counted.get(code, 0), In(item, (code,))) for code in codes)
    # Of several hands' records (a stand's stations) a visit may have several answers to a single choice.
    plural = repeats(link_id) or sum(line.count for line in lines) > stated
    return Breakdown(item, lines, stated, missing, several=True, plural=plural)


def _cross(figures: Mapping[str, Sequence[str]]) -> tuple[CrossLine, ...]:
    counted = Counter(
        zip(figures["attending_gp"], figures["long_term_condition"], figures["frailty"], strict=True)
    )
    codes = dict.fromkeys(
        [*options(CODES["attending_gp"]), *sorted({status for status, _, _ in counted} - set(MISSING))]
    )
    lines = [_cross_line(code, (code,), In("attending_gp", (code,)), counted) for code in codes]
    return (*lines, _cross_line(UNSAID, MISSING, Missing("attending_gp", MISSING), counted))


def _cross_line(
    code: str, statuses: tuple[str, ...], status: Predicate, counted: Mapping[tuple[str, str, str], int]
) -> CrossLine:
    within = {(ald, frail): 0 for _, ald, frail in counted}
    for (found, ald, frail), count in counted.items():
        if found in statuses:
            within[ald, frail] += count
    cells = {}
    for position, fact in enumerate(("long_term_condition", "frailty")):
        by_answer: Counter[str] = Counter()
        for answers, count in within.items():
            by_answer[answers[position]] += count
        cells[fact] = (
            Count("true", by_answer["true"], both(status, In(fact, ("true",)))),
            Count("false", by_answer["false"], both(status, In(fact, ("false",)))),
            Count(UNSAID, sum(by_answer[each] for each in MISSING), both(status, Missing(fact, MISSING))),
        )
    double = both(status, In("long_term_condition", ("true",)), In("frailty", ("true",)))
    return CrossLine(
        code,
        Count("visits", sum(within.values()), status),
        cells,
        Count("both", within.get(("true", "true"), 0), double),
    )
