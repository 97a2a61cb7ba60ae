"""Seeds the demonstration: what is there already is left alone, so that a second start keeps everything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlmodel import Session, col, select

from forms.communes import table
from server.auth import passwords
from server.central import organisation
from server.central.errors import NoOrganisation
from server.central.publication import Forms
from server.central.team_keys import TeamKeys
from server.demo.people import SLOT_MINUTES, ExpectedPerson, expected
from server.enrolment import cards
from server.enrolment.cards import CardOrder, IssuedCard
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.settings import Settings
from server.store.control import (
    Campaign,
    Member,
    Role,
    RosterEntry,
    Stop,
    Team,
    TeamKey,
    TeamMember,
)
from server.store.database import Store
from server.store.planning import StopMember, StopSlot

ORGANISATION = "CPTS du Haut-Roannais (démonstration)"
CAMPAIGN = "Médicobus"
TEAM = "Médicobus – équipe 1"
FORM_URL = "https://escale.example/fhir/Questionnaire/medicobus-consultation"
FORM_VERSION = "1.1.0"
PEOPLE_A_STOP = 5

_STOPS = (
    ("Belmont-de-la-Loire", "42015", time(8, 30), time(10, 30)),
    ("La Gresle", "42104", time(11), time(13)),
    ("Le Crozet", "42078", time(14), time(15, 45)),
    ("Villemontais", "42331", time(16, 15), time(18)),
)
_STAFF = (
    ("Dr Camille Fictif", "médecin généraliste", Role.FIELD, None),
    ("Dominique Fictif", "infirmière", Role.FIELD, None),
    ("Claude Fictif", "coordination clinique", Role.CLINICAL_COORDINATOR, "clinique"),
    ("Alix Fictif", "coordination administrative", Role.ADMINISTRATIVE_COORDINATOR, "administration"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """A coordinator's way in; ``password`` is None once they chose their own."""

    login: str
    name: str
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a newcomer needs to begin: a card for a tablet, and the coordinators' logins."""

    card: IssuedCard
    logins: tuple[Login, ...]


def prepare(settings: Settings, store: Store, now: Callable[[], datetime]) -> Demonstration:
    """Make sure that the demonstration is there, with today's stops; draw a card and unused passwords.

    The day is the machine's local one: it is what a tablet beside it shows. Raises ``KeysUnavailable``.
    """
    try:
        _, keys = organisation.load(store, settings.keys)
    except NoOrganisation:
        _, keys = organisation.create(store, settings.keys, ORGANISATION, now)
    with store.session() as session:
        campaign, team = _campaign(session, now().date()), _team(session, keys, now())
        session.flush()
        _staff(session, team)
        _stops(session, campaign, team, now().astimezone().date())
        order = CardOrder(team=team.id, campaign=campaign.id, label="Tablette de démonstration")
        card = cards.issue(session, keys, settings.origin, order, now())
        return Demonstration(card, _logins(session))


def has_form(forms: Forms) -> bool:
    """Tell whether the demonstration's form is among those published."""
    return (FORM_URL, FORM_VERSION) in forms


def _campaign(session: Session, today: date) -> Campaign:
    found = session.exec(select(Campaign).where(Campaign.title == CAMPAIGN)).first()
    if found is None:
        found = Campaign(
            id=new_uuid(),
            title=CAMPAIGN,
            form_url=FORM_URL,
            form_version=FORM_VERSION,
            starts_on=date(today.year, 1, 1),
            ends_on=date(today.year + 1, 12, 31),
        )
        session.add(found)
    return found


def _team(session: Session, keys: OrganisationKeys, now: datetime) -> Team:
    team = session.exec(select(Team).where(Team.title == TEAM)).first()
    if team is None:
        team = Team(id=new_uuid(), title=TEAM)
        session.add(team)
        session.flush()
    if session.exec(select(TeamKey).where(TeamKey.team_id == team.id)).first() is None:
        TeamKeys(keys).start_epoch(session, team.id, now)
    return team


def _staff(session: Session, team: Team) -> None:
    for name, profession, role, login in _STAFF:
        if session.exec(select(Member).where(Member.name == name)).first() is not None:
            continue
        member = Member(id=new_uuid(), name=name, profession=profession, role=role, login=login)
        member.password_is_one_time = login is not None
        session.add(member)
        session.flush()
        session.add(TeamMember(team_id=team.id, member_id=member.id))


def _stops(session: Session, campaign: Campaign, team: Team, day: date) -> None:
    communes = tuple(code for _, code, _, _ in _STOPS)
    for place, (name, code, opens, closes) in enumerate(_STOPS):
        known = select(Stop).where(Stop.team_id == team.id, Stop.day == day, Stop.commune == code)
        if session.exec(known).first() is not None:
            continue
        centre = table().by_code[code].centre
        if centre is None:
            raise LookupError(f"commune {code} has no known centre")
        stop = Stop(
            id=new_uuid(),
            campaign_id=campaign.id,
            team_id=team.id,
            name=name,
            commune=code,
            latitude=centre.latitude,
            longitude=centre.longitude,
            day=day,
            opens=opens,
            closes=closes,
        )
        session.add(stop)
        session.flush()
        _on_duty(session, stop, team)
        _appointments(session, stop, list(expected(day, place, opens, communes, PEOPLE_A_STOP)))


def _on_duty(session: Session, stop: Stop, team: Team) -> None:
    field = session.exec(
        select(Member.id)
        .join(TeamMember, col(TeamMember.member_id) == col(Member.id))
        .where(TeamMember.team_id == team.id, Member.role == Role.FIELD)
    ).all()
    session.add_all([StopMember(stop_id=stop.id, member_id=member) for member in field])


def _appointments(session: Session, stop: Stop, people: list[ExpectedPerson]) -> None:
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


def minutes_of(hour: time) -> int:
    """Return how many minutes after midnight an hour is."""
    return hour.hour * 60 + hour.minute


def _logins(session: Session) -> tuple[Login, ...]:
    """Draw a new one-time password for each coordinator who has not chosen theirs."""
    coordinators = session.exec(
        select(Member).where(col(Member.login).is_not(None)).order_by(col(Member.login).desc())
    ).all()
    return tuple(_login(member) for member in coordinators)


def _login(member: Member) -> Login:
    password = None
    if member.password_is_one_time:
        password = passwords.one_time()
        member.password_hash = passwords.digest(password)
    return Login(member.login or "", member.name, password)
