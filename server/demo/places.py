"""What the demonstration's teams are made of: a team with its key, members, a stop with its appointments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session, col, select

from forms.communes import table
from server.central.team_keys import TeamKeys
from server.demo.people import SLOT_MINUTES, ExpectedPerson
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.planning.appointment_slots import minutes_of
from server.store.control import Campaign, Member, Role, RosterEntry, Stop, Team, TeamKey, TeamMember
from server.store.planning import StopMember, StopSlot


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for the organisation; ``login`` only for coordinators."""

    name: str
    profession: str
    role: Role = Role.FIELD
    login: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a team stops: a name, a commune (INSEE code) and hours."""

    name: str
    commune: str
    opens: time
    closes: time


def team_of(session: Session, keys: OrganisationKeys, title: str, now: datetime) -> Team:
    """Return a team by its title, made with its first key when it is not there."""
    team = session.exec(select(Team).where(Team.title == title)).first()
    if team is None:
        team = Team(id=new_uuid(), title=title)
        session.add(team)
        session.flush()
    if session.exec(select(TeamKey).where(TeamKey.team_id == team.id)).first() is None:
        TeamKeys(keys).start_epoch(session, team.id, now)
    return team


def staff(session: Session, team: Team, people: Iterable[Person]) -> None:
    """Make sure that people are members, and of the team; one who left it since is not put back."""
    for person in people:
        member = session.exec(select(Member).where(Member.name == person.name)).first()
        if member is None:
            member = Member(
                id=new_uuid(),
                name=person.name,
                profession=person.profession,
                role=person.role,
                login=person.login,
            )
            member.password_is_one_time = person.login is not None
            session.add(member)
            session.flush()
            session.add(TeamMember(team_id=team.id, member_id=member.id))


def coordinate(session: Session, team: Team) -> None:
    """Assign every coordinator of the organisation to a team."""
    coordinators = select(Member).where(col(Member.login).is_not(None))
    for member in session.exec(coordinators).all():
        if session.get(TeamMember, (team.id, member.id)) is None:
            session.add(TeamMember(team_id=team.id, member_id=member.id))


def stop_of(session: Session, campaign: Campaign, team: Team, day: date, place: Place) -> tuple[Stop, bool]:
    """Return a team's stop of a day at a place, with all its field members on duty; and whether it is new."""
    known = select(Stop).where(Stop.team_id == team.id, Stop.day == day, Stop.commune == place.commune)
    found = session.exec(known).first()
    if found is not None:
        return found, False
    centre = table().by_code[place.commune].centre
    if centre is None:
        raise LookupError(f"commune {place.commune} has no known centre")
    stop = Stop(
        id=new_uuid(),
        campaign_id=campaign.id,
        team_id=team.id,
        name=place.name,
        commune=place.commune,
        latitude=centre.latitude,
        longitude=centre.longitude,
        day=day,
        opens=place.opens,
        closes=place.closes,
    )
    session.add(stop)
    session.flush()
    field = session.exec(
        select(Member.id)
        .join(TeamMember, col(TeamMember.member_id) == col(Member.id))
        .where(TeamMember.team_id == team.id, Member.role == Role.FIELD)
    ).all()
    session.add_all([StopMember(stop_id=stop.id, member_id=member) for member in field])
    return stop, True


def appointments(session: Session, stop: Stop, people: Sequence[ExpectedPerson]) -> None:
    """A slot for each person, and one more kept for emergencies; the last one booked without all traits."""
    after = minutes_of(people[-1].expected_at) + SLOT_MINUTES
    emergency = StopSlot(
        id=new_uuid(),
        stop_id=stop.id,
        starts=time(after // 60, after % 60),
        minutes=SLOT_MINUTES,
        emergency=True,
    )
    session.add(emergency)
    for person in people:
        said = person is not people[-1]
        slot = StopSlot(id=new_uuid(), stop_id=stop.id, starts=person.expected_at, minutes=SLOT_MINUTES)
        session.add(slot)
        session.add(
            RosterEntry(
                id=new_uuid(),
                stop_id=stop.id,
                slot_id=slot.id,
                expected_at=person.expected_at,
                birth_name=person.birth_name,
                first_name=person.first_name,
                birth_date=person.birth_date if said else None,
                sex=person.sex if said else None,
                commune=person.commune if said else None,
                booking=person.booking,
            )
        )
