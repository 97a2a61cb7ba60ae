"""The queue's pages: what each role reads, who looks after an item, how it is closed and comes back."""

import pytest

from server.routes import web_counts
from server.store.database import Store
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day
from tests.server.web.test_web_follow_ups import state_of
from tests.support.afterwards import clock_finding, issued_letter

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are looked up with every page: what a test writes past the application is seen at once."""
    monkeypatch.setattr(web_counts, "KEPT_S", 0.0)


async def test_an_item_is_closed_with_a_note_and_found_among_the_closed(
    clinical: Browser, day: Day, store: Store
) -> None:
    path = f"/coordination/file/{clock_finding(store, day.seeded.database)}"
    page = await clinical.open(path)
    assert "L’horloge de la tablette" in text_of(page)
    refused = await clinical.send(path, state="", closed="1", message="")
    assert (refused.status_code, "pourquoi vous classez" in text_of(refused)) == (422, True)
    answer = await clinical.send(path, state="", closed="1", owner=day.seeded.clinical, message="Réglée")
    assert (answer.status_code, answer.headers["location"]) == (303, "/coordination/file")
    assert path not in (await clinical.open("/coordination/file")).text
    assert path in (await clinical.open("/coordination/file?etat=classes")).text
    assert "Réglée" in text_of(await clinical.open(path))


async def test_who_comes_second_is_told_and_keeps_their_text(
    clinical: Browser, day: Day, store: Store
) -> None:
    path = f"/coordination/file/{clock_finding(store, day.seeded.database)}"
    await clinical.open(path)
    assert (await clinical.send(path, state="", message="premier")).status_code == 303
    await clinical.open(path)
    answer = await clinical.send(path, state="", closed="1", message="second")
    page = text_of(answer)
    assert answer.status_code == 409
    assert "premier" in page
    assert "second" in page
    assert (
        await clinical.send(path, state=state_of(answer.text), closed="1", message="x")
    ).status_code == 303


async def test_filters_by_kind_and_owner(clinical: Browser, day: Day, store: Store) -> None:
    path = f"/coordination/file/{clock_finding(store, day.seeded.database)}"
    await clinical.open(path)
    await clinical.send(path, state="", owner=day.seeded.clinical)
    assert path in (await clinical.open("/coordination/file?responsable=moi")).text
    assert path not in (await clinical.open("/coordination/file?responsable=personne")).text
    assert path in (await clinical.open("/coordination/file?sorte=tablet")).text
    assert path not in (await clinical.open("/coordination/file?sorte=letter")).text


async def test_an_administrative_coordinator_sees_counts_of_what_is_clinical(
    administrative: Browser, day: Day, store: Store
) -> None:
    issued_letter(store, day.services.forms, day.nurse)
    clock_finding(store, day.seeded.database)
    answer = await administrative.open("/coordination/file")
    page = text_of(answer)
    assert "L’horloge de la tablette" in page
    assert "Courrier 1 1 réservé à la coordination clinique" in page
    assert [word for word in ("GARCIA", "2026-00001", "courriers/") if word in answer.text] == []


async def test_the_count_is_in_the_navigation_and_on_the_home_page(
    clinical: Browser, day: Day, store: Store
) -> None:
    clock_finding(store, day.seeded.database)
    home = text_of(await clinical.open("/coordination/"))
    assert "À traiter 4 éléments à traiter" in home
    assert "Tablette 1" in home
    assert "Document à envoyer 3" in home
