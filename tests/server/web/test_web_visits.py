"""The home page: the day's count, the list of visits, its filters."""

import re
from html import unescape

import pytest

from server.projection.statements import insert_rows
from server.store.control import TeamMember
from server.store.database import Store
from server.store.read import Visit
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day

pytestmark = pytest.mark.anyio
HOME = "/coordination/"
NEXT = re.compile(r'rel="next" href="([^"]*)"')
NUMBER = re.compile(r"\b[0-9A-F]{4}-[0-9A-F]{4}\b")


def number(day: Day, record: str) -> str:
    visit = getattr(day, record).payload["visit"]
    return f"{visit[:4]}-{visit[4:8]}".upper()


async def test_the_list_is_of_today_and_of_the_team(clinical: Browser, day: Day) -> None:
    page = text_of(await clinical.open(HOME))
    assert "3 passages" in page
    for record in ("nurse", "original", "unnamed"):
        assert number(day, record) in page
    assert number(day, "foreign") not in page


async def test_a_visit_links_to_its_current_records_only(clinical: Browser, day: Day) -> None:
    answer = await clinical.open(HOME)
    for record in (day.nurse, day.doctor, day.correction, day.unnamed):
        assert f"/coordination/fiches/{record.digest}" in answer.text
    assert day.original.digest not in answer.text


async def test_names_are_for_clinical_coordinators_only(
    clinical: Browser, administrative: Browser, day: Day
) -> None:
    assert "GARCIA-HAMMADI" in (await clinical.open(HOME)).text
    shown = await administrative.open(HOME)
    assert shown.status_code == 200
    assert "GARCIA" not in shown.text
    assert "1954" not in shown.text


async def test_an_identity_that_was_not_recorded_says_so(clinical: Browser, day: Day) -> None:
    assert "Identité non renseignée" in text_of(await clinical.open(HOME))


async def test_the_days_count_is_the_same_for_both_roles(
    clinical: Browser, administrative: Browser, day: Day
) -> None:
    for browser in (clinical, administrative):
        page = text_of(await browser.open(HOME))
        assert "La Gresle 0 3 1 1 5 0 0 1 0 Total" in page
        assert "lundi 23 novembre 2026" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("du=2026-11-23&au=2026-11-23", 3),
        ("du=2026-11-24", 0),
        ("au=2026-11-22", 0),
        ("du=", 3),
        ("etat=integrated", 3),
        ("etat=validated", 0),
        ("etat=unheard-of", 3),
        ("escale=unknown", 0),
        ("equipe=unknown", 0),
        ("formulaire=https://escale.example/fhir/Questionnaire/medicobus-consultation|1.0.0", 3),
        ("formulaire=https://escale.example/fhir/Questionnaire/medicobus-consultation|2.0.0", 0),
        ("numero=%25", 0),
        ("apres=x", 3),
        ("avant=2026-02-31~x~y", 3),
        ("fin=1", 3),
    ],
)
async def test_filters_keep_what_they_say(clinical: Browser, day: Day, query: str, found: int) -> None:
    answer = await clinical.open(f"{HOME}?{query}")
    assert answer.status_code == 200
    assert f"{found} passage" in text_of(answer)


@pytest.mark.parametrize("spelling", [str.lower, str.upper, lambda text: text.replace("-", "")])
async def test_a_visit_is_found_by_its_number(clinical: Browser, day: Day, spelling: object) -> None:
    typed = spelling(number(day, "unnamed"))  # type: ignore[operator]
    page = text_of(await clinical.open(f"{HOME}?numero={typed}"))
    assert "1 passage" in page
    assert number(day, "unnamed") in page


async def test_an_unreadable_date_is_said_and_kept(clinical: Browser, day: Day) -> None:
    answer = await clinical.open(f"{HOME}?du=31/02/2026&au=2026-11-23")
    assert "Date illisible" in text_of(answer)
    assert 'value="31/02/2026"' in answer.text


async def test_dates_in_the_wrong_order_are_said(clinical: Browser, day: Day) -> None:
    assert "avant la première" in text_of(await clinical.open(f"{HOME}?du=2026-11-24&au=2026-11-23"))


async def test_a_long_list_has_pages_that_keep_the_filters(clinical: Browser, day: Day, store: Store) -> None:
    with store.session() as session:
        model = session.get_one(Visit, (day.unnamed.payload["visit"], day.seeded.team))
        for index in range(60):
            copied = model.model_dump(exclude={"id", "number"})
            session.add(Visit(id=f"{index:036}", number=f"0000-{index:04}", **copied))
    answer = await clinical.open(f"{HOME}?etat=integrated")
    first = set(NUMBER.findall(answer.text))
    assert ("Page suivante" in text_of(answer), "Page précédente" in text_of(answer)) == (True, False)
    following = NEXT.search(answer.text)
    assert following is not None
    assert "etat=integrated" in following[1]
    answer = await clinical.open(f"{HOME}{unescape(following[1])}")
    second = set(NUMBER.findall(answer.text))
    assert ("Page suivante" in text_of(answer), "Page précédente" in text_of(answer)) == (False, True)
    assert (len(first), len(second), first & second) == (50, 13, set())
    ending = await clinical.open(f"{HOME}?etat=integrated&fin=1")
    assert second < set(NUMBER.findall(ending.text))


async def test_a_list_too_long_to_count_says_more_than(clinical: Browser, day: Day, store: Store) -> None:
    with store.session() as session:
        model = session.get_one(Visit, (day.unnamed.payload["visit"], day.seeded.team))
        copied = model.model_dump(exclude={"id", "number"})
        rows = [{"id": f"{i:036}", "number": f"0000-{i:04}", **copied} for i in range(1000)]
        insert_rows(session, Visit, rows)
    assert "Plus de 1000 passages" in text_of(await clinical.open(HOME))


async def test_a_coordinator_without_team_sees_nothing(clinical: Browser, day: Day, store: Store) -> None:
    with store.session() as session:
        session.delete(session.get_one(TeamMember, (day.seeded.team, day.seeded.clinical)))
    page = text_of(await clinical.open(HOME))
    assert "0 passage" in page
    assert "Aucune escale ce jour-là" in page


@pytest.mark.parametrize("typed", ["0001-01-01", "2019-12-31", "2101-01-01", "9999-12-31"])
@pytest.mark.parametrize("path", [HOME, "/coordination/activite", "/coordination/indicateurs"])
async def test_days_outside_all_activity_are_a_fault_of_the_form(
    administrative: Browser, day: Day, path: str, typed: str
) -> None:
    answer = await administrative.open(f"{path}?du={typed}&au={typed}")
    assert answer.status_code == 200
    assert "hors des années 2020 à 2100" in text_of(answer)
    assert f'value="{typed}"' in answer.text
