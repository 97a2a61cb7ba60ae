"""Stops as coordinators see them: a week of them with their counts, and one with its appointments.

The names on a list of appointments are shown to every coordinator of the team (decision 0010): an appointment
is made by the office. Nothing of a record is here, and nothing here leads from a figure to a name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, func, select

from server.store.control import Campaign, Member, RosterEntry, Stop
from server.store.notices import Attendance, AttendanceStatus
from server.store.planning import StopMember, StopSlot

_STAYED_AWAY = frozenset({AttendanceStatus.EXPECTED, AttendanceStatus.ABSENT})


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop as listed. ``free`` and ``emergency``: slots nobody took, of each kind; ``came``: by status."""

    stop: Stop
    campaign: str
    team: str
    on_duty: tuple[str, ...]
    expected: int
    slots: int
    free: int
    emergency: int
    came: dict[AttendanceStatus, int] = field(default_factory=dict)

    @property
    def arrived(self) -> int:
        """How many people have come, walk-ins too."""
        return sum(count for status, count in self.came.items() if status not in _STAYED_AWAY)


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment, the slot it takes and what became of it; ``attendance`` None: nothing was told yet."""

    entry: RosterEntry
    slot: StopSlot | None
    attendance: Attendance | None


def stop_rows(
    session: Session, teams: dict[str, str], first: date, last: date, only: str | None = None
) -> list[StopRow]:
    """Return the stops of teams from one day to another, by day and hour; ``only``: one stop's."""
    statement = (
        select(Stop, Campaign.title)
        .join(Campaign, col(Campaign.id) == col(Stop.campaign_id))
        .where(col(Stop.team_id).in_(teams), Stop.day >= first, Stop.day <= last)
        .order_by(col(Stop.day), col(Stop.opens), col(Stop.name), col(Stop.id))
    )
    if only is not None:
        statement = statement.where(Stop.id == only)
    stops = session.exec(statement).all()
    ids = [stop.id for stop, _ in stops]
    on_duty, expected, came = _on_duty(session, ids), _expected(session, ids), _came(session, ids)
    slots = _slots(session, ids)
    taken = set(
        session.exec(
            select(RosterEntry.slot_id).where(
                col(RosterEntry.stop_id).in_(ids), col(RosterEntry.cancelled).is_(False)
            )
        ).all()
    )
    return [
        StopRow(
            stop=stop,
            campaign=campaign,
            team=teams[stop.team_id],
            on_duty=tuple(on_duty.get(stop.id, ())),
            expected=expected.get(stop.id, 0),
            slots=len(slots.get(stop.id, ())),
            free=sum(not slot.emergency and slot.id not in taken for slot in slots.get(stop.id, ())),
            emergency=sum(slot.emergency and slot.id not in taken for slot in slots.get(stop.id, ())),
            came=came.get(stop.id, {}),
        )
        for stop, campaign in stops
    ]


def appointments(session: Session, stop: Stop) -> list[AppointmentRow]:
    """Return a stop's appointments with what became of each, by hour; cancelled ones last."""
    slots = {slot.id: slot for slot in _slots(session, [stop.id]).get(stop.id, ())}
    told = {
        row.visit_id: row
        for row in session.exec(
            select(Attendance).where(Attendance.stop_id == stop.id, Attendance.team_id == stop.team_id)
        )
    }
    entries = session.exec(
        select(RosterEntry)
        .where(RosterEntry.stop_id == stop.id)
        .order_by(
            col(RosterEntry.cancelled),
            col(RosterEntry.expected_at),
            col(RosterEntry.birth_name),
            col(RosterEntry.id),
        )
    ).all()
    return [AppointmentRow(entry, slots.get(entry.slot_id or ""), told.get(entry.id)) for entry in entries]


def free_slots(session: Session, stop: str) -> list[StopSlot]:
    """Return a stop's slots that nobody took, by hour."""
    taken = set(
        session.exec(
            select(RosterEntry.slot_id).where(
                RosterEntry.stop_id == stop, col(RosterEntry.cancelled).is_(False)
            )
        ).all()
    )
    return [slot for slot in _slots(session, [stop]).get(stop, ()) if slot.id not in taken]


def walk_ins(session: Session, stop: Stop) -> int:
    """Return how many people came to a stop without an appointment, as tablets told.

    A record begun by mistake, which was taken back, is nobody's coming.
    """
    return session.exec(
        select(func.count())
        .select_from(Attendance)
        .where(
            Attendance.stop_id == stop.id,
            col(Attendance.walk_in).is_(True),
            col(Attendance.status).not_in(_STAYED_AWAY),
        )
    ).one()


def _on_duty(session: Session, stops: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for stop, name in session.exec(
        select(StopMember.stop_id, Member.name)
        .join(Member, col(Member.id) == col(StopMember.member_id))
        .where(col(StopMember.stop_id).in_(stops))
        .order_by(col(Member.name))
    ):
        found.setdefault(stop, []).append(name)
    return found


def _expected(session: Session, stops: Collection[str]) -> dict[str, int]:
    return dict(
        session.exec(
            select(RosterEntry.stop_id, func.count(col(RosterEntry.id)))
            .where(col(RosterEntry.stop_id).in_(stops), col(RosterEntry.cancelled).is_(False))
            .group_by(col(RosterEntry.stop_id))
        ).all()
    )


def _came(session: Session, stops: Collection[str]) -> dict[str, dict[AttendanceStatus, int]]:
    found: dict[str, dict[AttendanceStatus, int]] = {}
    for stop, status, count in session.exec(
        select(Attendance.stop_id, Attendance.status, func.count())
        .where(col(Attendance.stop_id).in_(stops))
        .group_by(col(Attendance.stop_id), col(Attendance.status))
    ):
        found.setdefault(stop, {})[AttendanceStatus(status)] = count
    return found


def _slots(session: Session, stops: Collection[str]) -> dict[str, Sequence[StopSlot]]:
    found: dict[str, list[StopSlot]] = {}
    for slot in session.exec(
        select(StopSlot)
        .where(col(StopSlot.stop_id).in_(stops))
        .order_by(col(StopSlot.starts), col(StopSlot.id))
    ):
        found.setdefault(slot.stop_id, []).append(slot)
    return dict(found)
