"""Members: who works for the organisation, in which role, until when; coordinators' way in.

A role is given by somebody who has it: an administrative coordinator who could make a clinical one would only
have to sign in as them to read what their own role does not show (design, promise 7). For the same reason the
way in of a coordinator is changed only by somebody who has all their teams.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, or_, select

from server.errors import NotAllowed, NotFound
from server.identifiers import new_uuid
from server.planning import teams as team_rows
from server.planning.faults import Fault, Fields, Rejected
from server.store.control import Member, Role, TeamMember

_RPPS = re.compile(r"[0-9]{11}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


@dataclass(frozen=True, slots=True)
class MemberOrder:
    """What a coordinator asks for; ``login`` only for coordinators; ``teams`` are those assigned."""

    name: str
    profession: str
    role: Role
    rpps: str | None
    login: str | None
    teams: frozenset[str]
    active_from: date | None
    active_until: date | None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as listed, with the titles of those of the reader's teams they are in."""

    member: Member
    teams: tuple[str, ...]


def roles_given_by(role: Role) -> tuple[Role, ...]:
    """Return the roles that a coordinator may give, and whose members they may change."""
    if role is Role.CLINICAL_COORDINATOR:
        return (Role.FIELD, Role.CLINICAL_COORDINATOR, Role.ADMINISTRATIVE_COORDINATOR)
    return (Role.FIELD, Role.ADMINISTRATIVE_COORDINATOR)


