"""The service that an opinion is about: known of a campaign that offers one, asked of the others."""

import pytest

from forms.load import published
from server.satisfaction.responses import FORM_URL
from server.satisfaction.service import only_service
from server.store.control import Campaign
from server.store.database import Store
from server.store.planning import CampaignForm
from tests.support.organisation import Seeded

FORM = published()[FORM_URL, "1.0.0"]
BASE = FORM_URL.rpartition("/")[0]


@pytest.mark.parametrize(
    ("first", "others", "service"),
    [
        ("bpco-reperage", (), "bpco"),
        ("bpco-reperage", ("satisfaction-patient",), "bpco"),
        ("teleconsultation", ("teleconsultation-satisfaction-physician",), "teleconsultation"),
        ("prevention-stand", ("bpco-reperage",), None),
        ("satisfaction-patient", (), None),
    ],
)
def test_a_campaign_of_one_service_says_which(
    store: Store, seeded: Seeded, first: str, others: tuple[str, ...], service: str | None
) -> None:
    with store.session() as session:
        campaign = session.get_one(Campaign, seeded.campaign)
        campaign.form_url = f"{BASE}/{first}"
        session.add(campaign)
        for place, name in enumerate(others, start=1):
            session.add(
                CampaignForm(campaign_id=campaign.id, url=f"{BASE}/{name}", version="1.0.0", position=place)
            )
        session.flush()
        assert only_service(session, campaign.id, FORM) == service


def test_every_service_is_an_option_of_the_form() -> None:
    assert set(FORM.index["satisfaction.about"].options) >= {"medicobus", "teleconsultation", "bpco", "icope"}
