"""Who is invited, to which team, for which days: the form of an invitation; ``Enrolment`` makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from server.errors import NotFound
from server.identifiers import new_uuid
from server.planning.faults import Fields
from server.planning.members import colleagues
from server.store.control import Member, Role, TeamMember
from server.store.planning import Invitation

MAX_DAYS = 31


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is invited where, from the first to the last day."""

    member: str
    team: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation as listed, with whose it is and the team's title."""

    invitation: Invitation
    member: Member
    team: str


def order(session: Session, sent: Mapping[str, str], teams: Mapping[str, str], today: date) -> Invited:
    """Read an invitation's form, and record the member if it is somebody new; raise ``Rejected``.

    Somebody new belongs to the team for these days only.
    """
    fields = Fields(sent, today)
    team = fields.choice("team", teams)
    first, last = fields.day("valid_from"), fields.day("valid_until")
    if not fields.faults:
        _check_days(fields, first, last, today)
    known = {each.id for each in colleagues(session, today)}
    member = fields.choice("member", known) if fields.has("member") else ""
    name = profession = ""
    if not fields.has("member"):
        name, profession = fields.text("name"), fields.text("profession")
    fields.require()
    if not member:
        member = _newcomer(session, name, profession, team, first, last)
    return Invited(member, team, first, last)


def _check_days(fields: Fields, first: date, last: date, today: date) -> None:
    if last < first:
        fields.fail("valid_until", "ends-before")
    if last < today:
        fields.fail("valid_until", "past")
    if last - first >= timedelta(days=MAX_DAYS):
        fields.fail("valid_until", "too-many-days")


def _newcomer(session: Session, name: str, profession: str, team: str, first: date, last: date) -> str:
    member = Member(
        id=new_uuid(),
        name=name,
        profession=profession,
        role=Role.FIELD,
        active_from=first,
        active_until=last,
    )
    session.add(member)
    session.flush()
    session.add(TeamMember(team_id=team, member_id=member.id))
    return member.id


def rows(session: Session, teams: Mapping[str, str]) -> list[InvitationRow]:
    """Return these teams' invitations, the latest days first."""
    found = session.exec(
        select(Invitation, Member)
        .join(Member, col(Member.id) == col(Invitation.member_id))
        .where(col(Invitation.team_id).in_(teams))
        .order_by(col(Invitation.valid_until).desc(), col(Invitation.created_at).desc())
    )
    return [InvitationRow(invitation, member, teams[invitation.team_id]) for invitation, member in found]


def find(session: Session, invitation: str, teams: Mapping[str, str]) -> Invitation:
    """Return an invitation of these teams; raise ``not-found``."""
    found = session.get(Invitation, invitation)
    if found is None or found.team_id not in teams:
        raise NotFound.of("not-found")
    return found
