"""Indicators of the agreement with the health insurance: data, computed from figures or typed by hand.

A definition is ``{"count": "visits"|"persons"|"professionals", "numerator": P, "denominator": P|null}`` with
predicates (professionals have no denominator), ``{"count": "sum", "fact": F, "numerator": P, "denominator":
null}`` for the sum of a whole number that visits say, or ``{"measure": M}`` for what is not of visits; null,
when it is typed. A numerator is always within its denominator; of persons, it counts distinct known persons.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import resources
from typing import Any

from sqlmodel import Session, col, func, select

from forms.canonical import name_of
from server.identifiers import new_uuid
from server.projection.figure_items import MISSING
from server.report.appointments import Appointments, Became, appointments
from server.report.counting import persons_of, total_of, visits_of
from server.report.facts import is_whole_number
from server.report.predicate import (
    Missing,
    Not,
    Predicate,
    PredicateInvalid,
    both,
    parse,
    parse_text,
    to_json,
    to_text,
)
from server.report.professionals import distinct_professionals
from server.report.scope import Scope
from server.store.control import Campaign, Stop
from server.store.planning import CampaignForm
from server.store.reports import Indicator, IndicatorValue

SETS: Mapping[str, str | None] = {
    "medicobus": None,
    "teleconsultation": "teleconsultation",
    "bpco": "bpco-reperage",
    "icope": "icope-step1",
    "prevention": "prevention-stand",
}
"""The published sets, and the form whose capture by a campaign calls for each; None: for everybody."""


class Counted(StrEnum):
    """What a definition of predicates counts."""

    VISITS = "visits"
    PERSONS = "persons"
    PROFESSIONALS = "professionals"
    SUM = "sum"


class Measure(StrEnum):
    """What is counted elsewhere than among visits."""

    STOPS = "stops"
    APPOINTMENTS_HONOURED = "appointments_honoured"
    EMERGENCY_SLOTS_HONOURED = "emergency_slots_honoured"


@dataclass(frozen=True, slots=True)
class OfVisits:
    """Counts visits, the distinct known persons of them, or who signed or co-signed their records.

    ``summed``: the fact of which a ``SUM`` adds up what the visits of the numerator say.
    """

    counted: Counted
    numerator: Predicate
    denominator: Predicate | None
    summed: str | None = None

    @property
    def counted_above(self) -> Predicate:
        """The numerator, within the denominator; of a sum, the visits that say what is added up."""
        if self.summed is not None:
            return both(self.numerator, Not(Missing(self.summed, MISSING)))
        return self.numerator if self.denominator is None else both(self.denominator, self.numerator)


@dataclass(frozen=True, slots=True)
class OfMeasure:
    """Counts something else."""

    measure: Measure


Definition = OfVisits | OfMeasure


class DefinitionInvalid(ValueError):
    """A definition that cannot be read."""


@dataclass(frozen=True, slots=True)
class Result:
    """An indicator over a period. ``typed``: by hand. None: nothing is known; without denominator, a count.

    ``above`` and ``below``: predicates of the visits behind, when there are some; ``visits``: how many visits
    say what a sum adds up. ``withheld``: not shown to this reader (``view``).
    """

    indicator: Indicator
    numerator: Decimal | None
    denominator: Decimal | None
    typed: bool
    above: Predicate | None = None
    below: Predicate | None = None
    visits: int | None = None
    withheld: bool = False


def read_definition(value: object) -> Definition | None:
    """Read a definition; None when the indicator is typed. Raises ``DefinitionInvalid``."""
    match value:
        case None:
            return None
        case {"measure": str(name), **rest} if not rest and name in set(Measure):
            return OfMeasure(Measure(name))
        case {"count": "sum", "fact": str(fact), "numerator": above, "denominator": None, **rest} if not rest:
            if not is_whole_number(fact):
                raise DefinitionInvalid("a sum is of a fact that is a whole number")
            return _checked(Counted.SUM, above, None, fact)
        case {"count": str(name), "numerator": above, "denominator": below, **rest} if not rest:
            if name not in set(Counted) - {Counted.SUM}:
                raise DefinitionInvalid("unknown count")
            return _checked(Counted(name), above, below)
        case _:
            raise DefinitionInvalid("neither a measure nor predicates")


def _checked(counted: Counted, above: object, below: object, summed: str | None = None) -> OfVisits:
    try:
        definition = OfVisits(counted, parse(above), None if below is None else parse(below), summed)
        # What opens the numerator is an address: both together must be readable from one.
        parse_text(to_text(definition.counted_above))
    except PredicateInvalid as error:
        raise DefinitionInvalid(str(error)) from error
    return definition


def definition_json(definition: Definition) -> dict[str, Any]:
    """Return the JSON of a definition."""
    if isinstance(definition, OfMeasure):
        return {"measure": definition.measure.value}
    below = definition.denominator
    return {
        "count": definition.counted.value,
        **({} if definition.summed is None else {"fact": definition.summed}),
        "numerator": to_json(definition.numerator),
        "denominator": None if below is None else to_json(below),
    }


def defaults(captured: Collection[str] = ()) -> list[Mapping[str, Any]]:
    """Return the sets that these forms (names) call for, checked. Raises ``DefinitionInvalid``."""
    return [
        each for name, form in SETS.items() if form is None or form in captured for each in published(name)
    ]


def published(name: str) -> list[Mapping[str, Any]]:
    """Return one published set, checked. Raises ``DefinitionInvalid``."""
    text = resources.files("server.report").joinpath("indicators", f"{name}.json").read_text(encoding="utf-8")
    found: list[Mapping[str, Any]] = json.loads(text)
    for each in found:
        read_definition(each["definition"])
    return found


def adopt(session: Session) -> int:
    """Add the default indicators of what campaigns capture, whose label is not there yet; return how many."""
    captured = _captured(session)
    present = {each.label for each in indicators(session)}
    position = max((each.position for each in indicators(session)), default=0)
    added = [each for each in defaults(captured) if each["label"] not in present]
    for step, each in enumerate(added, start=1):
        session.add(Indicator(id=new_uuid(), position=position + step, **each))
    session.flush()
    return len(added)


def _captured(session: Session) -> set[str]:
    """The names of the forms that campaigns capture: the last segments of their URLs."""
    urls = {*session.exec(select(Campaign.form_url)), *session.exec(select(CampaignForm.url))}
    return {name_of(url) for url in urls}


def indicators(session: Session) -> list[Indicator]:
    """Return all indicators in their order."""
    return list(session.exec(select(Indicator).order_by(col(Indicator.position), col(Indicator.label))))


def results(session: Session, scope: Scope) -> list[Result]:
    """Compute every indicator over a scope; a typed one has what was typed for exactly it (``is_whole``)."""
    known: Appointments | None = None
    found = []
    for each in indicators(session):
        definition = read_definition(each.definition)
        if isinstance(definition, OfMeasure):
            known = known or appointments(session, scope)
            found.append(_measured(session, scope, each, definition.measure, known))
        elif isinstance(definition, OfVisits):
            found.append(_computed(session, scope, each, definition))
        else:
            found.append(_typed(session, scope, each))
    return found


def is_whole(session: Session, indicator: Indicator, scope: Scope) -> bool:
    """Whether a scope is all that a typed value is of: every team of its campaign, no place and no stop."""
    if scope.place or scope.stop or scope.campaign != indicator.campaign_id:
        return False
    teams = select(Stop.team_id).distinct()
    if indicator.campaign_id is not None:
        teams = teams.where(Stop.campaign_id == indicator.campaign_id)
    return set(session.exec(teams)) <= set(scope.teams)


def type_value(
    session: Session,
    indicator: str,
    period: tuple[date, date],
    numbers: tuple[float | None, float | None],
    member: str,
    at: datetime,
) -> None:
    """Record what was typed for a period; two None forget it."""
    key = (indicator, *period)
    row = session.get(IndicatorValue, key)
    if numbers == (None, None):
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = IndicatorValue(
            indicator_id=indicator, first_day=period[0], last_day=period[1], typed_by=member, typed_at=at
        )
    row.numerator, row.denominator = numbers
    row.typed_by, row.typed_at = member, at
    session.add(row)


def _computed(session: Session, scope: Scope, indicator: Indicator, definition: OfVisits) -> Result:
    above, below = definition.counted_above, definition.denominator
    if definition.summed is not None:
        visits = visits_of(session, scope, above)
        total = Decimal(total_of(session, scope, above, definition.summed)) if visits else None
        return Result(indicator, total, None, typed=False, above=above, visits=visits)
    count = _COUNTS[definition.counted]
    return Result(
        indicator,
        Decimal(count(session, scope, above)),
        None if below is None else Decimal(count(session, scope, below)),
        typed=False,
        above=above,
        below=below,
    )


_COUNTS = {
    Counted.VISITS: visits_of,
    Counted.PERSONS: persons_of,
    Counted.PROFESSIONALS: distinct_professionals,
}


def _measured(
    session: Session, scope: Scope, indicator: Indicator, measure: Measure, known: Appointments
) -> Result:
    match measure:
        case Measure.STOPS:
            stops = session.exec(select(func.count()).select_from(Stop).where(*scope.stops())).one()
            return Result(indicator, Decimal(stops), None, typed=False)
        case Measure.APPOINTMENTS_HONOURED:
            honoured = known.became[Became.HONOURED]
            return Result(indicator, Decimal(honoured), Decimal(known.told), typed=False)
        case Measure.EMERGENCY_SLOTS_HONOURED:
            honoured = known.emergency_honoured
            return Result(indicator, Decimal(honoured), Decimal(known.emergency_slots), typed=False)


def _typed(session: Session, scope: Scope, indicator: Indicator) -> Result:
    key = (indicator.id, scope.first_day, scope.last_day)
    row = session.get(IndicatorValue, key) if is_whole(session, indicator, scope) else None
    numbers: Iterable[float | None] = (row.numerator, row.denominator) if row else (None, None)
    above, below = (None if number is None else Decimal(repr(number)) for number in numbers)
    return Result(indicator, above, below, typed=True)
