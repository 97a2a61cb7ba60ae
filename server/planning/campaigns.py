"""Campaigns: what is captured, with which form, in which period, and how far back people's summaries go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, delete, select

from forms.definition import Form
from forms.registry import Canonical
from server.errors import NotFound
from server.identifiers import new_uuid
from server.planning.faults import Fault, Fields, Rejected
from server.store.control import Campaign, Device, Stop
from server.store.planning import CampaignForm, CampaignSetting

MAX_SUMMARY_MONTHS = 120
FORM_FIELDS = ("form", *(f"form_{number}" for number in range(2, 13)))
"""The fields that name a campaign's forms, in order."""


@dataclass(frozen=True, slots=True)
class CampaignOrder:
    """What a coordinator asks for; ``forms`` are those captured, in order, each its url and version."""

    title: str
    forms: tuple[Canonical, ...]
    starts_on: date
    ends_on: date
    summary_months: int


def order(sent: Mapping[str, str], published: Mapping[Canonical, Form], today: date) -> CampaignOrder:
    """Read a campaign's page; raises ``Rejected``. A capture can begin with the first of its forms."""
    fields = Fields(sent, today)
    title, forms = fields.text("title"), _forms(fields, published)
    starts_on, ends_on = fields.day("starts_on"), fields.day("ends_on")
    if starts_on > ends_on and ends_on != date.min:
        fields.fail("ends_on", "ends-before")
    months = fields.number("summary_months", 1, MAX_SUMMARY_MONTHS)
    fields.require()
    return CampaignOrder(title, forms, starts_on, ends_on, months)


def _forms(fields: Fields, published: Mapping[Canonical, Form]) -> tuple[Canonical, ...]:
    named = {f"{url}|{version}": (url, version) for url, version in published}
    chosen: dict[str, str] = {}
    for field in FORM_FIELDS:
        if field != FORM_FIELDS[0] and not fields.has(field):
            continue
        canonical = fields.choice(field, named.keys())
        if canonical not in named:
            continue
        url, version = named[canonical]
        if field == FORM_FIELDS[0] and published[url, version].use != "record":
            fields.fail(field, "form-begins-nothing")
        if url in chosen:
            fields.fail(field, "form-twice")
        chosen[url] = version
    return tuple(chosen.items())


def create(session: Session, asked: CampaignOrder) -> Campaign:
    """Make a campaign; raise ``Rejected`` when another has its title."""
    campaign = Campaign(
        id=new_uuid(),
        title=asked.title,
        form_url="",
        form_version="",
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
    )
    edit(session, campaign, asked)
    return campaign


def edit(session: Session, campaign: Campaign, asked: CampaignOrder) -> None:
    """Change a campaign; raise ``Rejected`` for a title that another has, or a stop left outside its period.

    A new form serves the records begun from then on: those begun stay on the version they began with.
    """
    same = select(Campaign.id).where(Campaign.title == asked.title, Campaign.id != campaign.id)
    if session.exec(same).first() is not None:
        raise Rejected(Fault("title", "title-taken"))
    outside = select(Stop.id).where(
        Stop.campaign_id == campaign.id,
        (col(Stop.day) < asked.starts_on) | (col(Stop.day) > asked.ends_on),
        col(Stop.cancelled).is_(False),
    )
    if session.exec(outside).first() is not None:
        raise Rejected(Fault("ends_on", "stops-outside"))
    campaign.title = asked.title
    (campaign.form_url, campaign.form_version), *others = asked.forms
    campaign.starts_on, campaign.ends_on = asked.starts_on, asked.ends_on
    campaign.summary_months = asked.summary_months
    session.add(campaign)
    session.flush()
    session.exec(delete(CampaignForm).where(col(CampaignForm.campaign_id) == campaign.id))
    session.exec(
        delete(CampaignSetting).where(
            col(CampaignSetting.campaign_id) == campaign.id,
            col(CampaignSetting.form_url).not_in([url for url, _ in asked.forms]),
        )
    )
    for position, (url, version) in enumerate(others, start=1):
        session.add(CampaignForm(campaign_id=campaign.id, url=url, version=version, position=position))


def switch(session: Session, campaign: Campaign, url: str, version: str) -> bool:
    """Have a campaign capture another version of one of its forms; return False when it has no such form."""
    if campaign.form_url == url:
        campaign.form_version = version
        session.add(campaign)
        return True
    further = session.get(CampaignForm, (campaign.id, url))
    if further is None:
        return False
    further.version = version
    session.add(further)
    return True


def teams_of(session: Session, campaign: str) -> set[str]:
    """Return the teams whose documents name a campaign: by a stop, or by a device enrolled for it."""
    statements = (
        select(Stop.team_id).where(Stop.campaign_id == campaign),
        select(Device.team_id).where(Device.campaign_id == campaign),
    )
    return {team for statement in statements for team in session.exec(statement.distinct())}


def find(session: Session, campaign: str) -> Campaign:
    """Return a campaign; raise ``not-found``."""
    found = session.get(Campaign, campaign)
    if found is None:
        raise NotFound.of("not-found")
    return found


def campaigns(session: Session) -> list[Campaign]:
    """Return every campaign, the latest first."""
    return list(session.exec(select(Campaign).order_by(col(Campaign.ends_on).desc(), Campaign.title)).all())
