"""Teams: made, renamed, who belongs to them. ``Enrolment`` withdraws the tablets' access of who leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from server.central.team_keys import TeamKeys
from server.identifiers import new_uuid
from server.planning.faults import Fault, Fields, Rejected
from server.store.control import Device, DeviceKind, DeviceStatus, Member, Team, TeamMember


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as listed: its members, by name, and how many tablets serve it."""

    team: Team
    members: tuple[Member, ...]
    tablets: int


def title(session: Session, sent: Mapping[str, str], today: date, but: str | None = None) -> str:
    """Read a team's title; raise ``Rejected`` when there is none or another team has it."""
    fields = Fields(sent, today)
    found = fields.text("title")
    fields.require()
    if any(team != but for team in session.exec(select(Team.id).where(Team.title == found)).all()):
        raise Rejected(Fault("title", "title-taken"))
    return found


def create(session: Session, keys: TeamKeys, named: str, creator: str, now: datetime) -> Team:
    """Make a team with its first key; whoever makes it is assigned to it, or nobody would see it."""
    team = Team(id=new_uuid(), title=named)
    session.add(team)
    session.flush()
    keys.start_epoch(session, team.id, now)
    session.add(TeamMember(team_id=team.id, member_id=creator))
    session.flush()
    return team


def join(session: Session, team: str, member: str) -> bool:
    """Assign a member to a team; say whether that is new."""
    if session.get(TeamMember, (team, member)) is not None:
        return False
    session.add(TeamMember(team_id=team, member_id=member))
    session.flush()
    return True


def leave(session: Session, team: str, member: str) -> bool:
    """Take a member out of a team; say whether they were in it."""
    found = session.get(TeamMember, (team, member))
    if found is None:
        return False
    session.delete(found)
    session.flush()
    return True


def rows(session: Session, teams: Mapping[str, str]) -> list[TeamRow]:
    """Return these teams with their members, by title."""
    tablets = dict(
        session.exec(
            select(Device.team_id, func.count(col(Device.id)))
            .where(
                col(Device.team_id).in_(teams),
                Device.status == DeviceStatus.ACTIVE,
                Device.kind == DeviceKind.TABLET,
            )
            .group_by(col(Device.team_id))
        ).all()
    )
    members: dict[str, list[Member]] = {}
    for team, member in session.exec(
        select(TeamMember.team_id, Member)
        .join(Member, col(Member.id) == col(TeamMember.member_id))
        .where(col(TeamMember.team_id).in_(teams))
        .order_by(col(Member.name), col(Member.id))
    ):
        members.setdefault(team, []).append(member)
    found = session.exec(select(Team).where(col(Team.id).in_(teams)).order_by(Team.title)).all()
    return [TeamRow(team, tuple(members.get(team.id, ())), tablets.get(team.id, 0)) for team in found]
