"""What an idle tablet costs on the wire: nothing new, nobody touches it, an hour goes by.

A real browser on a real server through roads that count every byte of TCP, both ways, TLS included, the
replication host having a name of its own. Ten minutes are measured, the whole life of a token with its
renewal, and multiplied by six. `make bench` leaves it out unless ``ESCALE_BENCH_IDLE`` says how many minutes
to measure.
"""

import asyncio
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.revision import Revision
from tests.bench.measurement import Measurement
from tests.e2e.browser import Browser, Surroundings
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.authority import Authority, trust
from tests.support.road import Road
from tests.support.server_process import ServerProcess

APPLICATION = "app.escale.test"
NODE = "sync.escale.test"
SIZES = (100, 100_000)
GOAL_KB = 30
BATCH = 1000
QUIET_S = 15.0
QUIET_BYTES = 100
LEVEL_S = 3600
"""How long the tablet may take to hold everything, in seconds: it is fetched once, 16 a request."""


def measure() -> list[Measurement]:
    """Return the bytes of an idle hour for each size of the database; nothing unless it is asked for."""
    minutes = float(os.environ.get("ESCALE_BENCH_IDLE", "0"))
    if minutes <= 0:
        return []
    with sync_playwright() as playwright:
        return [_idle(playwright, documents, minutes) for documents in SIZES]


def _idle(playwright: Playwright, documents: int, minutes: float) -> Measurement:
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        home = Path(directory)
        authority = Authority(home / "authority")
        trust(home, authority.certificate)
        server = ServerProcess(
            home, ESCALE_ORIGIN=f"https://{APPLICATION}", ESCALE_SYNC_URL=f"https://{NODE}/sync"
        )
        fronts = [
            stack.enter_context(Road(("127.0.0.1", server.port), authority.context(name)))
            for name in (APPLICATION, NODE)
        ]
        roads = [stack.enter_context(Road(("127.0.0.1", front.port))) for front in fronts]
        names = dict(zip((APPLICATION, NODE), (road.port for road in roads), strict=True))
        browser = Browser(
            playwright, home / "profile", f"https://{APPLICATION}", Surroundings(names, home=home)
        )
        try:
            server.start()
            tablet = _enrolled(browser, server)
            _fill(server, documents)
            page = _level(tablet, documents)
            _rest(page, roads)
            used = _watch(page, roads, minutes * 60)
        finally:
            browser.close()
            server.kill()
    name = f"tablet: idle hour at {documents} documents ({minutes:g} min measured)"
    return Measurement(name, used / 1000 * 60 / minutes, "kB", GOAL_KB, at_most=True)


def _fill(server: ServerProcess, documents: int) -> None:
    """Put documents that mean nothing into the team's database: only their number matters.

    They are named like a person's, of which there are many, and which nobody lists.
    """
    server.stop()
    # Central looks at each of them once before it says that it is ready.
    server.patience_s = LEVEL_S
    with ThreadPoolExecutor(max_workers=1) as apart:
        apart.submit(asyncio.run, _write(server.data / "sync", documents)).result()
    server.start()


async def _write(store: Path, documents: int) -> None:
    engine = await EmbeddedEngine.open(store)
    try:
        (team,) = [name for name in await engine.databases() if name.startswith("t")]
        revision = Revision(1, "0" * 32)
        for start in range(0, documents, BATCH):
            some = [
                IncomingDocument(f"p{number:040x}", {"n": number}, (revision,))
                for number in range(start, min(start + BATCH, documents))
            ]
            await engine.write(team, some, new_edits=False)
    finally:
        await engine.aclose()


def _enrolled(browser: Browser, server: ServerProcess) -> Tablet:
    """Return a tablet with somebody at work."""
    tablet = Tablet(browser.open())
    tablet.enrol(server.enrolment_link())
    tablet.create_access("médecin", PASSPHRASES["doctor"])
    return tablet


def _level(tablet: Tablet, documents: int) -> Page:
    """Return the tablet's page, at rest, once it holds everything."""
    deadline = time.monotonic() + LEVEL_S
    while _held(tablet.page) < documents:
        if time.monotonic() > deadline:
            raise RuntimeError("the tablet did not come level in time")
        tablet.page.wait_for_timeout(1000)
    tablet.expect_state("serveur joint")
    return tablet.page


def _held(page: Page) -> int:
    """Return how many documents the replica holds, asked of IndexedDB itself."""
    count: int = page.evaluate(
        """async () => {
          const databases = await indexedDB.databases();
          const replica = databases.find(({ name }) => name.startsWith("_pouch_escale-"));
          if (replica === undefined) return 0;
          const open = await new Promise((resolve, reject) => {
            const request = indexedDB.open(replica.name);
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          try {
            const store = open.transaction("document-store").objectStore("document-store");
            return await new Promise((resolve) => {
              const request = store.count(IDBKeyRange.bound("p00000000", "p00000001"));
              request.onsuccess = () => resolve(request.result);
            });
          } finally {
            open.close();
          }
        }"""
    )
    return count


def _rest(page: Page, roads: list[Road]) -> None:
    """Wait until nothing passes but heartbeats."""
    deadline = time.monotonic() + LEVEL_S
    while _watch(page, roads, QUIET_S) > QUIET_BYTES:
        if time.monotonic() > deadline:
            raise RuntimeError("the tablet did not come to rest in time")


def _watch(page: Page, roads: list[Road], seconds: float) -> int:
    before = sum(road.up + road.down for road in roads)
    page.wait_for_timeout(seconds * 1000)
    return sum(road.up + road.down for road in roads) - before


if __name__ == "__main__":
    os.environ.setdefault("ESCALE_BENCH_IDLE", "10")
    for measurement in measure():
        print(measurement.line(), flush=True)
