"""Campaigns: what is captured, with which form, in which period, and how far back people's summaries go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from server.errors import NotFound
from server.identifiers import new_uuid
from server.planning.faults import Fault, Fields, Rejected
from server.store.control import Campaign, Stop
from server.store.planning import CampaignForm

MAX_SUMMARY_MONTHS = 120


@dataclass(frozen=True, slots=True)
class CampaignOrder:
    """What a coordinator asks for; ``form`` is ``url|version`` of a published form."""

    title: str
    form: str
    starts_on: date
    ends_on: date
    summary_months: int


def order(sent: Mapping[str, str], forms: Collection[str], today: date) -> CampaignOrder:
    """Read a campaign's form; ``forms`` are the published ones. Raises ``Rejected``."""
    fields = Fields(sent, today)
    title, form = fields.text("title"), fields.choice("form", forms)
    starts_on, ends_on = fields.day("starts_on"), fields.day("ends_on")
    if starts_on > ends_on and ends_on != date.min:
        fields.fail("ends_on", "ends-before")
    months = fields.number("summary_months", 1, MAX_SUMMARY_MONTHS)
    fields.require()
    return CampaignOrder(title, form, starts_on, ends_on, months)


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
    campaign.form_url, _, campaign.form_version = asked.form.rpartition("|")
    campaign.starts_on, campaign.ends_on = asked.starts_on, asked.ends_on
    campaign.summary_months = asked.summary_months
    session.add(campaign)


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


def find(session: Session, campaign: str) -> Campaign:
    """Return a campaign; raise ``not-found``."""
    found = session.get(Campaign, campaign)
    if found is None:
        raise NotFound.of("not-found")
    return found


def campaigns(session: Session) -> list[Campaign]:
    """Return every campaign, the latest first."""
    return list(session.exec(select(Campaign).order_by(col(Campaign.ends_on).desc(), Campaign.title)).all())
