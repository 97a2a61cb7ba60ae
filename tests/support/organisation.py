"""A small organisation in the control tables: one team, people, a stop; tablets and slots on demand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from joserfc.jwk import ECKey
from sqlmodel import Session

from server.central.databases import database_of
from server.central.team_keys import TeamKeyRing, TeamKeys
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.keys.public import public_jwk
from server.store.control import (
    Campaign,
    Device,
    DeviceStatus,
    EnrolmentState,
    Member,
    Organization,
    Role,
    Slot,
    Stop,
    Team,
    TeamMember,
)
from server.store.database import Store

DAY = date(2026, 11, 23)
"""The day of the stop, and of the form's vectors."""
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""An instant of that day, for clocks."""
FORM = ("https://escale.example/fhir/Questionnaire/medicobus-consultation", "1.0.0")


@dataclass(frozen=True)
class Seeded:
    """Ids of what was seeded; ``ring`` is the team's keys as they were then."""

    organisation: str
    campaign: str
    team: str
    database: str
    stop: str
    doctor: str
    nurse: str
    clinical: str
    administrative: str
    ring: TeamKeyRing


@dataclass(frozen=True)
class DeviceKeys:
    """A tablet of the tables, and its private key."""

    id: str
    key: ECKey


@dataclass(frozen=True)
class SlotKeys:
    """A slot of the tables, and its private keys."""

    id: str
    device: str
    member: str
    signing: ECKey
    agreement: ECKey


def seed(store: Store, keys: OrganisationKeys, day: date = DAY) -> Seeded:
    """Record an organisation with one team, its first epoch, four people and one stop at La Gresle."""
    with store.session() as session:
        session.add(Organization(id=keys.organisation, title="CPTS d’essai", created_at=NOON))
        return seed_team(session, keys, day, "Équipe d’essai")


def seed_team(session: Session, keys: OrganisationKeys, day: date, title: str) -> Seeded:
    """Record one more team with its people and its stop; logins are the role's name and the team's id."""
    campaign = Campaign(
        id=new_uuid(),
        title="Médicobus",
        form_url=FORM[0],
        form_version=FORM[1],
        starts_on=date(day.year, 1, 1),
        ends_on=date(day.year, 12, 31),
    )
    team = Team(id=new_uuid(), title=title)
    session.add_all([campaign, team])
    session.flush()
    people = {
        "doctor": Member(id=new_uuid(), name="Dr Ada Essai", profession="médecin", role=Role.FIELD),
        "nurse": Member(id=new_uuid(), name="Noé Essai", profession="infirmier", role=Role.FIELD),
        "clinical": _coordinator("Cléo Essai", Role.CLINICAL_COORDINATOR, team.id),
        "administrative": _coordinator("Abel Essai", Role.ADMINISTRATIVE_COORDINATOR, team.id),
    }
    session.add_all(people.values())
    session.flush()
    session.add_all([TeamMember(team_id=team.id, member_id=person.id) for person in people.values()])
    stop = Stop(
        id=new_uuid(),
        campaign_id=campaign.id,
        team_id=team.id,
        name="La Gresle",
        commune="42104",
        latitude=46.1275,
        longitude=4.2668,
        day=day,
        opens=time(9),
        closes=time(12, 30),
    )
    session.add(stop)
    team_keys = TeamKeys(keys)
    team_keys.start_epoch(session, team.id, NOON)
    database = database_of(session, team.id, day)
    session.flush()
    return Seeded(
        organisation=keys.organisation,
        campaign=campaign.id,
        team=team.id,
        database=database,
        stop=stop.id,
        ring=team_keys.ring(session, team.id),
        **{role: person.id for role, person in people.items()},
    )


def make_device(store: Store, seeded: Seeded, status: DeviceStatus = DeviceStatus.ACTIVE) -> DeviceKeys:
    """Record a tablet of the team."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    device = Device(
        id=new_uuid(),
        team_id=seeded.team,
        campaign_id=seeded.campaign,
        label="Tablette d’essai",
        key=public_jwk(key),
        status=status,
        enrolled_at=NOON,
    )
    with store.session() as session:
        session.add(device)
    return DeviceKeys(device.id, key)


def make_slot(
    store: Store, device: DeviceKeys, member: str, state: EnrolmentState = EnrolmentState.CONFIRMED
) -> SlotKeys:
    """Record a slot of a member on a tablet."""
    signing = ECKey.generate_key("P-256", auto_kid=True)
    agreement = ECKey.generate_key("P-256", auto_kid=True)
    slot = Slot(
        id=new_uuid(),
        device_id=device.id,
        member_id=member,
        signing_key=public_jwk(signing),
        signing_thumbprint=signing.thumbprint(),
        agreement_key=public_jwk(agreement),
        state=state,
        created_at=NOON,
    )
    with store.session() as session:
        session.add(slot)
    return SlotKeys(slot.id, device.id, member, signing, agreement)


def _coordinator(name: str, role: Role, team: str) -> Member:
    return Member(id=new_uuid(), name=name, profession="coordination", role=role, login=f"{role}-{team}")
