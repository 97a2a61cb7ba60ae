"""Tells the teams of forms and campaigns that another process changed: the command line, a second server.

A look reads a few rows. What it finds new goes the ordinary way: the registry, then every team's documents.
"""

import asyncio
import logging

from sqlmodel import col, select

from forms.registry import Registry
from server.central import published_forms
from server.central.publication import publish_all
from server.central.publisher import Central
from server.store.control import Campaign
from server.store.planning import CampaignForm, CampaignSetting, PublishedForm

LOOK_S = 5.0
"""How often the tables are looked at, in seconds; what was published is with the teams soon after."""

log = logging.getLogger(__name__)


class FormWatch:
    """Follows what is published and captured; ``run`` is the task."""

    def __init__(self, central: Central, registry: Registry) -> None:
        self._central = central
        self._registry = registry
        self._seen: object = None

    async def look(self) -> bool:
        """Take in what changed since the last look, and tell the teams; return whether anything had."""
        now = await asyncio.to_thread(self._state)
        if now == self._seen:
            return False
        store, keys = self._central.store, self._central.keys
        for form in await asyncio.to_thread(published_forms.load, store, keys, self._registry):
            log.info("form published", extra={"reason": form.canonical})
        await publish_all(self._central, self._registry)
        self._seen = now
        return True

    async def run(self) -> None:
        """Look until cancelled; what fails is logged by its type and looked at again."""
        while True:
            try:
                await self.look()
            except Exception as error:
                log.exception("forms wait", extra={"error": type(error).__name__})
            await asyncio.sleep(LOOK_S)

    def _state(self) -> object:
        published = select(PublishedForm.url, PublishedForm.version, PublishedForm.digest)
        first = select(Campaign.id, Campaign.form_url, Campaign.form_version)
        others = select(CampaignForm)
        settings = select(CampaignSetting)
        with self._central.store.session() as session:
            return (
                session.exec(published.order_by(PublishedForm.url, PublishedForm.version)).all(),
                session.exec(first.order_by(Campaign.id)).all(),
                [
                    (row.campaign_id, row.url, row.version, row.position)
                    for row in session.exec(others.order_by(CampaignForm.campaign_id, CampaignForm.url))
                ],
                [
                    (row.campaign_id, row.form_url, row.link_id, row.value)
                    for row in session.exec(
                        settings.order_by(
                            CampaignSetting.campaign_id,
                            col(CampaignSetting.form_url),
                            col(CampaignSetting.link_id),
                        )
                    )
                ],
            )
