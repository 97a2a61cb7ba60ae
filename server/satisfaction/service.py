"""Which service an opinion is about, when the campaign offers one only: nobody need find it among others.

``forms/data/services.json``: the code of ``satisfaction.about`` by the name of the form that records it.
"""

from functools import cache
from importlib import resources
from typing import Final

import msgspec
from sqlmodel import Session, col, select

from forms.canonical import name_of
from forms.definition import Form
from server.store.control import Campaign
from server.store.planning import CampaignForm

ABOUT: Final = "satisfaction.about"


def only_service(session: Session, campaign_id: str, form: Form) -> str | None:
    """Return the code of a campaign's only service; None of several, or of one that is not offered."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        return None
    urls = session.exec(select(CampaignForm.url).where(col(CampaignForm.campaign_id) == campaign_id))
    names = {name_of(url) for url in (campaign.form_url, *urls)}
    services = {_services()[name] for name in names if name in _services()}
    offered = form.index[ABOUT].options if ABOUT in form.index else {}
    return services.pop() if len(services) == 1 and services <= set(offered) else None


@cache
def _services() -> dict[str, str]:
    content = resources.files("forms").joinpath("data", "services.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, str])