def rpps_holds(rpps: str) -> bool:
    """Say whether eleven digits have the check digit of an RPPS number (Luhn over all of them).

    Worth a warning only: numbers of tests and of former registers fail it (ANS).
    """
    doubled = [int(d) * (1 + index % 2) for index, d in enumerate(reversed(rpps))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def order(
    session: Session,
    sent: Mapping[str, str],
    wanted: Collection[str],
    teams: Collection[str],
    *,
    by: Role,
    today: date,
    member: Member | None = None,
) -> MemberOrder:
    """Read a member's form; ``wanted`` are the teams ticked, among ``teams``. Raises ``Rejected``."""
    fields = Fields(sent, today)
    name, profession = fields.text("name"), fields.text("profession")
    role = fields.choice("role", [given.value for given in roles_given_by(by)])
    rpps = fields.raw("rpps").replace(" ", "")
    if rpps and not _RPPS.fullmatch(rpps):
        fields.fail("rpps", "rpps")
    login = _login(session, fields, role, member)
    if not wanted or not set(wanted) <= set(teams):
        fields.fail("teams", "choice")
    active_from, active_until = fields.optional_day("active_from"), fields.optional_day("active_until")
    if active_from and active_until and active_from > active_until:
        fields.fail("active_until", "ends-before")
    fields.require()
    return MemberOrder(
        name=name,
        profession=profession,
        role=Role(role),
        rpps=rpps or None,
        login=login,
        teams=frozenset(wanted),
        active_from=active_from,
        active_until=active_until,
    )


def _login(session: Session, fields: Fields, role: str, member: Member | None) -> str | None:
    if role == Role.FIELD:
        return None
    login = fields.raw("login").casefold()
    if not _LOGIN.fullmatch(login):
        fields.fail("login", "login")
        return None
    found = session.exec(select(Member.id).where(Member.login == login)).first()
    if found is not None and (member is None or found != member.id):
        fields.fail("login", "login-taken")
    return login


def create(session: Session, asked: MemberOrder) -> Member:
    """Record a member and assign their teams; a coordinator still needs a one-time password."""
    member = Member(
        id=new_uuid(), name=asked.name, profession=asked.profession, role=asked.role, login=asked.login
    )
    _apply(session, member, asked)
    for team in sorted(asked.teams):
        team_rows.join(session, team, member.id)
    return member


def edit(session: Session, member: Member, asked: MemberOrder, teams: Collection[str]) -> set[str]:
    """Change a member; return the teams whose tablets' access is to be withdrawn.

    Those of ``teams``, the changer's, that they leave; all, when they go from the field to the office. Raises
    ``Rejected`` for the last clinical coordinator who can sign in, since nobody could give the role again,
    and for the role or login of somebody who has another team too.
    """
    differing = (("role", asked.role is not member.role), ("login", asked.login != member.login))
    changed = [name for name, differs in differing if differs]
    if changed and not is_covered(session, member, teams):
        raise Rejected(*(Fault(name, "other-teams") for name in changed))
    if asked.role is not Role.CLINICAL_COORDINATOR:
        require_not_last(session, member)
    was_field = member.role is Role.FIELD
    _apply(session, member, asked)
    left = {team for team in teams if team not in asked.teams and team_rows.leave(session, team, member.id)}
    for team in sorted(asked.teams):
        team_rows.join(session, team, member.id)
    return left | asked.teams if was_field and asked.role is not Role.FIELD else left


def _apply(session: Session, member: Member, asked: MemberOrder) -> None:
    member.name, member.profession, member.role = asked.name, asked.profession, asked.role
    member.rpps, member.login = asked.rpps, asked.login
    member.active_from, member.active_until = asked.active_from, asked.active_until
    if asked.login is None:
        member.password_hash, member.password_is_one_time = None, False
    session.add(member)
    session.flush()


def is_covered(session: Session, member: Member, teams: Collection[str]) -> bool:
    """Say whether all the teams of a member are among ``teams``."""
    theirs = session.exec(select(TeamMember.team_id).where(TeamMember.member_id == member.id)).all()
    return set(theirs) <= set(teams)


def require_covered(session: Session, member: Member, teams: Collection[str]) -> None:
    """Raise ``Rejected`` for a coordinator who has a team that is not among ``teams``."""
    if member.role is not Role.FIELD and not is_covered(session, member, teams):
        raise Rejected(Fault("name", "other-teams"))


def disable(session: Session, member: Member, teams: Collection[str], *, disabled: bool, by: str) -> None:
    """Disable a member or take that back; their access on every tablet is then to be withdrawn.

    Raises ``Rejected`` for oneself, for the last clinical coordinator, and for a coordinator who has another
    team than ``teams``, those of ``by``.
    """
    require_covered(session, member, teams)
    if disabled and member.id == by:
        raise Rejected(Fault("name", "yourself"))
    if disabled:
        require_not_last(session, member)
    member.disabled = disabled
    session.add(member)
    session.flush()


def require_not_last(session: Session, member: Member) -> None:
    """Raise ``Rejected`` for the last clinical coordinator who can sign in."""
    if member.role is not Role.CLINICAL_COORDINATOR or member.login is None:
        return
    others = select(Member.id).where(
        Member.role == Role.CLINICAL_COORDINATOR,
        Member.id != member.id,
        col(Member.disabled).is_(False),
        col(Member.password_hash).is_not(None),
    )
    if session.exec(others).first() is None:
        raise Rejected(Fault("role", "last-clinical"))


def find(session: Session, member: str, teams: Collection[str], by: Role) -> Member:
    """Return a member of these teams whom ``by`` may change.

    Raises ``not-found`` for another team's, ``forbidden`` for a role that they cannot give.
    """
    found = session.get(Member, member)
    theirs = session.exec(select(TeamMember.team_id).where(TeamMember.member_id == member)).all()
    if found is None or not set(theirs) & set(teams):
        raise NotFound.of("not-found")
    if found.role not in roles_given_by(by):
        raise NotAllowed.of("forbidden")
    return found


def rows(session: Session, teams: Mapping[str, str]) -> list[MemberRow]:
    """Return the members of these teams, by name; those who were disabled last."""
    found: dict[str, tuple[Member, list[str]]] = {}
    for member, team in session.exec(
        select(Member, TeamMember.team_id)
        .join(TeamMember, col(TeamMember.member_id) == col(Member.id))
        .where(col(TeamMember.team_id).in_(teams))
        .order_by(col(Member.disabled), col(Member.name), col(Member.id))
    ):
        found.setdefault(member.id, (member, []))[1].append(teams[team])
    return [MemberRow(member, tuple(sorted(titles))) for member, titles in found.values()]


def colleagues(session: Session, today: date) -> list[Member]:
    """Return the organisation's field members who may be invited anywhere: neither disabled nor gone."""
    found = session.exec(
        select(Member)
        .where(
            Member.role == Role.FIELD,
            col(Member.disabled).is_(False),
            or_(col(Member.active_until).is_(None), col(Member.active_until) >= today),
        )
        .order_by(col(Member.name), col(Member.id))
    )
    return list(found.all())
