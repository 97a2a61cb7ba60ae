"""Attendance: where each person's coming stands, from the notices of its visit (wire §2.2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from server.projection.statements import among_visits, insert_rows, table
from server.projection.visits import VisitKey, stop_days
from server.store.notices import Attendance, AttendanceStatus, Notice

KIND = "attendance"
_WITH_SOMEBODY = frozenset({AttendanceStatus.WITH_NURSE, AttendanceStatus.WITH_DOCTOR})
_WAITING = frozenset({AttendanceStatus.EXPECTED, AttendanceStatus.ARRIVED})
_NOT_COME = frozenset({AttendanceStatus.EXPECTED, AttendanceStatus.ABSENT})
_ENDED = frozenset(
    {
        AttendanceStatus.DONE,
        AttendanceStatus.ABSENT,
        AttendanceStatus.LEFT,
        AttendanceStatus.TURNED_AWAY,
    }
)


class Step(NamedTuple):
    """A status and when it was come to, by central's clock; in the order of time, then of digest."""

    at: datetime
    digest: str
    status: AttendanceStatus


class Course(NamedTuple):
    """What the steps of one visit say together; instants by central's clock."""

    status: AttendanceStatus
    since: datetime
    arrived_at: datetime | None
    with_nurse_at: datetime | None
    with_doctor_at: datetime | None
    ended_at: datetime | None
    interruptions: int


def derive(session: Session, visits: Collection[VisitKey]) -> None:
    """Bring the attendance of these visits to what their notices say."""
    if not visits:
        return
    rows = table(Attendance)
    session.connection().execute(
        delete(rows).where(among_visits(rows.c.visit_id, rows.c.team_id, visits)),
    )
    notices: dict[VisitKey, list[Notice]] = defaultdict(list)
    for notice in session.exec(
        select(Notice).where(
            Notice.kind == KIND, among_visits(col(Notice.visit_id), col(Notice.team_id), visits)
        )
    ):
        notices[notice.visit_id or "", notice.team_id].append(notice)
    days = stop_days(session, {notice.stop_id for each in notices.values() for notice in each})
    insert_rows(session, Attendance, [_row(key, each, days) for key, each in notices.items()])


def course(steps: Iterable[Step]) -> Course:
    """Follow the steps of one visit, at least one, in any order.

    The first arrival counts, whatever came after, unless the person did not come in the end: then a status
    touched by mistake was taken back. Who waits again after having been with somebody did not arrive then:
    when nobody had said the arrival before, it is not known.
    """
    ordered = sorted(steps)
    last = ordered[-1]
    came = last.status not in _NOT_COME
    first: dict[AttendanceStatus, datetime] = {}
    for step in reversed(ordered):
        first[step.status] = step.at
    since = last.at
    for step in reversed(ordered):
        if step.status is not last.status:
            break
        since = step.at
    arrived = first.get(AttendanceStatus.ARRIVED)
    taken = min((first[each] for each in _WITH_SOMEBODY if each in first), default=None)
    known = arrived is not None and (taken is None or arrived <= taken)
    return Course(
        status=last.status,
        since=since,
        arrived_at=arrived if came and known else None,
        with_nurse_at=first.get(AttendanceStatus.WITH_NURSE) if came else None,
        with_doctor_at=first.get(AttendanceStatus.WITH_DOCTOR) if came else None,
        ended_at=since if last.status in _ENDED else None,
        interruptions=_interruptions([step.status for step in ordered]),
    )


def _interruptions(statuses: Sequence[AttendanceStatus]) -> int:
    """How often the same hands took the person again after having let them wait.

    From the nurse to waiting for the doctor is the way of every visit, and no interruption.
    """
    return sum(
        after in _WITH_SOMEBODY and before in _WAITING and after in statuses[: place + 1]
        for place, (before, after) in enumerate(pairwise(statuses))
    )


def _row(key: VisitKey, notices: Sequence[Notice], days: dict[str, date]) -> dict[str, Any]:
    by_digest = {notice.digest: notice for notice in notices}
    steps = [_step(notice) for notice in notices]
    last = by_digest[max(steps).digest]
    return {
        "visit_id": key[0],
        "team_id": key[1],
        "campaign_id": last.campaign_id,
        "stop_id": last.stop_id,
        "day": days[last.stop_id],
        "walk_in": last.body["walk_in"],
        "reason": last.body["reason"],
        **course(steps)._asdict(),
    }


def _step(notice: Notice) -> Step:
    at = datetime.fromisoformat(notice.body["at"]) + timedelta(milliseconds=notice.clock_offset_ms or 0)
    return Step(at, notice.digest, AttendanceStatus(notice.body["status"]))
