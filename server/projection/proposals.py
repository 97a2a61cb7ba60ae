"""Two people who may be one: found among those born the same day, or whose names sound alike, near that day.

Only pairs of visits that share such a block are compared, so that both people find the same pairs, whichever
of them came last; a page costs a few queries however many people there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import delete, false, or_
from sqlmodel import Session, select

from server.matching.compare import Comparison, compare, date_likeness, weights
from server.matching.identity import Pair, pair
from server.matching.traits import Traits
from server.projection.identities import sounds_of, traits_of
from server.projection.persons import Rows
from server.projection.statements import insert_rows, table
from server.store.people import Proposal, VisitIdentity

_COLUMNS = (
    "person_key",
    "birth_name",
    "first_name",
    "given_names",
    "used_name",
    "birth_date",
    "sex",
    "birth_place",
    "commune",
    "phone",
    "identity_status",
    "complete",
)

_Sides = Mapping[str, frozenset[Traits]]
"""By person key, the traits of their visits."""


def derive(
    session: Session, affected: Collection[str], people: Mapping[str, Rows], apart: Collection[Pair]
) -> None:
    """Replace the proposals of these persons.

    ``people``: the visits of those who stand, by person key. ``apart``: pairs of them, and of others, of whom
    coordinators said that they are not one.
    """
    columns = table(Proposal).c
    session.connection().execute(
        delete(table(Proposal)).where(or_(columns.first.in_(affected), columns.second.in_(affected)))
    )
    touched = _sides(row for rows in people.values() for row in rows)
    others = _sides(_candidates(session, [each for sides in touched.values() for each in sides]))
    found: dict[str, dict[str, Any]] = {}
    for person, other in _meetings(touched, others):
        first, second = pair(person, other)
        if f"{first}+{second}" in found or (first, second) in apart:
            continue
        best = _best(touched[person], others[other])
        if best is not None:
            found[f"{first}+{second}"] = _row(first, second, best)
    _date(session, found)
    insert_rows(session, Proposal, list(found.values()))


def block(first: Traits, second: Traits) -> bool:
    """Tell whether two identities are near enough to be compared at all."""
    if first.birth_date is not None and first.birth_date == second.birth_date:
        return True
    code = sounds_of(first)[0]
    if code is None or code != sounds_of(second)[0]:
        return False
    if first.birth_date is None or second.birth_date is None:
        return True
    return date_likeness(first.birth_date, second.birth_date) != "differs"


def _sides(rows: Iterator[Mapping[str, Any]]) -> _Sides:
    sides: dict[str, set[Traits]] = defaultdict(set)
    for row in rows:
        sides[row["person_key"]].add(traits_of(row))
    return {person: frozenset(found) for person, found in sides.items()}


def _candidates(session: Session, traits: Collection[Traits]) -> Iterator[Mapping[str, Any]]:
    columns = table(VisitIdentity).c
    sounds = [(each, *sounds_of(each)) for each in traits]
    blocks: dict[str, set[object]] = {
        "birth_date": {each.birth_date for each in traits if each.birth_date},
        # Beside those born that year or that day of another, those whose date is not known.
        "sound_year": {year for _, _, year, _ in sounds if year} | {f"{code}|" for _, code, _, _ in sounds},
        "sound_day": {day for _, _, _, day in sounds if day},
        "sound": {code for each, code, _, _ in sounds if code and each.birth_date is None},
    }
    statement = select(*(columns[name] for name in _COLUMNS)).distinct()
    seen: set[tuple[Any, ...]] = set()
    for name, values in blocks.items():
        if not values:
            continue
        wanted = statement.where(columns[name].in_(values), columns.restricted == false())
        for row in session.connection().execute(wanted):
            if tuple(row) not in seen:
                seen.add(tuple(row))
                yield dict(zip(_COLUMNS, row, strict=True))


def _meetings(touched: _Sides, others: _Sides) -> Iterator[Pair]:
    """Yield touched and other persons who have a birth date or a sound in common."""
    places: dict[object, set[str]] = defaultdict(set)
    for person, sides in others.items():
        for each in sides:
            for place in (each.birth_date, sounds_of(each)[0]):
                if place is not None:
                    places[place].add(person)
    for person, sides in touched.items():
        met = {
            other
            for each in sides
            for place in (each.birth_date, sounds_of(each)[0])
            for other in places.get(place, ())
        }
        for other in sorted(met - {person}):
            yield person, other


def _best(first: Collection[Traits], second: Collection[Traits]) -> Comparison | None:
    """Return the comparison that speaks most for one person, None when none reaches the threshold."""
    compared = [compare(one, other) for one in first for other in second if block(one, other)]
    best = max(compared, key=lambda each: (each.score, repr(each.reasons)), default=None)
    return best if best is not None and best.score >= weights().threshold else None


def _row(first: str, second: str, best: Comparison) -> dict[str, Any]:
    return {
        "key": f"{first}+{second}",
        "first": first,
        "second": second,
        "score": best.score,
        "reasons": [asdict(reason) for reason in best.reasons],
    }


def _date(session: Session, found: Mapping[str, dict[str, Any]]) -> None:
    """Say since when both people are known: the first day of the one who came last."""
    columns = table(VisitIdentity).c
    people = {person for row in found.values() for person in (row["first"], row["second"])}
    first_days: dict[str, Any] = {}
    for person, day in session.connection().execute(
        select(columns.person_key, columns.day)
        .where(columns.person_key.in_(people), columns.restricted == false())
        .distinct()
    ):
        first_days[person] = min(day, first_days.get(person, day))
    for row in found.values():
        day = max(first_days[row["first"]], first_days[row["second"]])
        row["since"] = datetime.combine(day, time(), UTC)
