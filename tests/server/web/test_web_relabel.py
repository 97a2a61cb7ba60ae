"""Swapped labels, from the record's page: both sides shown, one act for both, undone in the same way."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from server.planning import labels
from server.review.access_log import Action
from server.store.control import AccessLog, Stop
from server.store.database import Store
from server.store.follow_ups import Act
from server.store.read import Record, Visit
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, write
from tests.support.organisation import NOON, make_device, make_slot
from tests.support.records import RecordWriter, SealedRecord, answers_to, form_named

pytestmark = pytest.mark.anyio
STAND = "prevention-stand"
COUNT = 24


@dataclass(frozen=True)
class Swap:
    """Two people received under labels 1 (born 1978) and 2 (born 1951), each measured under the other's."""

    visits: dict[int, str]
    receptions: dict[int, SealedRecord]
    stations: dict[int, SealedRecord]


@pytest.fixture
async def swap(day: Day, store: Store) -> Swap:
    with store.session() as session:
        stop = session.get_one(Stop, day.seeded.stop)
        labels.extend(session, stop, COUNT)
        assert stop.label_seed is not None
        visits = {number: labels.visit(stop.label_seed, number) for number in (1, 2, 3)}
    writer = RecordWriter(day.seeded, day.services.keys)
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.nurse)

    def signed(base: str, number: int, minutes: int, **changed: Any) -> SealedRecord:
        answers = answers_to(STAND, base)
        answers |= {name.replace("__", "."): {"values": [value]} for name, value in changed.items()}
        at = NOON.replace(hour=9) + timedelta(minutes=minutes)
        return writer.record(slot, answers, visit=visits[number], of=form_named(STAND), signed_at=at)

    receptions = {
        1: signed("reception", 1, 0, identity__birth_date="1978-03-22"),
        2: signed("reception", 2, 1, identity__birth_name="USSON", identity__birth_date="1951-04-24"),
    }
    stations = {
        1: signed("station", 1, 20, stand__birth_year=1951),
        2: signed("station", 2, 25, stand__birth_year=1978),
    }
    await write(day.services, day.seeded, [*receptions.values(), *stations.values()])
    await day.services.projection.caught_up()
    return Swap(visits, receptions, stations)


def address(record: SealedRecord) -> str:
    return f"/coordination/fiches/{record.digest}/etiquette"


def ticked(answer: httpx.Response) -> set[str]:
    """The records that a page proposes to move."""
    return set(re.findall(r'name="fiche" value="([0-9a-f]{64})" checked', answer.text))


def state(answer: httpx.Response) -> str:
    (found,) = re.findall(r'name="state" value="([^"]*)"', answer.text)
    return str(found)


async def send(browser: Browser, record: SealedRecord, *moved: SealedRecord, **fields: str) -> httpx.Response:
    """Send the form with several records ticked."""
    form = {"form_token": browser.token, "reason": "Étiquettes échangées.", **fields}
    data = {**form, "fiche": [each.digest for each in moved]}
    answer = await browser.http.post(address(record), data=data)
    if answer.headers.get("content-type", "").startswith("text/html"):
        browser.page = answer
    return answer


def places(store: Store) -> dict[str, str]:
    with store.session() as session:
        return dict(session.exec(select(Record.digest, Record.visit_id)).all())


async def test_two_exchanged_labels_are_repaired_in_one_gesture_and_undone(
    clinical: Browser, day: Day, store: Store, swap: Swap
) -> None:
    first, second = swap.stations[1], swap.stations[2]
    page = text_of(await clinical.open(f"/coordination/fiches/{first.digest}"))
    assert "Étiquette du stand" in page
    shown = await clinical.open(f"{address(first)}?numero=2")
    assert ticked(shown) == {first.digest, second.digest}
    words = text_of(shown)
    for said in (
        "USSON",
        "année de naissance dite au poste : 1951 – celle de l’accueil de l’autre étiquette",
        "année de naissance dite au poste : 1978 – celle de l’accueil de l’autre étiquette",
    ):
        assert said in words
    answer = await send(clinical, first, first, second, numero="2", state=state(shown))
    assert answer.headers["location"] == f"/coordination/fiches/{first.digest}"
    now = places(store)
    assert (now[first.digest], now[second.digest]) == (swap.visits[2], swap.visits[1])
    assert now[swap.receptions[1].digest] == swap.visits[1]

    told = text_of(await clinical.open(f"/coordination/fiches/{first.digest}"))
    assert "Étiquette 2 Signée sous l’étiquette 1" in told
    assert "Étiquettes échangées." in told
    with store.session() as session:
        (act,) = session.exec(select(Act).where(Act.kind == "relabel")).all()
        assert len(act.body["records"]) == 2
        logged = session.exec(select(AccessLog).where(AccessLog.action == Action.RELABEL_RECORD)).all()
        assert {line.object_id for line in logged} == {first.digest, second.digest}

    back = await clinical.open(f"{address(first)}?numero=1")
    assert ticked(back) == {first.digest}
    await send(clinical, first, first, second, numero="1", state=state(back))
    assert places(store)[first.digest] == swap.visits[1]
    assert places(store)[second.digest] == swap.visits[2]


