"""An administrative coordinator, following every link and every export, finds no name and no clinical answer.

The same crawl as a clinical coordinator finds each planted value: the search is known to work.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from server.letters.typed import Typed
from server.store.control import RosterEntry
from server.store.database import Store
from tests.server.report.figures import add_visit
from tests.server.web.browser import Browser
from tests.server.web.conftest import Day, write
from tests.server.web.crawler import Crawler
from tests.support.afterwards import issued_letter
from tests.support.organisation import NOON, make_device, make_slot
from tests.support.records import RecordWriter, SealedRecord, full_answers
from tests.support.reports import frozen_report

pytestmark = pytest.mark.anyio

PLANTED = {
    "birth name": "PLANTE-NOM",
    "first name": "PLANTEPRENOM",
    "used name": "Planteusage",
    "phone": "0477998877",
    "birth date": "17/03/1949",
    "other reason": "Plantemotif",
    "allergy": "Planteallergie",
    "treatment": "Plantetraitement",
    "conclusion": "Planteconclusion",
    "letter": "Plantecourrier",
    "recipient": "Plantedestinataire",
}
ELSEWHERE = {"birth date as data": "1949-03-17"}
"""Looked for in what an administrative coordinator is given, though no page need show it to anybody."""

# The name of the médecin traitant is an administrative answer (its item says so), and is shown to both roles.
EXPECTED = {"expected name": "PLANTE-ATTENDU", "expected phone": "0477665544"}
"""Of people on a roster: shown where appointments are kept, and nowhere else."""
ROSTER_ADDRESSES = re.compile(r"/coordination/(escales/[0-9a-f-]{36}|rendez-vous/)")

ANSWERS: dict[str, Mapping[str, Any]] = {
    "identity__birth_name": {"values": [PLANTED["birth name"]]},
    "identity__first_given_name": {"values": [PLANTED["first name"]]},
    "identity__given_names": {"values": [PLANTED["first name"]]},
    "identity__used_name": {"values": [PLANTED["used name"]]},
    "identity__phone": {"values": [PLANTED["phone"]]},
    "identity__birth_date": {"values": ["1949-03-17"]},
    "reasons__other": {"values": [PLANTED["other reason"]]},
    "history__allergies": {"values": [PLANTED["allergy"]]},
    "history__treatments": {"values": [PLANTED["treatment"]]},
    "conclusion__notes": {"values": [PLANTED["conclusion"]]},
}


@dataclass(frozen=True)
class Planted:
    """What was planted: the visit's record, and addresses that no page links to for everybody."""

    record: SealedRecord
    starts: tuple[str, ...]


@pytest.fixture
async def planted(application: Litestar, day: Day, store: Store) -> Planted:
    """A visit full of planted values, expected at the stop under another planted name, and a letter on it."""
    services = day.services
    doctor = make_slot(store, make_device(store, day.seeded), day.seeded.doctor)
    writer = RecordWriter(day.seeded, services.keys)
    first = writer.record(doctor, full_answers(**ANSWERS), signed_at=NOON + timedelta(minutes=50))
    mended = writer.record(
        doctor,
        full_answers(**ANSWERS),
        visit=first.payload["visit"],
        signed_at=NOON + timedelta(minutes=55),
        replaces={"record": first.envelope.identifier, "reason": "Relu"},
    )
    with store.session() as session:
        session.add(
            RosterEntry(
                id=first.payload["visit"],
                stop_id=day.seeded.stop,
                expected_at=time(9),
                birth_name=EXPECTED["expected name"],
                first_name="ADA",
                birth_date=date(1949, 3, 18),
                phone=EXPECTED["expected phone"],
                booking="telephone",
            )
        )
    for _ in range(2):
        # With fewer visits, no medical figure would open anything.
        add_visit(store, day.seeded)
    await write(services, day.seeded, [first, mended])
    await services.projection.caught_up()
    typed = Typed(f"Dr {PLANTED['recipient']}\n1 rue", "Compte rendu", "Docteur,", PLANTED["letter"])
    letter = issued_letter(store, services.forms, mended, typed=typed)
    report = frozen_report(store, day.seeded)
    starts = (
        f"/coordination/fiches/{mended.digest}",
        f"/coordination/fiches/{first.digest}",
        f"/coordination/fiches/{mended.digest}/acces",
        f"/coordination/fiches/{mended.digest}/courrier",
        f"/coordination/courriers/{letter}",
        f"/coordination/courriers/{letter}/pdf",
        "/coordination/activite?du=2026-11-23&au=2026-11-23",
        "/coordination/indicateurs?du=2026-11-23&au=2026-11-23",
        *(f"/coordination/rapports/{report}/{kind}" for kind in ("pdf", "xlsx", "csv")),
        f"/coordination/releves?professionnel={day.seeded.doctor}&mois=2026-11",
        f"/coordination/clotures/{day.seeded.stop}",
        f"/coordination/?du=2026-11-23&au=2026-11-23&numero={first.payload['visit'][:8]}",
        *addresses(application),
    )
    return Planted(mended, starts)


