"""Seeds the demonstration: what is there already is left alone, so that a second start keeps everything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlmodel import Session, col, select

from forms.load import published
from server.auth import passwords
from server.central import organisation
from server.central.errors import NoOrganisation
from server.central.publication import Forms
from server.clock import local_day
from server.demo import instruments
from server.demo.people import expected
from server.demo.places import Person, Place, appointments, staff, stop_of, team_of
from server.enrolment import cards
from server.enrolment.cards import CardOrder, IssuedCard
from server.identifiers import new_uuid
from server.settings import Settings
from server.store.control import Campaign, Member, Role, Team
from server.store.database import Store

ORGANISATION = "CPTS du Haut-Roannais (démonstration)"
CAMPAIGN = "Médicobus"
TEAM = "Médicobus – équipe 1"
FORM_URL = "https://escale.example/fhir/Questionnaire/medicobus-consultation"
FORM_VERSION = "1.1.0"
PEOPLE_A_STOP = 5

_STOPS = (
    Place("Belmont-de-la-Loire", "42015", time(8, 30), time(10, 30)),
    Place("La Gresle", "42104", time(11), time(13)),
    Place("Le Crozet", "42078", time(14), time(15, 45)),
    Place("Villemontais", "42331", time(16, 15), time(18)),
)
_STAFF = (
    Person("Dr Camille Fictif", "médecin généraliste"),
    Person("Dominique Fictif", "infirmière"),
    Person("Claude Fictif", "coordination clinique", Role.CLINICAL_COORDINATOR, "clinique"),
    Person("Alix Fictif", "coordination administrative", Role.ADMINISTRATIVE_COORDINATOR, "administration"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """A coordinator's way in; ``password`` is None once they chose their own."""

    login: str
    name: str
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A card for a tablet of another team, and what that team captures."""

    team: str
    campaign: str
    card: IssuedCard


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a newcomer needs to begin: a card for a tablet, of each team, and the coordinators' logins."""

    card: IssuedCard
    logins: tuple[Login, ...]
    instruments: tuple[Instrument, ...] = ()


def prepare(settings: Settings, store: Store, now: Callable[[], datetime]) -> Demonstration:
    """Make sure that the demonstration is there, with today's stops; draw a card and unused passwords.

    The day is the one it is in Paris, as for every stop. Raises ``KeysUnavailable``.
    """
    try:
        _, keys = organisation.load(store, settings.keys)
    except NoOrganisation:
        _, keys = organisation.create(store, settings.keys, ORGANISATION, now)
    with store.session() as session:
        campaign, team = _campaign(session, local_day(now())), team_of(session, keys, TEAM, now())
        session.flush()
        staff(session, team, _STAFF)
        _stops(session, campaign, team, local_day(now()))

        def card(campaign: Campaign, team: Team) -> IssuedCard:
            order = CardOrder(team=team.id, campaign=campaign.id, label="Tablette de démonstration")
            return cards.issue(session, keys, settings.origin, order, now())

        first = card(campaign, team)
        others = tuple(
            Instrument(team.title, campaign.title, card(campaign, team))
            for campaign, team in instruments.prepare(session, keys, published(), now())
        )
        return Demonstration(first, _logins(session), others)


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


def _stops(session: Session, campaign: Campaign, team: Team, day: date) -> None:
    communes = tuple(place.commune for place in _STOPS)
    for number, place in enumerate(_STOPS):
        stop, new = stop_of(session, campaign, team, day, place)
        if new:
            people = list(expected(day, number, place.opens, communes, PEOPLE_A_STOP))
            appointments(session, stop, people)


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
