"""An administrative coordinator who writes addresses by hand learns no clinical answer of a visit."""

from urllib.parse import urlencode

import pytest

from server.report.predicate import parse_text
from server.store.database import Store
from tests.server.report.figures import add_visit
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day

pytestmark = pytest.mark.anyio
BEHIND = "/coordination/activite/passages"
PERIOD = {"du": "2026-11-23", "au": "2026-11-23"}
REASON = '{"fact":"reason","in":["renouvellement_ordonnance"]}'


def behind(predicate: str, **scope: str) -> str:
    return f"{BEHIND}?{urlencode({**PERIOD, **scope, 'predicat': predicate})}"


@pytest.fixture
def attended(day: Day, store: Store) -> Day:
    """The same day with visits enough that the page shows medical figures."""
    for _ in range(4):
        add_visit(store, day.seeded, reason=("renouvellement_ordonnance",))
    return day


def composed(day: Day) -> list[str]:
    """Conditions that single out one visit, each with one that asks for a clinical answer."""
    single = (
        f'{{"fact":"stop","in":["{day.seeded.stop}"]}}',
        '{"fact":"distance_km","from":7.39,"below":7.41}',
        '{"fact":"commune","in":["42015"]}',
        '{"fact":"day","from":"2026-11-23","to":"2026-11-23"}',
        '{"fact":"identified","in":["false"]}',
    )
    asked = [f'{{"all":[{one},{REASON}]}}' for one in single]
    return [*asked, f'{{"any":[{REASON}]}}', f'{{"all":[{REASON}]}}', f'{{"not":{REASON}}}', *single[1:4]]


async def test_nothing_composed_by_hand_is_answered(administrative: Browser, attended: Day) -> None:
    for predicate in composed(attended):
        parse_text(predicate)
        answer = await administrative.open(behind(predicate))
        assert answer.status_code == 422, predicate
        assert "n’ouvre pas ce chiffre pour votre rôle" in text_of(answer)
        assert "La Gresle" not in text_of(answer)


async def test_a_clinical_figure_of_the_page_opens_the_figure_and_no_stops(
    administrative: Browser, attended: Day
) -> None:
    answer = await administrative.open(behind(REASON))
    assert answer.status_code == 200
    assert "votre rôle en voit le nombre" in text_of(answer)
    assert "La Gresle" not in text_of(answer)


async def test_a_perimeter_of_few_visits_answers_no_clinical_question(
    administrative: Browser, clinical: Browser, day: Day
) -> None:
    for scope in ({}, {"escale": day.seeded.stop}, {"lieu": "La Gresle"}):
        assert (await clinical.open(behind(REASON, **scope))).status_code == 200
        assert (await administrative.open(behind(REASON, **scope))).status_code == 422
        page = await administrative.open(f"/coordination/activite?{urlencode({**PERIOD, **scope})}")
        told = text_of(page)
        assert "votre rôle ne voit pas ces chiffres médicaux" in told
        assert "Renouvellement" not in told
        assert "reason" not in page.text.replace('id="reason"', "").replace('"reason"', "")


async def test_a_clinical_coordinators_exact_report_does_not_answer_either(
    administrative: Browser, clinical: Browser, day: Day
) -> None:
    await clinical.open("/coordination/activite")
    frozen = await clinical.send("/coordination/rapports", titre="Exact", **PERIOD)
    address = frozen.headers["location"]
    for path in (address, *(f"{address}/{kind}" for kind in ("pdf", "xlsx", "csv"))):
        assert (await clinical.open(path)).status_code == 200
        assert (await administrative.open(path)).status_code == 404
    assert "Exact" not in text_of(await administrative.open("/coordination/rapports"))
    own = await administrative.send("/coordination/rapports", titre="Le mien", **PERIOD)
    csv = await administrative.open(f"{own.headers['location']}/csv")
    assert "Renouvellement" not in csv.text


async def test_administrative_figures_still_open_their_visits(administrative: Browser, day: Day) -> None:
    answer = await administrative.open(behind('{"fact":"booking","in":["telephone"]}'))
    assert answer.status_code == 200
    assert "passage" in text_of(answer)
