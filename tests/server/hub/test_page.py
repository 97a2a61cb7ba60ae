"""A hub's page: in French, true, legible by everybody, and without anybody's name."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from playwright.async_api import async_playwright

from server.hub.application import HubApplication
from server.hub.page import render
from server.hub.relay import Link
from server.hub.state import Phase, Serving, State, Tablet
from tests.server.web.test_accessibility import check

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEVICE = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"
SERVING = Serving(
    link=Link(is_up=True, since=NOON, seen_at=NOON),
    held=120,
    waiting=3,
    denied=0,
    tablets=(Tablet("9a1b2c3d-6f3f-4d0e-9f53-1f1c3f0c0a01", NOON),),
    clock_offset_s=1.2,
    certificate_end=NOON + timedelta(days=20),
)
UP = State(Phase.SERVING, NOON, NOON, "1.2.3", 12_345_678_901, DEVICE, "ABC-DEF", SERVING)
WAITING = replace(UP, phase=Phase.WAITING, serving=None)
REVOKED = State(Phase.REVOKED, NOON, NOON, "1.2.3", 10**10)
DOWN = replace(
    UP,
    free_bytes=5 * 10**8,
    serving=replace(
        SERVING,
        link=Link(is_up=False, since=NOON, seen_at=None),
        denied=2,
        tablets=(),
        clock_offset_s=-7200.0,
        certificate_end=NOON,
    ),
)
SHUT = replace(UP, serving=replace(SERVING, certificate_end=None, is_on_tls=True))
STATES = {
    "shut": SHUT,
    "starting": replace(UP, serving=None),
    "waiting": WAITING,
    "up": UP,
    "down": DOWN,
    "revoked": REVOKED,
}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (UP, ("relié au serveur", "établi depuis le 23/11/2026 à 13:00", "<dd>120</dd>", "<dd>3</dd>")),
        (
            UP,
            (
                "9a1b2c3d, à 13:00:00",
                "à l’heure",
                "valable jusqu’au 13/12/2026",
                "12,3\u00a0Go libres",
                "0c7d5c1e",
            ),
        ),
        (DOWN, ("sans lien avec le serveur", "interrompu depuis", "jamais", "2. L’assistance", "aucune")),
        (
            DOWN,
            ("en avance de 120 min", "terminé le 23/11/2026", "0,5\u00a0Go libres\u00a0: il en reste peu"),
        ),
        (
            SHUT,
            (
                '<h1 class="shut" data-part="shut">Les tablettes ne peuvent pas se connecter</h1>',
                '<span class="alert">aucun certificat\u00a0: les tablettes ne peuvent pas se connecter<',
            ),
        ),
        (WAITING, ("attend d’être confirmé", "ABC-DEF")),
        (REVOKED, ("est révoqué", "Rendez-le")),
    ],
)
def test_it_says_how_things_are(state: State, said: tuple[str, ...]) -> None:
    page = render(state).decode()
    assert [words for words in said if words not in page] == []


def test_whole_identifiers_and_the_code_are_not_left_on_it() -> None:
    page = render(UP).decode()
    assert DEVICE not in page
    assert "ABC-DEF" not in page


@pytest.fixture
async def served() -> AsyncIterator[tuple[str, list[State]]]:
    """A hub's page at an address, and what it tells: the last of the list."""
    told = [UP]

    async def state() -> State:
        return told[-1]

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    application = HubApplication(node=lambda: None, state=state)
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://localhost:{listening.getsockname()[1]}/", told
    server.should_exit = True
    await serving
    listening.close()


async def test_it_is_accessible_in_every_state_and_updates_itself_without_moving_the_focus(
    served: tuple[str, list[State]],
) -> None:
    address, told = served
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = await browser.new_page(locale="fr-FR")
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.clock.install()
        for name, state in STATES.items():
            told.append(state)
            await page.goto(address)
            await check(page, name)
        told.append(UP)
        await page.goto(address)
        await page.keyboard.press("Tab")
        told.append(replace(UP, serving=replace(SERVING, waiting=47)))
        await page.clock.run_for(10_000)
        await page.get_by_text("47", exact=True).wait_for()
        assert await page.evaluate("document.activeElement.textContent") == "Actualiser"
        told.append(DOWN)
        await page.clock.run_for(10_000)
        await page.get_by_role("heading", name="sans lien avec le serveur").wait_for()
        assert problems == []
        await browser.close()
