"""What a team planned: things behind every address of the planning pages, and the forms they take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from server.identifiers import new_uuid
from server.planning import labels
from server.planning.handles import handles
from server.store.control import EnrolmentState, Member, Role, RosterEntry, Stop, TeamMember
from server.store.database import Store
from server.store.planning import Invitation
from tests.support.organisation import DAY, FORM, NOON, Seeded


@dataclass(frozen=True)
class Planned:
    """Ids: an appointment, a coordinator and a nurse beside the seeded people, an invitation.

    ``handle``: the appointment in addresses.
    """

    entry: str
    colleague: str
    leaver: str
    invitation: str
    handle: str

    @property
    def addressed(self) -> dict[str, str]:
        """What stands for each name in braces."""
        return {
            "entry": self.handle,
            "colleague": self.colleague,
            "leaver": self.leaver,
            "invitation": self.invitation,
            "sheets": "planches",
        }


def plan(store: Store, team: Seeded) -> Planned:
    """Record them for a team."""
    entry = new_uuid()
    with store.session() as session:
        labels.extend(session, session.get_one(Stop, team.stop), 3)
        handle = handles(session).of(entry)
        found = Planned(entry, new_uuid(), new_uuid(), new_uuid(), handle)
        session.add(
            RosterEntry(
                id=found.entry,
                stop_id=team.stop,
                expected_at=time(9),
                birth_name="ATTENDUE",
                first_name="ADA",
                booking="telephone",
            )
        )
        session.add(
            Member(
                id=found.colleague,
                name="Alma Essai",
                profession="coordination",
                role=Role.ADMINISTRATIVE_COORDINATOR,
                login=f"alma-{team.team}"[:40],
            )
        )
        session.add(Member(id=found.leaver, name="Léo Essai", profession="infirmier", role=Role.FIELD))
        session.flush()
        for member in (found.colleague, found.leaver):
            session.add(TeamMember(team_id=team.team, member_id=member))
        session.add(
            Invitation(
                id=found.invitation,
                member_id=found.leaver,
                team_id=team.team,
                valid_from=DAY,
                valid_until=DAY,
                salt="",
                verifier="",
                sealed="",
                epoch=1,
                created_at=NOON,
                created_by=team.clinical,
                slot_id=new_uuid(),
                state=EnrolmentState.ISSUED,
            )
        )
    return found


def forms(team: Seeded) -> dict[str, Mapping[str, str]]:
    """A valid form for each address, as the tables of routes write them."""
    stop = {
        "name": "La Gresle",
        "commune": "La Gresle",
        "day": DAY.isoformat(),
        "opens": "09:00",
        "closes": "12:30",
        "campaign": team.campaign,
        "team": team.team,
    }
    person = {"birth_name": "Neuve", "hour": "10:00", "stop": team.stop}
    campaign = {
        "title": "Repérage",
        "form": "|".join(FORM),
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "summary_months": "24",
    }
    member = {"name": "Nina Essai", "profession": "infirmière", "role": "field", "teams": team.team}
    base = "POST /coordination"
    return {
        f"{base}/escales/nouvelle": {**stop, "name": "Place du marché"},
        f"{base}/escales/{{stop}}/modifier": stop,
        f"{base}/escales/{{stop}}/copier": {"days": "24/11/2026"},
        f"{base}/escales/{{stop}}/rendez-vous": person,
        f"{base}/escales/{{stop}}/etiquettes": {"more": "24"},
        f"{base}/escales/{{other_stop}}/etiquettes": {"more": "24"},
        f"{base}/rendez-vous/{{entry}}": {**person, "birth_name": "Changée", "hour": "11:00"},
        f"{base}/organisation/campagnes": campaign,
        f"{base}/organisation/campagnes/{{campaign}}": {**campaign, "title": "Médicobus d’essai"},
        f"{base}/organisation/equipes": {"title": "Équipe nouvelle"},
        f"{base}/organisation/equipes/{{team}}": {"title": "Équipe renommée"},
        f"{base}/organisation/equipes/{{team}}/membres": {"member": team.nurse},
        f"{base}/organisation/membres": member,
        f"{base}/organisation/membres/{{leaver}}": {**member, "name": "Léo Essai"},
        f"{base}/organisation/reglages": {
            "organisation": "CPTS d’essai",
            "slot_minutes": "20",
            "emergency_slots": "1",
        },
        f"{base}/organisation/invitations": {
            "team": team.team,
            "valid_from": DAY.isoformat(),
            "valid_until": DAY.isoformat(),
            "name": "Dr Ines Essai",
            "profession": "médecin",
        },
    }
