"""Visits by place and by stop: a table that needs no map."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from server.report.predicate import In, Predicate
from server.report.scope import Scope
from server.store.control import Stop


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place: ``stops`` planned there and not cancelled, visits, and distinct known persons."""

    place: str
    stops: int
    visits: int
    persons: int
    opens: Predicate


@dataclass(frozen=True, slots=True)
class StopLine:
    """One stop."""

    stop_id: str
    place: str
    day: date
    visits: int
    persons: int
    opens: Predicate


class _Seen:
    """Visits and known persons under one heading."""

    def __init__(self) -> None:
        self.visits = 0
        self.persons: set[str] = set()

    def add(self, person: str, *, known: bool) -> None:
        self.visits += 1
        if known:
            self.persons.add(person)


def by_place(
    session: Session, scope: Scope, stops: Sequence[str], persons: Sequence[str], known: Sequence[bool]
) -> tuple[PlaceLine, ...]:
    """Count by name of the stop; ``stops``, ``persons`` and ``known`` are columns of the visits counted."""
    names = dict(session.exec(select(Stop.id, Stop.name).where(col(Stop.id).in_(set(stops)))).all())
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for stop, person, sure in zip(stops, persons, known, strict=True):
        seen[names.get(stop, "")].add(person, known=sure)
    held = Counter(planned.name for planned in _planned(session, scope))
    return tuple(
        PlaceLine(name, held[name], seen[name].visits, len(seen[name].persons), In("place", (name,)))
        for name in sorted({*seen, *held})
    )


def by_stop(
    session: Session, scope: Scope, stops: Sequence[str], persons: Sequence[str], known: Sequence[bool]
) -> tuple[StopLine, ...]:
    """Count by stop, those planned and those that have visits, in the order of days."""
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for stop, person, sure in zip(stops, persons, known, strict=True):
        seen[stop].add(person, known=sure)
    planned = {stop.id: stop for stop in _planned(session, scope)}
    visited = session.exec(select(Stop).where(col(Stop.id).in_(seen.keys() - planned.keys())))
    listed = [*planned.values(), *visited]
    return tuple(
        StopLine(
            stop.id,
            stop.name,
            stop.day,
            seen[stop.id].visits,
            len(seen[stop.id].persons),
            In("stop", (stop.id,)),
        )
        for stop in sorted(listed, key=lambda each: (each.day, each.opens, each.name, each.id))
    )


def _planned(session: Session, scope: Scope) -> Iterable[Stop]:
    return session.exec(select(Stop).where(*scope.stops())).all()
