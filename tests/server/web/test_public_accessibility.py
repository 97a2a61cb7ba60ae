"""The remote doctor's page and the satisfaction pages, as published forms make them, in the real browser."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar
from playwright.async_api import Page, expect

from forms.load import published
from server.identifiers import new_uuid
from server.remote.request import FORM_URL
from server.satisfaction import posters
from server.store.control import Organization
from server.store.database import Store
from tests.server.web.conftest import Day
from tests.server.web.remote import Assistant, assisting, named_photo, photographed, send
from tests.server.web.test_accessibility import check, origin, page, sign_in
from tests.support.photos import jpeg

pytestmark = pytest.mark.anyio

__all__ = ["origin", "page"]
VECTORS = Path(__file__).parents[2] / "vectors" / "forms"
REQUEST = json.loads((VECTORS / "teleconsultation.v1.0.0.json").read_text())["bases"]["request"]


@pytest.fixture
async def assistant(application: Litestar, day: Day) -> AsyncIterator[Assistant]:
    async with assisting(application, day, published()[FORM_URL, "1.0.0"]) as found:
        yield found


async def test_the_remote_doctors_pages_are_accessible(page: Page, assistant: Assistant) -> None:
    _, path, code = await assistant.link()
    await page.goto(path)
    await check(page, "code")
    await page.get_by_label("Code de 6 chiffres").fill(f"{(int(code) + 1) % 10**6:06}")
    await page.get_by_role("button", name="Ouvrir la demande").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ce n’est pas ce code")
    await check(page, "wrong code")
    await page.get_by_label("Code de 6 chiffres").fill(code)
    await page.get_by_role("button", name="Ouvrir la demande").click()
    await page.get_by_role("heading", name="La demande n’est pas encore arrivée").wait_for()
    await check(page, "waiting")
    image = jpeg(640, 480)
    notices = photographed(assistant, image, pieces=4, width=640, height=480)
    await send(assistant, *notices)
    wounds = [
        named_photo(image, notices[0].payload["photo"], width=640, height=480),
        named_photo(image, new_uuid()),
    ]
    photos = {"consent.images": {"values": [True]}, "photos.wound": {"values": wounds}}
    record = await assistant.sign({**REQUEST, **photos})
    # The page looks by itself: nobody reloads it.
    await page.get_by_role("heading", level=1, name="Demande d’avis").wait_for(timeout=60_000)
    photo = page.get_by_role("img", name=re.compile(r"^Photo 1\s: \w"))
    await photo.scroll_into_view_if_needed()
    await expect(photo).to_have_js_property("naturalWidth", 640)
    await expect(page.get_by_text("Photo pas encore arrivée")).to_be_visible()
    await check(page, "request")
    await page.get_by_text("(facultatif)").last.click()
    await page.get_by_role("radio", name="Visite").first.check()
    await page.get_by_role("button", name="Envoyer la réponse").click()
    await expect(page.get_by_role("alert")).to_contain_text("Rien n’est encore envoyé")
    await check(page, "request with faults")
    await page.get_by_label("Première réponse").check()
    await page.get_by_label("Prénom et nom").fill("Dr Jeanne Loin")
    await page.get_by_role("button", name="Envoyer la réponse").click()
    await page.get_by_role("heading", name="Réponse transmise").wait_for()
    await check(page, "answered")
    await page.goto("/avis/nothing")
    await check(page, "unknown")
    await assistant.services.projection.caught_up()
    await sign_in(page, f"clinical_coordinator-{assistant.seeded.team}")
    await page.goto(f"/coordination/fiches/{record.digest}")
    await expect(page.get_by_role("heading", name="Avis du médecin à distance")).to_be_visible()
    await check(page, "record with an opinion")
    await page.goto(f"/coordination/fiches/{record.digest}/acces")
    await expect(page.get_by_text("Dr Jeanne Loin, lien de Noé Essai").first).to_be_visible()
    await check(page, "access")


async def test_the_satisfaction_pages_are_accessible(page: Page, day: Day, store: Store) -> None:
    with store.session() as session:
        made = posters.create(
            session, day.seeded.campaign, "Le bus", day.seeded.clinical, day.services.clock()
        )
        # One word longer than a telephone is wide, as some associations are called.
        organisation = session.get(Organization, day.seeded.organisation)
        assert organisation is not None
        organisation.title = f"Communauté professionnelle de {'Forezetmontagnesdumatin' * 3}"
        session.add(organisation)
    await page.goto(f"/satisfaction/{made.address}")
    await expect(page.get_by_role("banner")).to_contain_text("Forezetmontagnes")
    await check(page, "questionnaire")
    await page.get_by_label("Téléconsultation").check()
    await page.get_by_role("button", name="Envoyer mon avis").click()
    await expect(page.get_by_role("alert")).to_contain_text("Votre réponse ouvre cette question")
    await check(page, "questionnaire with an opened question")
    for _ in range(5):
        await page.goto(f"/satisfaction/{made.address}")
        await page.get_by_label("Médicobus").check()
        await page.get_by_label("9", exact=True).check()
        await page.get_by_role("button", name="Envoyer mon avis").click()
        await page.get_by_role("heading", name="Merci").wait_for()
    await check(page, "thanks")
    await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
    base = "/coordination/satisfaction"
    for address in (
        f"{base}?campagne={day.seeded.campaign}",
        f"{base}?campagne={day.seeded.campaign}&canal=paper",
        f"{base}/affiches",
        f"{base}/affiches/{made.id}",
        f"{base}/saisie?campagne={day.seeded.campaign}",
        f"{base}/papier",
    ):
        await page.goto(address)
        await check(page, address)
    await page.goto(f"{base}/saisie?campagne={day.seeded.campaign}")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("Rien n’est encore envoyé")
    await check(page, "paper with faults")
