"""What a thief of the tablet, or of the server's replication store, can read: nothing (design, promise 2)."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Page

from sync.embedded import EmbeddedEngine
from tests.canary import search
from tests.e2e.answers import CONCLUSION, RECEPTION, VITALS, Chosen, Typed, person
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

NAME, GIVEN, TYPED = "QUETZALBRUINE", "ISOLINE", "Quetzalbruiné"
NOTE = "Toux depuis le voyage aux Kerguelen"
CONTROL = "TEMOINENCLAIR"

PLANT_IN_BROWSER = """async (text) => {
  localStorage.setItem("control", text + "-storage");
  const cache = await caches.open("control");
  await cache.put("/tablette/control", new Response(text + "-cache"));
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("control", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const transaction = database.transaction("kept", "readwrite", { durability: "strict" });
  const store = transaction.objectStore("kept");
  store.put({ id: 1, text: text + "-small" });
  store.put({ id: 2, text: (text + "-large ").repeat(400) });
  store.put({ id: 3, text: "Ω" + text + "-wide" });
  store.put({ id: 4, text: btoa(text + "-armoured") });
  store.put({ id: 5, text: text + "-deleted" });
  store.delete(5);
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  database.close();
}"""


async def plant_in_engine(store: Path) -> None:
    """Write an unsealed document into every replicated database, as a defect would."""
    engine = await EmbeddedEngine.open(store)
    for name in await engine.databases():
        await engine.put(name, "control", {"text": CONTROL + "-engine"}, revision=None)
    await engine.aclose()


def capture_everything(tablet: Tablet) -> None:
    """Leave a name everywhere that capture may write: a sealed record, a draft, a search."""
    tablet.begin_walk_in()
    tablet.fill(person(TYPED, GIVEN.title(), "03/04/1958") | RECEPTION | VITALS | CONCLUSION)
    tablet.fill({"conclusion.notes": Typed(NOTE)})
    tablet.seal()
    tablet.begin_walk_in()
    tablet.fill(
        {
            "identity.mode": Chosen(("Partielle",)),
            "identity.birth_name": Typed(TYPED),
            "identity.phone": Typed("06 12 quetzalbruine"),
        }
    )
    tablet.saved()
    tablet.leave_draft()
    tablet.page.get_by_label("Chercher une fiche de l’équipe").fill(NAME[:6])
    tablet.page.get_by_text("fiche trouvée").wait_for()


def name_in(row: str) -> str:
    """Return the family name, in capitals, of a line of the list of expected people."""
    found = re.search(r"[A-Z]{4,}", row)
    assert found is not None, row
    return found.group(0)


def controls_found(directory: Path) -> set[str]:
    """Return the endings of the controls that the search finds."""
    endings = ("storage", "cache", "small", "large", "wide", "armoured", "deleted")
    return {ending for ending in endings if search.find(directory, f"{CONTROL}-{ending}")}


def test_no_byte_of_tablet_or_replication_store_names_a_patient(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    browser = new_browser("tablet")
    page: Page = browser.open()
    tablet = Tablet(page)
    tablet.enrol(server.enrolment_link())
    tablet.create_access("médecin", PASSPHRASES["doctor"])
    expected = name_in(page.get_by_role("listitem").filter(has_text="né(e) le").first.inner_text())
    capture_everything(tablet)
    tablet.expect_state("tout est reçu|aucune fiche en attente")
    page.evaluate(PLANT_IN_BROWSER, CONTROL)
    tablet.lock()
    browser.close()
    server.stop()
    with ThreadPoolExecutor() as elsewhere:
        elsewhere.submit(asyncio.run, plant_in_engine(server.data / "sync")).result()
    with server.log.open("a") as log:
        log.write(f"{CONTROL}-log\n")

    assert {"storage", "cache", "small", "large", "wide", "armoured", "deleted"} == controls_found(
        browser.profile
    )
    assert search.find(server.data / "sync", f"{CONTROL}-engine")
    assert search.find(server.log, f"{CONTROL}-log")

    secrets = (expected, NAME, TYPED, NOTE, GIVEN, GIVEN.title(), PASSPHRASES["doctor"])
    for secret in secrets:
        assert [] == search.find(browser.profile, secret), secret
        assert [] == search.find(server.data / "sync", secret), secret
        assert [] == search.find(server.log, secret), secret
