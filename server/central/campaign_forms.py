"""Which forms a campaign captures, in order, and the values that it gives to their settings (wire §4.1)."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlmodel import Session, col, select

from server.store.control import Campaign
from server.store.planning import CampaignForm, CampaignSetting

Canonical = tuple[str, str]
"""A form's url and version."""
Value = bool | int | float | str
"""What a setting may be: yes or no, a number in the item's unit, a code."""
Values = Mapping[str, Mapping[str, Value]]
"""Values of settings, by form url, then by link id."""


def forms_of(session: Session, campaigns: Collection[Campaign]) -> dict[str, list[Canonical]]:
    """Return the forms of campaigns by campaign, the first of each first."""
    found = {campaign.id: [(campaign.form_url, campaign.form_version)] for campaign in campaigns}
    others = select(CampaignForm).where(col(CampaignForm.campaign_id).in_(found))
    for row in session.exec(others.order_by(col(CampaignForm.position), col(CampaignForm.url))):
        found[row.campaign_id].append((row.url, row.version))
    return found


def settings_of(session: Session, campaigns: Collection[str]) -> dict[str, Values]:
    """Return the values that campaigns give to settings, by campaign; those not named keep their default."""
    found: dict[str, dict[str, dict[str, Value]]] = {campaign: defaultdict(dict) for campaign in campaigns}
    rows = select(CampaignSetting).where(col(CampaignSetting.campaign_id).in_(found))
    for row in session.exec(rows):
        found[row.campaign_id][row.form_url][row.link_id] = json.loads(row.value)
    return {campaign: dict(values) for campaign, values in found.items()}