async def test_a_breath_checked_with_a_date_of_birth_is_proposed_too(
    clinical: Browser, day: Day, swap: Swap, store: Store
) -> None:
    writer = RecordWriter(day.seeded, day.services.keys)
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.nurse)
    answers = {**answers_to("bpco-reperage", "station"), "identity.birth_date": {"values": ["1951-04-24"]}}
    breath = writer.record(slot, answers, visit=swap.visits[1], of=form_named("bpco-reperage"))
    await write(day.services, day.seeded, [breath])
    await day.services.projection.caught_up()
    shown = await clinical.open(f"{address(swap.stations[1])}?numero=2")
    assert ticked(shown) == {swap.stations[1].digest, swap.stations[2].digest, breath.digest}


async def test_a_station_alone_goes_to_a_label_that_nobody_received(
    clinical: Browser, day: Day, store: Store, swap: Swap
) -> None:
    record = swap.stations[1]
    shown = await clinical.open(f"{address(record)}?numero=3")
    assert "Personne n’a été accueilli sous cette étiquette" in text_of(shown)
    assert ticked(shown) == {record.digest}
    await send(clinical, record, record, numero="3", state=state(shown))
    with store.session() as session:
        assert session.get_one(Visit, (swap.visits[3], day.seeded.team)).records == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "de 1 à 24"),
        ("25", "de 1 à 24"),
        ("deux", "de 1 à 24"),
        ("1", "C’est déjà l’étiquette de cette fiche"),
    ],
)
async def test_a_number_that_is_no_other_label_is_said(
    clinical: Browser, swap: Swap, number: str, words: str
) -> None:
    answer = await clinical.open(f"{address(swap.stations[1])}?numero={number}")
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert ticked(answer) == set()


async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    clinical: Browser, store: Store, swap: Swap
) -> None:
    record, before = swap.stations[1], places(store)
    shown = await clinical.open(f"{address(record)}?numero=2")
    answer = await send(clinical, record, numero="2", state=state(shown), reason="Ils se connaissent.")
    assert (answer.status_code, "Cochez au moins une fiche" in text_of(answer)) == (422, True)
    assert "Ils se connaissent." in text_of(answer)
    answer = await send(clinical, record, record, numero="2", state=state(shown), reason=" ")
    assert (answer.status_code, "Dites pourquoi" in text_of(answer)) == (422, True)
    assert ticked(answer) == {record.digest}
    # Somebody else was quicker: what they did is shown, and nothing is done over it.
    await send(clinical, record, record, numero="2", state=state(shown))
    answer = await send(clinical, record, record, numero="3", state=state(shown))
    assert (answer.status_code, "changé entre-temps" in text_of(answer)) == (409, True)
    assert {digest: visit for digest, visit in places(store).items() if visit != before[digest]} == {
        record.digest: swap.visits[2]
    }


async def test_a_record_that_is_on_neither_side_is_not_moved(
    clinical: Browser, day: Day, store: Store, swap: Swap
) -> None:
    before = places(store)
    shown = await clinical.open(f"{address(swap.stations[1])}?numero=2")
    answer = await send(clinical, swap.stations[1], day.nurse, numero="2", state=state(shown))
    assert answer.status_code == 409
    assert places(store) == before


async def test_a_record_without_a_label_at_a_stop_that_has_some_may_go_under_one(
    clinical: Browser, day: Day, store: Store, swap: Swap
) -> None:
    shown = await clinical.open(f"{address(day.unnamed)}?numero=3")
    assert "Sans étiquette de cette escale" in text_of(shown)
    await send(clinical, day.unnamed, day.unnamed, numero="3", state=state(shown))
    assert places(store)[day.unnamed.digest] == swap.visits[3]