def addresses(application: Litestar) -> Iterator[str]:
    """Every address that the application declares for reading, without parameters: pages and API alike."""
    for route in application.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods and "{" not in route.path_format:
            yield route.path_format


async def crawled(browser: Browser, planted: Planted) -> Crawler:
    crawler = Crawler(browser)
    await crawler.crawl(["/coordination/", *planted.starts])
    return crawler


async def test_an_administrative_coordinator_finds_nothing(administrative: Browser, planted: Planted) -> None:
    crawler = await crawled(administrative, planted)
    assert sum(status == 200 for status in crawler.statuses.values()) > 80
    assert crawler.holding({**PLANTED, **ELSEWHERE}) == {}
    for found in crawler.holding(EXPECTED).values():
        assert [address for address in found if not ROSTER_ADDRESSES.match(address)] == []


async def test_no_page_with_a_name_tells_whose_visit_it_is(administrative: Browser, planted: Planted) -> None:
    """Neither by the visit's id or number, nor by an hour that a page with the number shows too."""
    crawler = await crawled(administrative, planted)
    visit = planted.record.payload["visit"]
    numbers = (visit, f"{visit[:4]}-{visit[4:8]}".upper())
    named = {at: text for at, text in crawler.seen.items() if EXPECTED["expected name"] in text}
    assert any(at.startswith("/coordination/rendez-vous/") for at in named)
    assert [at for at, text in named.items() if any(each in text or each in at for each in numbers)] == []
    numbered = [text for text in crawler.seen.values() if numbers[1] in text]
    assert numbered
    for text in numbered:
        assert not re.search(r"à [0-9]{2}:[0-9]{2}:[0-9]{2}", text)


async def test_a_clinical_coordinator_finds_it_all(clinical: Browser, planted: Planted) -> None:
    crawler = await crawled(clinical, planted)
    assert crawler.holding(PLANTED).keys() == PLANTED.keys()
    assert crawler.holding(EXPECTED).keys() == EXPECTED.keys()


async def test_the_crawl_reaches_exports_of_every_kind(administrative: Browser, planted: Planted) -> None:
    crawler = await crawled(administrative, planted)
    reached = {address for address, status in crawler.statuses.items() if status == 200}
    for pattern in (
        r"/coordination/rapports/.*/pdf",
        r"/coordination/rapports/.*/xlsx",
        r"/coordination/rapports/.*/csv",
        r"/coordination/releves/.*/csv",
        r"/coordination/activite/passages\?.*reason",
        r"/coordination/fiches/",
        r"/coordination/escales",
        r"/coordination/suivis",
        r"/coordination/file",
        r"/api/node",
    ):
        assert any(re.match(pattern, address) for address in reached), pattern
