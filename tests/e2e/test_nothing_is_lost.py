"""A tablet with no room, a server with no room, two tabs, a battery that dies: every word is still there."""

import re
import resource
import sqlite3
from collections.abc import Callable
from itertools import count
from random import Random
from string import ascii_letters

from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.answers import CONCLUSION, RECEPTION, Chosen, Typed, person
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

# The browser itself needs some of it to open the replica, whose log it rewrites.
ROOM_BYTES = 1_500_000

WATCH_TRANSACTIONS = """(() => {
  window.observedDurability = {};
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    const transaction = begin.apply(this, given);
    if (transaction.mode === "readwrite") {
      const kind = `${this.name.startsWith("_pouch_") ? "pouch" : "escale"}:${transaction.durability}`;
      window.observedDurability[kind] = (window.observedDurability[kind] ?? 0) + 1;
    }
    return transaction;
  };
})()"""


def ready(server: ServerProcess, browser: Browser) -> Tablet:
    """Return a tablet with the doctor at work."""
    page = browser.open()
    page.add_init_script(WATCH_TRANSACTIONS)
    tablet = Tablet(page)
    tablet.enrol(server.enrolment_link())
    tablet.create_access("médecin", PASSPHRASES["doctor"])
    return tablet


def consultation(tablet: Tablet, name: str) -> None:
    """Capture and seal one complete record."""
    tablet.begin_walk_in()
    tablet.fill(person(name, "Lou", "03/04/1958") | RECEPTION | CONCLUSION)
    tablet.seal()


def test_every_write_on_the_tablet_is_strictly_durable(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    """Read off the transactions themselves: drafts, envelopes, and PouchDB's own database."""
    tablet = ready(server, new_browser("tablet"))
    consultation(tablet, "Ardoise")
    tablet.expect_state("tout est reçu|aucune fiche en attente")
    observed = tablet.page.evaluate("() => window.observedDurability")
    assert {"escale:strict", "pouch:strict"} == set(observed)
    assert all(count > 0 for count in observed.values())


def test_a_tablet_without_room_says_so_and_saves_when_there_is_room_again(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    browser = new_browser("tablet")
    tablet = ready(server, browser)
    tablet.begin_walk_in()
    tablet.answer("identity.mode", Chosen(("Partielle",)))
    tablet.answer("identity.birth_name", Typed("Plénitude"))
    tablet.saved()
    browser.close()

    tablet = Tablet(browser.open())
    session = browser.context.new_cdp_session(tablet.page)
    limit_room(browser, session, used(tablet.page, server) + ROOM_BYTES)
    tablet.page.goto(f"{server.origin}/tablette/")
    tablet.unlock("médecin", PASSPHRASES["doctor"])
    tablet.button(re.compile("PLENITUDE")).first.click()
    tablet.go_to("conclusion")
    saving = tablet.page.get_by_test_id("save-state")
    notes = tablet.question("conclusion.notes").get_by_role("textbox")
    texts = map(noise, count())
    typed = ""
    while "plus de place" not in saving.inner_text():
        typed = next(texts)
        notes.fill(typed)
        expect(saving).to_have_text(re.compile("enregistré à|n’a plus de place"))
    expect(notes).to_have_value(typed)
    limit_room(browser, session, None)
    tablet.saved()
    tablet.leave_draft()
    tablet.lock()
    tablet.unlock("médecin", PASSPHRASES["doctor"])
    tablet.button(re.compile("PLENITUDE")).first.click()
    expect(notes).to_have_value(typed)


def used(page: Page, server: ServerProcess) -> int:
    """Return how many bytes the origin has on disk, as the browser counts them."""
    page.goto(f"{server.origin}/tablette/manifest.webmanifest")
    return int(page.evaluate("async () => (await navigator.storage.estimate()).usage"))


def noise(seed: int) -> str:
    """Return a long note that does not compress."""
    return "".join(Random(seed).choices(ascii_letters, k=4000))


def limit_room(browser: Browser, session: CDPSession, size: int | None) -> None:
    """Give the origin this many bytes, or its usual share, for as long as the session is open."""
    command = {"origin": browser.origin} | ({} if size is None else {"quotaSize": size})
    session.send("Storage.overrideQuotaForOrigin", command)


def test_a_server_without_room_is_told_and_the_record_leaves_when_there_is_room_again(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    tablet = ready(server, new_browser("tablet"))
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    consultation(tablet, "Saturée")
    tablet.expect_state("rien n’est perdu")
    tablet.expect_state("1 fiche sur la tablette")
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)
    tablet.button("Synchroniser maintenant").click()
    tablet.expect_state("tout est reçu|aucune fiche en attente")


def test_two_tabs_share_one_chain_and_one_of_them_synchronises(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    browser = new_browser("tablet")
    first = ready(server, browser)
    second = Tablet(browser.context.new_page())
    second.page.goto(f"{server.origin}/tablette/")
    second.unlock("médecin", PASSPHRASES["doctor"])
    browser.offline(cut=True)
    for tablet, name in ((first, "Tribord"), (second, "Bâbord"), (first, "Proue")):
        tablet.page.bring_to_front()
        consultation(tablet, name)
    browser.offline(cut=False)
    first.button("Synchroniser maintenant").click()
    second.button("Synchroniser maintenant").click()
    first.expect_state("tout est reçu|aucune fiche en attente")
    second.expect_state("tout est reçu|aucune fiche en attente")
    locks = second.page.evaluate("() => navigator.locks.query()")
    assert 1 == len([lock for lock in locks["held"] if lock["name"].startswith("escale-sync")])
    with sqlite3.connect(server.data / "escale.db") as rows:
        # Each record stands between two notices, which take their places in the same chain.
        assert [(2,), (5,), (8,)] == rows.execute("SELECT sequence FROM record ORDER BY sequence").fetchall()
        assert [] == rows.execute("SELECT code FROM finding").fetchall()


def test_a_draft_put_aside_keeps_its_reason_and_can_be_taken_up(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    tablet = ready(server, new_browser("tablet"))
    tablet.begin_walk_in()
    tablet.answer("identity.mode", Chosen(("Partielle",)))
    tablet.answer("identity.birth_name", Typed("Écartée"))
    tablet.button("Mettre de côté").click()
    tablet.page.get_by_role("dialog").get_by_label("Motif").fill("Partie avant la fin")
    tablet.button("Mettre le brouillon de côté").click()
    tablet.at_home()
    tablet.page.get_by_text("1 brouillon mis de côté").click()
    expect(tablet.page.get_by_text("Partie avant la fin")).to_be_visible()
    tablet.button("Reprendre le brouillon").click()
    tablet.button(re.compile("ECARTEE.*terminer", re.DOTALL)).click()
    expect(tablet.question("identity.birth_name").get_by_role("textbox")).to_have_value("ECARTEE")
