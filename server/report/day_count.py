"""The day's count: per stop, how many visits, persons and records, and what is not known.

What cannot be known is counted apart, never as zero of something else (design, promise 4).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, case, col, func, select

from server.clock import PARIS
from server.store.control import RosterEntry, Stop, TeamDatabase
from server.store.read import Quarantined, Record, RecordState, Visit


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted at one stop, or over the day.

    ``visits`` = those of ``persons`` known + ``identity_not_recorded``; ``persons`` are distinct (name,
    birth date and sex as recorded). ``records`` = all integrated, of which ``replaced`` by a correction,
    ``to_correct``, ``validated``, and the rest to review. ``expected`` is the roster's. ``quarantined``:
    envelopes kept that could not be integrated and that no correction replaced.
    """

    expected: int
    visits: int
    persons: int
    identity_not_recorded: int
    records: int
    validated: int
    to_correct: int
    replaced: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class StopCount:
    """The figures of one stop of the day."""

    stop_id: str
    name: str
    team_id: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class DayCount:
    """All stops of a day; ``persons`` of the total are distinct over the day.

    ``stop_unknown``: envelopes in quarantine that arrived that day and could not be opened, so that their
    stop is not known: they are in no stop's line nor in the total.
    """

    day: date
    stops: tuple[StopCount, ...]
    total: Figures
    stop_unknown: int


def day_count(session: Session, teams: Collection[str], day: date) -> DayCount:
    """Count a day for some teams: stops planned that day, and any other stop that has visits on it."""
    visited = select(Visit.stop_id).where(Visit.day == day, col(Visit.team_id).in_(teams))
    stops = session.exec(
        select(Stop)
        .where(col(Stop.team_id).in_(teams), (col(Stop.day) == day) | col(Stop.id).in_(visited))
        .order_by(col(Stop.opens), col(Stop.name))
    ).all()
    counted = tuple(
        StopCount(stop.id, stop.name, stop.team_id, _figures(session, [stop.id], teams, day))
        for stop in stops
    )
    return DayCount(
        day=day,
        stops=counted,
        total=_figures(session, [stop.id for stop in stops], teams, day),
        stop_unknown=_stop_unknown(session, teams, day),
    )


def _figures(session: Session, stops: list[str], teams: Collection[str], day: date) -> Figures:
    of_day = (col(Visit.stop_id).in_(stops), col(Visit.team_id).in_(teams), Visit.day == day)
    expected = session.exec(
        select(func.count()).select_from(RosterEntry).where(col(RosterEntry.stop_id).in_(stops))
    ).one()
    visits, unknown = session.exec(
        select(func.count(), _those(col(Visit.person).is_(None))).select_from(Visit).where(*of_day)
    ).one()
    known = (
        select(col(Visit.person), col(Visit.birth_date), col(Visit.sex))
        .where(*of_day, col(Visit.person).is_not(None))
        .distinct()
    )
    persons = session.exec(select(func.count()).select_from(known.subquery())).one()
    records = session.exec(
        select(
            func.count(),
            _those(col(Record.state) == RecordState.VALIDATED),
            _those(col(Record.state) == RecordState.TO_CORRECT),
            _those(col(Record.state) == RecordState.SUPERSEDED),
        )
        .select_from(Record)
        .join(Visit, and_(col(Visit.id) == col(Record.visit_id), col(Visit.team_id) == col(Record.team_id)))
        .where(*of_day, col(Record.state) != RecordState.ENTERED_IN_ERROR)
    ).one()
    quarantined = session.exec(
        select(func.count())
        .select_from(Quarantined)
        .where(
            col(Quarantined.stop_id).in_(stops),
            col(Quarantined.team_id).in_(teams),
            col(Quarantined.replaced).is_(False),
        )
    ).one()
    return Figures(expected, visits, persons, unknown, *records, quarantined)


def _those(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _stop_unknown(session: Session, teams: Collection[str], day: date) -> int:
    begins = datetime.combine(day, time(), PARIS)
    ends = datetime.combine(day + timedelta(days=1), time(), PARIS)
    databases = select(TeamDatabase.name).where(col(TeamDatabase.team_id).in_(teams))
    return session.exec(
        select(func.count())
        .select_from(Quarantined)
        .where(
            col(Quarantined.database).in_(databases),
            col(Quarantined.stop_id).is_(None),
            Quarantined.first_seen_at >= begins,
            Quarantined.first_seen_at < ends,
        )
    ).one()
