"""Visits: one person's coming at one stop, from the records that are current."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, col, select

from server.projection.statements import among_visits, insert_rows, table
from server.store.control import Stop
from server.store.read import ENDED, Answer, Record, RecordState, Visit

VisitKey = tuple[str, str]
"""Visit id and team id."""


class _Current(NamedTuple):
    """A current record, as a visit sees it."""

    digest: str
    visit_id: str
    team_id: str
    campaign_id: str
    stop_id: str
    signed_at: datetime
    clock_offset_ms: int | None
    state: RecordState
    person: str | None
    birth_date: date | None
    sex: str | None
    commune: str | None
    restricted: bool

    @property
    def order(self) -> tuple[datetime, str]:
        """By corrected time of signing, then by digest, so that the latest is the same on every node."""
        return self.signed_at + timedelta(milliseconds=self.clock_offset_ms or 0), self.digest


def number(visit_id: str) -> str:
    """Return the number people read and search: the first eight digits of the id, ``3F2A-91BC``."""
    return f"{visit_id[:4]}-{visit_id[4:8]}".upper()


def of_records(session: Session, digests: Collection[str]) -> set[VisitKey]:
    """Return the visits of these records."""
    return set(
        session.exec(select(Record.visit_id, Record.team_id).where(col(Record.digest).in_(digests))).all()
    )


def derive(session: Session, touched: Collection[VisitKey]) -> None:
    """Bring these visits to what their current records say; one without any is removed."""
    if not touched:
        return
    visits = table(Visit)
    session.connection().execute(delete(visits).where(among_visits(visits.c.id, visits.c.team_id, touched)))
    current: dict[VisitKey, list[_Current]] = defaultdict(list)
    for record in _current_records(session, touched):
        current[record.visit_id, record.team_id].append(record)
    days = stop_days(session, {record.stop_id for records in current.values() for record in records})
    missing = _missing(session, current)
    insert_rows(
        session,
        Visit,
        [_row(key, records, days, missing.get(key, 0)) for key, records in current.items()],
    )


def _current_records(session: Session, visits: Collection[VisitKey]) -> list[_Current]:
    columns = table(Record).c
    rows = session.connection().execute(
        select(*(columns[name] for name in _Current._fields)).where(
            among_visits(columns.visit_id, columns.team_id, visits),
            columns.state.not_in(ENDED),
        )
    )
    return [_Current(*row) for row in rows]


def stop_days(session: Session, stops: Collection[str]) -> dict[str, date]:
    """Return the day of each of these stops."""
    return {stop.id: stop.day for stop in session.exec(select(Stop).where(col(Stop.id).in_(stops)))}


def _missing(session: Session, current: Mapping[VisitKey, Sequence[_Current]]) -> dict[VisitKey, int]:
    """How many questions have no other answer than an absence, over the current records of each visit."""
    visit_of = {record.digest: key for key, records in current.items() for record in records}
    absent: dict[VisitKey, set[str]] = defaultdict(set)
    for digest, link_id in _links(session, visit_of, col(Answer.absence).is_not(None)):
        absent[visit_of[digest]].add(link_id)
    shared = [each.digest for key in absent if len(current[key]) > 1 for each in current[key]]
    for digest, link_id in _links(session, shared, col(Answer.absence).is_(None)):
        absent[visit_of[digest]].discard(link_id)
    return {key: len(links) for key, links in absent.items()}


def _links(
    session: Session, digests: Collection[str], condition: ColumnElement[bool]
) -> Sequence[tuple[str, str]]:
    return session.exec(
        select(Answer.record_digest, Answer.link_id).where(col(Answer.record_digest).in_(digests), condition)
    ).all()


def _state(records: Sequence[_Current]) -> RecordState:
    states = {record.state for record in records}
    if RecordState.TO_CORRECT in states:
        return RecordState.TO_CORRECT
    return RecordState.VALIDATED if states == {RecordState.VALIDATED} else RecordState.INTEGRATED


def _row(key: VisitKey, records: Sequence[_Current], days: dict[str, date], missing: int) -> dict[str, Any]:
    ordered = sorted(records, key=lambda record: record.order, reverse=True)
    latest = ordered[0]
    # A part without identity (the doctor's, after the nurse's) does not hide the one that was recorded.
    identity = next((record for record in ordered if record.person or record.birth_date), latest)
    return {
        "id": key[0],
        "team_id": key[1],
        "campaign_id": latest.campaign_id,
        "stop_id": latest.stop_id,
        "day": days[latest.stop_id],
        "number": number(key[0]),
        "person": identity.person,
        "birth_date": identity.birth_date,
        "sex": identity.sex,
        "commune": next((record.commune for record in ordered if record.commune), None),
        "records": len(records),
        "state": _state(records),
        "complete": missing == 0,
        "missing": missing,
        "restricted": any(record.restricted for record in records),
    }
