"""The demonstration beside the bus: a team for each instrument, with its campaign and today's stop.

A campaign takes its forms by name, in their latest published version; one whose first form is not
published is left out. Titles of teams sort after the bus's, which stays what pages propose first.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlmodel import Session, select

from forms.canonical import order
from forms.definition import Form
from forms.registry import Canonical
from forms.setting import SettingValue, fits
from server.clock import local_day
from server.demo.people import expected
from server.demo.places import Person, Place, appointments, coordinate, staff, stop_of, team_of
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.planning import labels
from server.store.control import Campaign, Team, TeamMember
from server.store.planning import CampaignForm, CampaignSetting

_BASE = "https://escale.example/fhir/Questionnaire/"
_SATISFACTION = "satisfaction-patient"
_HOMES = ("42163", "42068", "42015", "42104")
"""Communes where those expected live (INSEE codes)."""
_OLD = 30
"""Years of birth of those expected, from 1931 on: people whom ICOPE is for."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A campaign with its team. ``turn`` draws whom the stop expects; ``labels``: how many, for a stand."""

    campaign: str
    team: str
    forms: tuple[str, ...]
    people: tuple[Person, ...]
    place: Place
    turn: int = 0
    expected: int = 0
    labels: int = 0
    theme: str | None = None
    settings: Mapping[tuple[str, str], SettingValue] = field(default_factory=dict)


INSTRUMENTS = (
    Instrument(
        campaign="Téléconsultation EHPAD",
        team="Résidence Les Tilleuls (EHPAD)",
        forms=(
            "teleconsultation",
            "teleconsultation-satisfaction-assistant",
            "teleconsultation-satisfaction-physician",
            _SATISFACTION,
        ),
        people=(Person("Sacha Fictif", "infirmière"), Person("Charlie Fictif", "aide-soignant")),
        place=Place("Résidence Les Tilleuls", "42068", time(9), time(12)),
        turn=5,
        expected=4,
    ),
    Instrument(
        campaign="Repérage BPCO",
        team="Officine du Centre (pharmacie)",
        forms=("bpco-reperage", _SATISFACTION),
        people=(Person("Lou Fictif", "pharmacien"), Person("Andrea Fictif", "préparatrice")),
        place=Place("Officine du Centre", "42187", time(9), time(19)),
        turn=6,
        expected=4,
        settings={("bpco-reperage", "mini.threshold"): 0.73},
    ),
    Instrument(
        campaign="ICOPE",
        team="Soins infirmiers de La Pacaudière (cabinet)",
        forms=("icope-step1", _SATISFACTION),
        people=(Person("Alex Fictif", "infirmière libérale"), Person("Maxime Fictif", "infirmier libéral")),
        place=Place("Tournée de La Pacaudière", "42163", time(8), time(12)),
        turn=7,
        expected=4,
    ),
    Instrument(
        campaign="Stand de prévention",
        team="Stand de prévention du Haut-Roannais",
        forms=("prevention-stand", "bpco-reperage", _SATISFACTION),
        people=(
            Person("Noa Fictif", "accueil"),
            Person("Eden Fictif", "infirmière"),
            Person("Yaël Fictif", "diététicienne"),
        ),
        place=Place("Marché de Renaison", "42182", time(9), time(13)),
        labels=2 * labels.SHEET,
        theme="respiratory",
    ),
)


def prepare(
    session: Session, keys: OrganisationKeys, forms: Mapping[Canonical, Form], now: datetime
) -> Iterator[tuple[Campaign, Team]]:
    """Make sure of every instrument whose first form is published, with today's stop; yield each."""
    day = local_day(now)
    for instrument in INSTRUMENTS:
        captured = [form for name in instrument.forms if (form := latest(forms, name)) is not None]
        if not captured or captured[0].url != _BASE + instrument.forms[0]:
            continue
        campaign = _campaign(session, instrument, captured, now.date())
        team = team_of(session, keys, instrument.team, now)
        session.flush()
        if session.exec(select(TeamMember).where(TeamMember.team_id == team.id)).first() is None:
            staff(session, team, instrument.people)
            coordinate(session, team)
        _stop(session, instrument, campaign, team, day)
        yield campaign, team


def latest(forms: Mapping[Canonical, Form], name: str) -> Form | None:
    """Return the latest version of a published form by the end of its url."""
    versions = [form for (url, _), form in forms.items() if url == _BASE + name]
    return max(versions, key=lambda form: order(form.version), default=None)


def _campaign(session: Session, asked: Instrument, forms: Sequence[Form], today: date) -> Campaign:
    found = session.exec(select(Campaign).where(Campaign.title == asked.campaign)).first()
    if found is not None:
        return found
    campaign = Campaign(
        id=new_uuid(),
        title=asked.campaign,
        form_url=forms[0].url,
        form_version=forms[0].version,
        starts_on=date(today.year, 1, 1),
        # Before the bus's own end: lists have the campaign that ends last first.
        ends_on=date(today.year + 1, 12, 30),
    )
    session.add(campaign)
    session.flush()
    for position, form in enumerate(forms[1:], start=1):
        session.add(
            CampaignForm(campaign_id=campaign.id, url=form.url, version=form.version, position=position)
        )
    for form in forms:
        for (name, link_id), value in asked.settings.items():
            item = form.index.get(link_id)
            if form.url == _BASE + name and item is not None and item.setting and fits(item, value):
                session.add(
                    CampaignSetting(
                        campaign_id=campaign.id, form_url=form.url, link_id=link_id, value=json.dumps(value)
                    )
                )
    return campaign


def _stop(session: Session, asked: Instrument, campaign: Campaign, team: Team, day: date) -> None:
    stop, new = stop_of(session, campaign, team, day, asked.place)
    if not new:
        return
    if asked.labels:
        labels.extend(session, stop, asked.labels)
    stop.theme = asked.theme
    if asked.expected:
        people = expected(day, asked.turn, asked.place.opens, _HOMES, asked.expected, _OLD)
        appointments(session, stop, list(people))
