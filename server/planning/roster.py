"""Appointments of a stop, as booked: added, changed, moved to another stop, cancelled, imported.

Each function changes tables only, inside the caller's transaction; the caller publishes the team's documents.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select, update

from forms.communes import CommuneTable
from server.errors import NotFound
from server.identifiers import new_uuid
from server.planning import typed
from server.planning.appointment import Appointment, StopChoice
from server.planning.faults import Fault, Fields, Rejected
from server.store.control import RosterEntry, Stop
from server.store.notices import Attendance, AttendanceStatus
from server.store.planning import StopSlot
from server.store.read import Visit

IMPORT_BACK = timedelta(days=7)
"""How far back a stop may be for a file that comes late."""


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """An appointment as typed; ``slot`` is the appointment slot that it takes, if any."""

    appointment: Appointment
    slot: str | None


def order(
    session: Session,
    sent: Mapping[str, str],
    stops: Mapping[str, Stop],
    *,
    today: date,
    communes: CommuneTable,
    entry: RosterEntry | None = None,
) -> EntryOrder:
    """Read an appointment's form for one of ``stops``; raise ``Rejected`` with everything that is wrong.

    A slot already taken, and a person already expected there, are faults unless ``forced`` is ticked.
    """
    fields = Fields(sent, today)
    stop = fields.choice("stop", stops.keys())
    slot = _chosen_slot(session, fields, stop)
    expected_at = slot.starts if slot is not None else fields.hour("hour")
    appointment = Appointment(
        stop=stop,
        expected_at=expected_at,
        birth_name=fields.read("birth_name", typed.name) or "",
        first_name=fields.read("first_name", lambda text: typed.name(text, given=True)) or "",
        birth_date=fields.optional_day("birth_date", birth=True),
        sex=fields.choice("sex", ("F", "M", "I")) if fields.has("sex") else None,
        commune=_commune(fields, communes),
        phone=_phone(fields),
        booking=fields.choice("booking", typed.BOOKINGS) if fields.has("booking") else "",
    )
    fields.require()
    slot = slot or _free_at(session, appointment)
    if not fields.has("forced"):
        _require_free(session, appointment, slot, entry)
    return EntryOrder(appointment, slot.id if slot is not None else None)


def _chosen_slot(session: Session, fields: Fields, stop: str) -> StopSlot | None:
    if not fields.has("slot"):
        return None
    found = session.get(StopSlot, fields.raw("slot"))
    if found is None or found.stop_id != stop:
        # The slot of another stop: the appointment is being moved, and its hour says where it goes.
        return None
    return found


def _commune(fields: Fields, communes: CommuneTable) -> str | None:
    if not fields.has("commune"):
        return None
    read = typed.commune(fields.raw("commune"), communes)
    if read.value is None:
        read = typed.commune_code(fields.raw("commune"), communes)
    if read.value is None:
        fields.fail("commune", typed.commune(fields.raw("commune"), communes).note or "commune-unknown")
    return read.value


def _phone(fields: Fields) -> str | None:
    read = typed.phone(fields.raw("phone"))
    if read.note is not None:
        fields.fail("phone", read.note.value)
    return read.value


def _free_at(session: Session, appointment: Appointment) -> StopSlot | None:
    """Return the slot that begins at the hour of an appointment without one, if nobody took it."""
    taken = _taken(session, appointment.stop)
    slots = session.exec(
        select(StopSlot).where(
            StopSlot.stop_id == appointment.stop, StopSlot.starts == appointment.expected_at
        )
    ).all()
    return next((slot for slot in slots if slot.id not in taken), None)


def _require_free(
    session: Session, appointment: Appointment, slot: StopSlot | None, entry: RosterEntry | None
) -> None:
    _hold(session, appointment.stop)
    own = entry.id if entry is not None else None
    if slot is not None and _taken(session, appointment.stop).get(slot.id, own) != own:
        raise Rejected(Fault("slot", "slot-taken"))
    others = [each for each in entries(session, [appointment.stop]) if each.id != own and not each.cancelled]
    if any(appointment.is_of_the_person_of(of_entry(each)) for each in others):
        raise Rejected(Fault("birth_name", "already-expected"))
    if slot is None and any(each.expected_at == appointment.expected_at for each in others):
        raise Rejected(Fault("hour", "hour-taken"))


def _hold(session: Session, stop: str) -> None:
    """Take the stop until the transaction ends: of two who book there at once, the second sees the first."""
    session.exec(update(Stop).where(col(Stop.id) == stop).values(cancelled=col(Stop.cancelled)))


def _taken(session: Session, stop: str) -> dict[str, str]:
    """Return which slots of a stop are taken, and by which appointment."""
    found = entries(session, [stop])
    return {each.slot_id: each.id for each in found if each.slot_id is not None and not each.cancelled}


def add(session: Session, asked: EntryOrder) -> RosterEntry:
    """Record an appointment."""
    entry = RosterEntry(
        id=new_uuid(),
        stop_id=asked.appointment.stop,
        expected_at=asked.appointment.expected_at,
        birth_name=asked.appointment.birth_name,
        first_name=asked.appointment.first_name,
        booking=asked.appointment.booking,
    )
    edit(session, entry, asked)
    return entry


def edit(session: Session, entry: RosterEntry, asked: EntryOrder) -> None:
    """Change an appointment, or move it to another stop.

    Raises ``Rejected`` when it would move somebody who already came: the visit stays where it was.
    """
    given = asked.appointment
    if given.stop != entry.stop_id and has_come(session, entry.id):
        raise Rejected(Fault("stop", "already-came"))
    entry.stop_id, entry.slot_id, entry.expected_at = given.stop, asked.slot, given.expected_at
    entry.birth_name, entry.first_name, entry.birth_date = (
        given.birth_name,
        given.first_name,
        given.birth_date,
    )
    entry.sex, entry.commune, entry.phone, entry.booking = (
        given.sex,
        given.commune,
        given.phone,
        given.booking,
    )
    session.add(entry)


def cancel(session: Session, entry: RosterEntry, *, cancelled: bool) -> None:
    """Cancel an appointment, which frees its slot, or take that back."""
    entry.cancelled = cancelled
    if not cancelled and entry.slot_id in _taken(session, entry.stop_id):
        entry.slot_id = None
    session.add(entry)


def has_come(session: Session, visit: str) -> bool:
    """Say whether anything is known of a person's coming beside the appointment."""
    came = session.exec(
        select(Attendance.visit_id).where(
            Attendance.visit_id == visit, Attendance.status != AttendanceStatus.EXPECTED
        )
    ).first()
    return came is not None or session.exec(select(Visit.id).where(Visit.id == visit)).first() is not None


