"""The planning and organisation pages in the real browser, at three widths: axe finds nothing."""

import re

import pytest
from playwright.async_api import FilePayload, Page

from server.store.database import Store
from server.store.planning import CampaignForm
from tests.server.planned import plan
from tests.server.web.conftest import Day
from tests.server.web.test_accessibility import check, origin, page, sign_in
from tests.support.published import registry_put_back
from tests.support.settings_form import SETTINGS_FORM, settings_form

pytestmark = pytest.mark.anyio
__all__ = ["origin", "page"]

SHEET = "Nom;Heure;Né(e) le;Motif\nDupré;9h;14/03/48;toux\nMilan;9h20;31/02/1950;\nDupré;9h;14/03/48;\n"


async def test_every_planning_page(page: Page, day: Day, store: Store) -> None:
    planned = plan(store, day.seeded)
    await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
    for path in (
        "escales?semaine=2026-11-23",
        "escales/nouvelle",
        f"escales/{day.seeded.stop}",
        f"escales/{day.seeded.stop}/modifier",
        f"escales/{day.seeded.stop}/etiquettes",
        f"escales/import?escale={day.seeded.stop}",
        f"rendez-vous/{planned.handle}",
        "organisation",
        "organisation/campagnes",
        f"organisation/campagnes/{day.seeded.campaign}",
        f"organisation/campagnes/{day.seeded.campaign}/reglages",
        "organisation/formulaires",
        "organisation/equipes",
        f"organisation/equipes/{day.seeded.team}",
        "organisation/membres",
        f"organisation/membres/{planned.colleague}",
        "organisation/invitations",
        "organisation/reglages",
    ):
        await page.goto(f"/coordination/{path}")
        await check(page, path)


async def test_what_is_said_after_a_form(page: Page, day: Day, store: Store) -> None:
    await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
    await page.goto("/coordination/escales/nouvelle")
    await page.get_by_label(re.compile("^Lieu")).fill("Mairie")
    await page.get_by_label(re.compile("^Commune")).fill("Crozet")
    await page.get_by_label(re.compile("^Date")).fill("2026-11-24")
    await page.get_by_label(re.compile("^Ouverture")).fill("12:00")
    await page.get_by_label(re.compile("^Fermeture")).fill("09:00")
    await page.get_by_role("button", name="Enregistrer").click()
    await page.get_by_role("alert").wait_for()
    await check(page, "a refused stop")
    await page.goto(f"/coordination/escales/import?escale={day.seeded.stop}")
    file = FilePayload(name="rdv.csv", mimeType="text/csv", buffer=SHEET.encode("cp1252"))
    await page.locator("#file").set_input_files(file)
    await page.get_by_role("button", name="Lire le fichier").click()
    await page.get_by_role("button", name=re.compile("^Importer")).wait_for()
    await check(page, "a preview")
    await page.goto("/coordination/organisation/invitations")
    await page.get_by_label(re.compile("^Premier jour")).fill("2026-11-24")
    await page.get_by_label(re.compile("^Dernier jour")).fill("2026-11-24")
    await page.get_by_label(re.compile("^Nom, si")).fill("Dr Sacha Essai")
    await page.get_by_label("Profession").fill("médecin")
    await page.get_by_role("button", name="Créer l’invitation").click()
    await page.get_by_role("img", name="Code QR de l’invitation").wait_for()
    await check(page, "an invitation's card")
    await page.goto("/coordination/tablettes")
    await page.get_by_label("Nom de l’appareil").fill("Bus")
    await page.get_by_label("Nombre de cartes").select_option("4")
    await page.get_by_role("button", name="Créer la carte").click()
    await page.get_by_role("img", name="Code QR d’enrôlement").first.wait_for()
    await check(page, "four cards")


async def test_the_settings_of_a_campaign_and_labels_once_made(page: Page, day: Day, store: Store) -> None:
    with registry_put_back() as registry:
        registry.add(settings_form())
        with store.session() as session:
            url, version = SETTINGS_FORM
            session.add(CampaignForm(campaign_id=day.seeded.campaign, url=url, version=version, position=1))
        await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
        await page.goto(f"/coordination/organisation/campagnes/{day.seeded.campaign}/reglages")
        await check(page, "settings")
        await page.get_by_label("Seuil du rapport").fill("9")
        await page.get_by_role("button", name="Enregistrer").click()
        await page.get_by_role("alert").wait_for()
        await check(page, "refused settings")
        await page.goto("/coordination/organisation/formulaires")
        await check(page, "forms with settings")
        await page.goto(f"/coordination/escales/{day.seeded.stop}/etiquettes")
        await page.get_by_role("button", name="Préparer les étiquettes").click()
        await page.get_by_role("button", name="Planches d’étiquettes (PDF)").wait_for()
        await check(page, "labels")
