"""The control tables of an invented year: stops, slots, appointments, and two tablets with their slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from joserfc.jwk import ECKey
from sqlmodel import Session, col, select

from forms.communes import Position, table
from server.central.databases import database_of
from server.demo.year.plan import Appointment, Became, Plan, PlannedStop
from server.demo.year.records import Signer
from server.identifiers import new_uuid
from server.keys.public import public_jwk
from server.store.control import (
    Device,
    DeviceStatus,
    EnrolmentState,
    Member,
    RosterEntry,
    Slot,
    Stop,
    TeamMember,
)
from server.store.planning import StopMember, StopSlot

SLOT_MINUTES = 15
_HALF_DAY = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the year is played on. ``signers`` by role; ``databases`` by stop."""

    organization: str
    campaign: str
    team: str
    signers: dict[str, Signer]
    databases: dict[str, str]


def position(stop: PlannedStop) -> Position:
    """Return where a stop stands: the centre of its commune."""
    centre = table().by_code[stop.commune].centre
    if centre is None:
        raise LookupError(f"commune {stop.commune} has no known centre")
    return centre


def lay(session: Session, plan: Plan, organization: str, campaign: str, team: str, now: datetime) -> Ground:
    """Record the stops and appointments of a plan, and enrol a tablet for each of the two professionals."""
    staff = {role: _member(session, profession, team) for role, profession in _PROFESSIONS.items()}
    signers = {role: _signer(session, member, team, campaign, now) for role, member in staff.items()}
    for stop in plan.stops:
        session.add(_stop(stop, campaign, team))
    session.flush()
    for stop in plan.stops:
        session.add_all(StopMember(stop_id=stop.id, member_id=member.id) for member in staff.values())
        session.add_all(
            StopSlot(id=slot, stop_id=stop.id, starts=at, minutes=SLOT_MINUTES, emergency=emergency)
            for slot, at, emergency in stop.slots
        )
    session.add_all(_entry(each) for each in plan.appointments)
    databases = {stop.id: database_of(session, team, stop.day) for stop in plan.stops}
    return Ground(organization, campaign, team, signers, databases)


_PROFESSIONS = {"doctor": "médecin généraliste", "nurse": "infirmière"}


def _member(session: Session, profession: str, team: str) -> Member:
    in_team = select(TeamMember.member_id).where(TeamMember.team_id == team)
    return session.exec(
        select(Member).where(Member.profession == profession, col(Member.id).in_(in_team))
    ).one()


def _signer(session: Session, member: Member, team: str, campaign: str, now: datetime) -> Signer:
    keys: Sequence[ECKey] = [ECKey.generate_key("P-256", auto_kid=True) for _ in range(3)]
    device = Device(
        id=new_uuid(),
        team_id=team,
        campaign_id=campaign,
        label=f"Tablette de {member.name}",
        key=public_jwk(keys[0]),
        status=DeviceStatus.ACTIVE,
        enrolled_at=now,
    )
    session.add(device)
    session.flush()
    slot = Slot(
        id=new_uuid(),
        device_id=device.id,
        member_id=member.id,
        signing_key=public_jwk(keys[1]),
        signing_thumbprint=keys[1].thumbprint(),
        agreement_key=public_jwk(keys[2]),
        state=EnrolmentState.CONFIRMED,
        created_at=now,
    )
    session.add(slot)
    return Signer(slot.id, device.id, member.id, keys[1], keys[2])


def _stop(stop: PlannedStop, campaign: str, team: str) -> Stop:
    stands = position(stop)
    closes = (datetime.combine(stop.day, stop.opens) + _HALF_DAY).time()
    return Stop(
        id=stop.id,
        campaign_id=campaign,
        team_id=team,
        name=stop.name,
        commune=stop.commune,
        latitude=stands.latitude,
        longitude=stands.longitude,
        day=stop.day,
        opens=stop.opens,
        closes=max(closes, time(17)),
    )


def _entry(appointment: Appointment) -> RosterEntry:
    person = appointment.person
    return RosterEntry(
        id=appointment.id,
        stop_id=appointment.stop.id,
        slot_id=appointment.slot,
        expected_at=appointment.at,
        birth_name=person.birth_name,
        first_name=person.first_name,
        birth_date=person.birth_date,
        sex=person.sex,
        commune=person.commune,
        booking=appointment.booking,
        cancelled=appointment.became is Became.CANCELLED,
    )
