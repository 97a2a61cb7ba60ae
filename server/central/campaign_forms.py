"""Which forms a campaign captures, in order, and the values that it gives to their settings (wire §4.1)."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlmodel import Session, col, select

from forms.definition import Form
from forms.registry import Canonical
from forms.setting import SettingValue, broken, fits, settings
from server.store.control import Campaign
from server.store.planning import CampaignForm, CampaignSetting

Values = Mapping[str, Mapping[str, SettingValue]]
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
    found: dict[str, dict[str, dict[str, SettingValue]]] = {
        campaign: defaultdict(dict) for campaign in campaigns
    }
    rows = select(CampaignSetting).where(col(CampaignSetting.campaign_id).in_(found))
    for row in session.exec(rows):
        found[row.campaign_id][row.form_url][row.link_id] = json.loads(row.value)
    return {campaign: dict(values) for campaign, values in found.items()}


def permitted(forms: Iterable[Form], values: Values) -> Values:
    """Return the values that these versions of the forms permit; what they do not keeps the form's own.

    Values that break a constraint together are all left out: no record could be signed with them.
    """
    found = {}
    for form in forms:
        given = values.get(form.url, {})
        kept = {
            item.link_id: given[item.link_id]
            for item in settings(form)
            if item.link_id in given and fits(item, given[item.link_id])
        }
        if kept and not broken(form, kept):
            found[form.url] = kept
    return found
