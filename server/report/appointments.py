"""Appointments and what became of them, and those who came without one."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, func, select

from server.report.conditions import holds
from server.report.predicate import In
from server.report.scope import Scope
from server.store.control import RosterEntry, Stop
from server.store.figures import VisitFigure
from server.store.notices import Attendance, AttendanceStatus
from server.store.planning import StopSlot

WALK_IN = In("list", ("walk_in",))
"""Of a visit whose person was not expected; the indicator of this name counts the same."""


class Became(StrEnum):
    """What became of an appointment; ``UNKNOWN``: nothing was recorded."""

    HONOURED = "honoured"
    ABSENT = "absent"
    LEFT = "left"
    TURNED_AWAY = "turned_away"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


_ENDED = {
    AttendanceStatus.ABSENT: Became.ABSENT,
    AttendanceStatus.LEFT: Became.LEFT,
    AttendanceStatus.TURNED_AWAY: Became.TURNED_AWAY,
    AttendanceStatus.EXPECTED: Became.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Appointments:
    """``planned`` = the sum of ``became`` without the cancelled ones.

    ``walk_ins``: visits without appointment; ``walk_ins_left`` and ``walk_ins_turned_away``: those who were
    not seen. ``emergency_slots``: kept for emergencies, ``emergency_taken`` of which given to somebody,
    ``emergency_honoured`` who came.
    """

    planned: int
    became: dict[Became, int]
    walk_ins: int
    walk_ins_left: int
    walk_ins_turned_away: int
    emergency_slots: int
    emergency_taken: int
    emergency_honoured: int

    @property
    def told(self) -> int:
        """Appointments of which it is known what became: what percentages are of."""
        return self.planned - self.became[Became.UNKNOWN]


def became(*, cancelled: bool, status: AttendanceStatus | None, recorded: bool) -> Became:
    """Say what became of an appointment; a record of the visit outweighs what was said at the door."""
    if recorded:
        return Became.HONOURED
    if cancelled:
        return Became.CANCELLED
    return Became.UNKNOWN if status is None else _ENDED.get(status, Became.HONOURED)


def appointments(session: Session, scope: Scope) -> Appointments:
    """Count the appointments of the scope's stops that were not cancelled."""
    emergency = dict(
        session.exec(
            select(StopSlot.id, StopSlot.emergency)
            .join(Stop, col(Stop.id) == col(StopSlot.stop_id))
            .where(*scope.stops(), col(StopSlot.emergency).is_(True))
        ).all()
    )
    counted: Counter[Became] = Counter()
    taken, honoured = set(), set()
    rows = session.exec(
        select(RosterEntry.slot_id, RosterEntry.cancelled, Attendance.status, VisitFigure.visit_id)
        .join(Stop, col(Stop.id) == col(RosterEntry.stop_id))
        .outerjoin(
            Attendance,
            (col(Attendance.visit_id) == col(RosterEntry.id))
            & (col(Attendance.team_id) == col(Stop.team_id)),
        )
        .outerjoin(
            VisitFigure,
            (col(VisitFigure.visit_id) == col(RosterEntry.id))
            & (col(VisitFigure.team_id) == col(Stop.team_id)),
        )
        .where(*scope.stops())
    )
    for slot, cancelled, status, visit in rows:
        outcome = became(cancelled=cancelled, status=_status(status), recorded=visit is not None)
        counted[outcome] += 1
        if slot in emergency and outcome is not Became.CANCELLED:
            taken.add(slot)
            if outcome is Became.HONOURED:
                honoured.add(slot)
    unseen = _walk_ins_unseen(session, scope)
    return Appointments(
        planned=counted.total() - counted[Became.CANCELLED],
        became={each: counted[each] for each in Became},
        walk_ins=_walk_ins(session, scope),
        walk_ins_left=unseen[AttendanceStatus.LEFT],
        walk_ins_turned_away=unseen[AttendanceStatus.TURNED_AWAY],
        emergency_slots=len(emergency),
        emergency_taken=len(taken),
        emergency_honoured=len(honoured),
    )


def _walk_ins(session: Session, scope: Scope) -> int:
    statement = select(func.count()).select_from(VisitFigure).where(*scope.visits(), holds(WALK_IN))
    return session.exec(statement).one()


def _walk_ins_unseen(session: Session, scope: Scope) -> Counter[AttendanceStatus]:
    rows = session.exec(
        select(Attendance.status, func.count())
        .join(Stop, col(Stop.id) == col(Attendance.stop_id))
        .outerjoin(
            VisitFigure,
            (col(VisitFigure.visit_id) == col(Attendance.visit_id))
            & (col(VisitFigure.team_id) == col(Attendance.team_id)),
        )
        .where(
            *scope.stops(),
            col(Attendance.team_id) == col(Stop.team_id),
            col(Attendance.walk_in).is_(True),
            col(VisitFigure.visit_id).is_(None),
        )
        .group_by(col(Attendance.status))
    )
    return Counter({AttendanceStatus(status): count for status, count in rows})


def _status(stored: str | None) -> AttendanceStatus | None:
    return None if stored is None else AttendanceStatus(stored)