def find(session: Session, entry: str, teams: Collection[str]) -> tuple[RosterEntry, Stop]:
    """Return an appointment and its stop, of these teams; raise ``not-found``."""
    found = session.get(RosterEntry, entry)
    stop = session.get(Stop, found.stop_id) if found is not None else None
    if found is None or stop is None or stop.team_id not in teams:
        raise NotFound.of("not-found")
    return found, stop


def entries(session: Session, stops: Collection[str]) -> list[RosterEntry]:
    """Return the appointments of stops, cancelled ones too, by hour."""
    found = session.exec(
        select(RosterEntry)
        .where(col(RosterEntry.stop_id).in_(stops))
        .order_by(col(RosterEntry.expected_at), col(RosterEntry.id))
    )
    return list(found.all())


def of_entry(entry: RosterEntry) -> Appointment:
    """Return an appointment row as a value."""
    return Appointment(
        stop=entry.stop_id,
        expected_at=entry.expected_at,
        birth_name=entry.birth_name,
        first_name=entry.first_name,
        birth_date=entry.birth_date,
        sex=entry.sex,
        commune=entry.commune,
        phone=entry.phone,
        booking=entry.booking,
    )


def stops_to_import(session: Session, teams: Collection[str], today: date) -> list[StopChoice]:
    """Return the stops of these teams that a file may be for, by day."""
    found = session.exec(
        select(Stop)
        .where(col(Stop.team_id).in_(teams), Stop.day >= today - IMPORT_BACK, col(Stop.cancelled).is_(False))
        .order_by(col(Stop.day), col(Stop.opens), col(Stop.id))
    )
    return [StopChoice(each.id, each.name, each.commune, each.day, each.opens, each.closes) for each in found]


def known(session: Session, stops: Collection[str]) -> list[Appointment]:
    """Return who is expected at stops already."""
    return [of_entry(each) for each in entries(session, stops) if not each.cancelled]


def take_in(session: Session, appointments: Iterable[Appointment]) -> dict[str, int]:
    """Record imported appointments, but those that came in since the preview; return how many by stop.

    An appointment takes the free slot of its hour, if there is one.
    """
    by_stop: dict[str, list[Appointment]] = {}
    for appointment in appointments:
        by_stop.setdefault(appointment.stop, []).append(appointment)
    # In one order, so that two files for the same stops never wait for each other.
    made = {stop: _take_in(session, stop, by_stop[stop]) for stop in sorted(by_stop)}
    return {stop: count for stop, count in made.items() if count}


def _take_in(session: Session, stop: str, appointments: Iterable[Appointment]) -> int:
    _hold(session, stop)
    there, taken, made = known(session, [stop]), set(_taken(session, stop)), 0
    slots = session.exec(select(StopSlot).where(StopSlot.stop_id == stop)).all()
    free = {slot.starts: slot.id for slot in slots if slot.id not in taken}
    named: dict[tuple[str, str, str], list[Appointment]] = {}
    for other in there:
        named.setdefault(other.named, []).append(other)
    for appointment in appointments:
        same = named.setdefault(appointment.named, [])
        if any(appointment.is_of_the_person_of(other) for other in same):
            continue
        add(session, EntryOrder(appointment, free.pop(appointment.expected_at, None)))
        same.append(appointment)
        made += 1
    return made
