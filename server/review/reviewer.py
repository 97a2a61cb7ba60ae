"""Who reads: their role and the teams assigned to them decide every query of this package."""

from dataclasses import dataclass

from sqlmodel import Session, select

from server.store.control import Role, Team, TeamMember


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A coordinator as seen by the read model. ``teams``: id → title, of the teams assigned."""

    member_id: str
    role: Role
    teams: dict[str, str]

    @property
    def is_clinical(self) -> bool:
        """Whether clinical answers, identities and names may be shown (design, promise 7)."""
        return self.role is Role.CLINICAL_COORDINATOR

    def reads(self, team_id: str) -> bool:
        """Say whether a team is assigned to them."""
        return team_id in self.teams


def reviewer(session: Session, member_id: str, role: Role) -> Reviewer:
    """Return a member as a reviewer of the teams assigned to them today."""
    teams = session.exec(
        select(Team)
        .join(TeamMember, TeamMember.team_id == Team.id)  # type: ignore[arg-type]
        .where(TeamMember.member_id == member_id)
        .order_by(Team.title)
    )
    return Reviewer(member_id, role, {team.id: team.title for team in teams})
