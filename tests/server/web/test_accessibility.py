"""Every page in the real browser, at three widths: axe finds nothing, nothing overflows or is refused."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from litestar import Litestar
from playwright.async_api import Page, async_playwright

from server.store.control import DeviceStatus, EnrolmentState
from server.store.database import Store
from server.store.read import Quarantined
from tests.server.web.blown import blown
from tests.server.web.browser import PASSWORD
from tests.server.web.conftest import Day
from tests.server.web.told import tell
from tests.support.afterwards import clock_finding, task_handle
from tests.support.organisation import DAY, NOON, make_device, make_slot
from tests.support.reports import frozen_report, typed_indicator

pytestmark = pytest.mark.anyio

AXE = Path(__file__).parents[3] / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (360, 800, 1280)
DAY_QUERY = "du=2026-11-23&au=2026-11-23"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
async def origin(application: Litestar) -> AsyncIterator[str]:
    """The application behind a real server; its lifespan is the fixture's."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://localhost:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving
    listening.close()


@pytest.fixture
async def page(origin: str) -> AsyncIterator[Page]:
    """A Chromium page whose every refusal by the content security policy is a failure."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium")
        opened = await browser.new_page(base_url=origin, locale="fr-FR")
        refused: list[str] = []
        opened.on("console", lambda message: refused.append(message.text))
        opened.on("pageerror", lambda error: refused.append(str(error)))
        yield opened
        assert [text for text in refused if "status of 4" not in text] == []
        await browser.close()


async def check(page: Page, name: str) -> None:
    """Look at the page at each width."""
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(overflow) <= 0, f"{name} overflows at {width} px"
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await page.evaluate(
            "tags => axe.run(document, {runOnly: tags})"
            ".then(r => r.violations.map(v => [v.id, ...v.nodes.map(n => n.html)]))",
            TAGS,
        )
        assert found == [], f"{name} at {width} px"


async def sign_in(page: Page, login: str) -> None:
    await page.goto("/coordination/connexion")
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Se connecter").click()
    await page.get_by_role("heading", level=1, name="Passages").wait_for()


async def test_every_page_of_a_clinical_coordinator(page: Page, day: Day, store: Store) -> None:
    waiting = make_device(store, day.seeded, DeviceStatus.PENDING)
    with store.session() as session:
        session.add(quarantined(day))
    make_slot(store, make_device(store, day.seeded), day.seeded.nurse, EnrolmentState.PENDING)
    await page.goto("/coordination/")
    await check(page, "login")
    await page.get_by_label("Identifiant").fill("personne")
    await page.get_by_label("Mot de passe").fill("rien")
    await page.get_by_role("button", name="Se connecter").click()
    await page.get_by_role("alert").wait_for()
    await check(page, "login refused")
    await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
    await check(page, "visits")
    for name, path in {
        "password": "/coordination/mot-de-passe",
        "record": f"/coordination/fiches/{day.nurse.digest}",
        "corrected record": f"/coordination/fiches/{day.correction.digest}",
        "access log": f"/coordination/fiches/{day.nurse.digest}/acces",
        "anomalies": "/coordination/anomalies",
        "no duplicates": "/coordination/personnes/doublons",
        "tablets": "/coordination/tablettes",
        "activity": f"/coordination/activite?{DAY_QUERY}",
        "behind a figure": f"/coordination/activite/passages?{DAY_QUERY}",
        "reports": "/coordination/rapports",
        "report": f"/coordination/rapports/{frozen_report(store, day.seeded)}",
        "indicators": f"/coordination/indicateurs?{DAY_QUERY}",
        "indicator": f"/coordination/indicateurs/{typed_indicator(store)}",
        "statements": f"/coordination/releves?professionnel={day.seeded.nurse}&mois=2026-11",
        "revocation": f"/coordination/tablettes/{day.device.id}/revocation",
        "problem": f"/coordination/fiches/{'0' * 64}",
    }.items():
        await page.goto(path)
        await check(page, name)
    await follow_what_comes_afterwards(page, day, store)
    assert waiting.id
    await page.goto("/coordination/tablettes")
    await page.get_by_label("Nom de l’appareil").fill("Tablette du bus")
    await page.get_by_role("button", name="Créer la carte").click()
    await page.get_by_role("img", name="Code QR d’enrôlement").wait_for()
    await check(page, "card")


async def follow_what_comes_afterwards(page: Page, day: Day, store: Store) -> None:
    """Look at the queue, the follow-ups and a letter, from its first words to its sending."""
    item = clock_finding(store, day.seeded.database)
    for name, path in {
        "queue": "/coordination/file",
        "queue item": f"/coordination/file/{item}",
        "follow-ups": "/coordination/suivis?etat=tous",
        "task": f"/coordination/suivis/{task_handle(day.nurse)}",
        "without médecin traitant": "/coordination/medecin-traitant",
        "letter to write": f"/coordination/fiches/{day.nurse.digest}/courrier",
    }.items():
        await page.goto(path)
        await check(page, name)
    await page.get_by_role("button", name="Voir l’aperçu").click()
    await page.get_by_role("img", name="Aperçu du courrier, page 1").wait_for()
    await check(page, "letter previewed")
    await page.get_by_role("button", name="Émettre le courrier").click()
    await page.get_by_role("heading", level=1, name="Courrier 2026-00001").wait_for()
    await check(page, "letter issued")
    await page.goto("/coordination/courriers")
    await check(page, "letters")


async def test_every_page_with_notices(page: Page, day: Day, store: Store) -> None:
    told = await tell(day, store)
    await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
    for name, path in {
        "record with notices": f"/coordination/fiches/{told.cosigned.digest}",
        "record in error": f"/coordination/fiches/{told.mistaken.digest}",
        "closing": f"/coordination/clotures/{day.seeded.stop}",
        "count of a closed stop": f"/coordination/?du={DAY}&au={DAY}",
        "restricted": f"/coordination/fiches/{told.secret.digest}",
    }.items():
        await page.goto(path)
        await check(page, name)
    await page.get_by_label("Motif").fill("Appel de l’infirmière scolaire")
    await page.get_by_role("button", name="Ouvrir le passage").click()
    await page.get_by_text("cette personne a demandé le secret").wait_for()
    await check(page, "restricted record")


async def test_a_record_with_curves_and_reviewed_results(page: Page, day: Day, store: Store) -> None:
    digest = await blown(
        day,
        store,
        questionnaire__review={"values": ["set_aside"]},
        questionnaire__review_reason={"values": ["Réponses d’un proche"]},
    )
    await sign_in(page, f"clinical_coordinator-{day.seeded.team}")
    await page.goto(f"/coordination/fiches/{digest}")
    await check(page, "record with curves")
    await page.get_by_text("Règle et source – Résultat du questionnaire").click()
    await page.get_by_text("Source", exact=False).first.wait_for()
    await check(page, "record with a rule unfolded")
    await page.goto(f"/coordination/fiches/{digest}/courrier")
    told = page.get_by_role("region", name="Ce que disent les fiches")
    await told.get_by_role("table", name="Résultats de la spirométrie").wait_for()
    await told.get_by_text("Écarté par le professionnel").wait_for()
    await told.get_by_text("Seuil de suspicion du rapport VEMS/CVF", exact=True).wait_for()
    await check(page, "letter with a table")


async def test_every_page_of_an_administrative_coordinator(page: Page, day: Day) -> None:
    await sign_in(page, f"administrative_coordinator-{day.seeded.team}")
    await check(page, "visits")
    await page.goto(f"/coordination/fiches/{day.correction.digest}")
    await check(page, "record")
    clinical = "%7B%22fact%22:%22frailty%22,%22in%22:%5B%22false%22%5D%7D"
    await page.goto(f"/coordination/activite/passages?{DAY_QUERY}&predicat={clinical}")
    await check(page, "behind a clinical figure")
    for path in ("/coordination/file", "/coordination/suivis", "/coordination/medecin-traitant"):
        await page.goto(path)
        await check(page, path)


def quarantined(day: Day) -> Quarantined:
    return Quarantined(
        database=day.seeded.database,
        envelope_id="e" + "a" * 64,
        reason="decryption-failed",
        turn="support",
        details=[],
        first_seen_at=NOON + timedelta(minutes=1),
    )
