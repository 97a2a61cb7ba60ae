"""What an administrative coordinator sees of clinical figures: nobody's answer, by no difference."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from sqlmodel import Session, select

from server.report import frozen, indicator
from server.report.facts import Exposure
from server.report.frozen import Order
from server.report.predicate import EVERY, exposes, parse
from server.report.scope import Scope
from server.report.tables import Table
from server.report.view import EXACT, FEWEST, OFFICE, View, emitted, results_of, tables_of
from server.routes.web_catalogue import TRANSLATORS
from server.store.control import Stop
from server.store.database import Store
from server.store.figures import VisitFigure
from server.store.reports import FrozenReport
from tests.server.report.figures import add_visit
from tests.support.organisation import DAY, NOON, Seeded

FR = TRANSLATORS["fr"]
FILTERED = View(clinical=False, unfiltered=False)
YEAR = (date(DAY.year, 1, 1), date(DAY.year, 12, 31))
ATTENDED = (1, 4, 5, 7)
"""Visits of four stops, a day each."""


@pytest.fixture
def stops(store: Store, team: Seeded) -> list[str]:
    found = []
    for later, visits in enumerate(ATTENDED):
        day = DAY + timedelta(days=later)
        with store.session() as session:
            like = session.get_one(Stop, team.stop).model_dump()
            stop = Stop(**{**like, "id": f"{later:08d}-0000-4000-8000-000000000000", "day": day})
            session.add(stop)
            found.append(stop.id)
        for _ in range(visits):
            add_visit(store, team, stop=found[-1], day=day, reason=("autre",), long_term_condition="true")
    return found


def shown(store: Store, scope: Scope, view: View = OFFICE) -> dict[str, Table]:
    with store.session() as session:
        return {table.key: table for table in tables_of(session, scope, view, FR)}


def days(team: Seeded, first: int, last: int, stop: str | None = None) -> Scope:
    return Scope(DAY + timedelta(days=first), DAY + timedelta(days=last), (team.team,), stop=stop)


def counted(session: Session, scope: Scope) -> set[str]:
    return set(session.exec(select(VisitFigure.visit_id).where(*scope.visits())).all())


def test_a_clinical_coordinator_sees_all_of_it(store: Store, team: Seeded, stops: list[str]) -> None:
    reasons = shown(store, days(team, 0, 0), EXACT)["reason"]
    assert 1 in {row.cells[0].count for row in reasons.rows}


def test_over_few_visits_no_clinical_table_tells_anything(
    store: Store, team: Seeded, stops: list[str]
) -> None:
    for scope in (days(team, 0, 0), days(team, 1, 1), days(team, 0, 1), days(team, 0, 3, stops[1])):
        tables = shown(store, scope, FILTERED)
        for key in ("reason", "outcome", "sex", "age", "cross", "document", "follow_up"):
            assert (tables[key].rows, tables[key].missing) == ((), ())
            assert "votre rôle" in tables[key].notes[0]
        mean = tables["summary"].rows[4]
        assert [cell.text for cell in mean.cells] == ["moins de 5", "moins de 5"]
        assert not [
            cell
            for cell in emitted(tables.values()).values()
            if exposes(parse(cell.opens)) is Exposure.CLINICAL
        ]
    assert shown(store, days(team, 0, 0))["summary"].rows[1].cells[0].count == 1


def test_no_two_perimeters_differ_by_fewer_visits_than_the_fewest(
    store: Store, team: Seeded, stops: list[str]
) -> None:
    scopes = [
        days(team, first, last, stop)
        for first in range(4)
        for last in range(first, 4)
        for stop in (None, *stops)
    ]
    with store.session() as session:
        told = [
            counted(session, Scope(s.first_day, s.last_day, s.teams, stop=s.stop, fewest=FEWEST))
            for s in scopes
        ]
    apart = {len(one ^ other) for one, other in combinations(told, 2)}
    assert {ATTENDED[2], ATTENDED[3]} <= apart
    assert not apart & set(range(1, FEWEST))


def test_the_years_figures_stay_and_say_what_they_leave_out(
    store: Store, team: Seeded, stops: list[str]
) -> None:
    tables = shown(store, Scope(*YEAR, (team.team,)))
    assert 12 in {row.cells[0].count for row in tables["reason"].rows}
    assert "(5)" in tables["reason"].notes[-1]
    assert tables["summary"].rows[1].cells[0].count == sum(ATTENDED)
    assert tables["booking"].rows == shown(store, Scope(*YEAR, (team.team,)), EXACT)["booking"].rows


def test_a_crossing_is_of_a_whole_year_and_of_groups_that_are_not_small(
    store: Store, team: Seeded, stops: list[str]
) -> None:
    add_visit(store, team, stop=stops[3], day=DAY + timedelta(days=3), attending_gp="sans_mt")
    scope = Scope(*YEAR, (team.team,))
    rows = {row.label: row for row in shown(store, scope)["cross"].rows}
    small = next(row for row in rows.values() if row.cells[0].count == 1)
    assert {cell.text for cell in small.cells[1:]} == {"moins de 5"}
    assert 12 in {row.cells[1].count for row in rows.values()}
    assert shown(store, scope, FILTERED)["cross"].rows == ()
    month = Scope(DAY.replace(day=1), YEAR[1], (team.team,))
    assert shown(store, month)["cross"].rows == ()


def test_indicators_follow_the_same_rules(store: Store, team: Seeded, stops: list[str]) -> None:
    with store.session() as session:
        indicator.adopt(session)
        by_scope = [
            {each.indicator.label: each for each in results_of(session, scope, view)}
            for scope, view in (
                (Scope(*YEAR, (team.team,)), OFFICE),
                (days(team, 2, 3), OFFICE),
                (days(team, 0, 0), FILTERED),
            )
        ]
    crossed = "Part des passages sans médecin traitant disponible parmi les 70 ans et plus"
    assert [found[crossed].withheld for found in by_scope] == [False, True, True]
    assert by_scope[0][crossed].denominator == 12
    assert [found["Passages"].numerator for found in by_scope] == [17, 12, 1]


def test_a_report_that_tells_more_is_not_for_the_administrative_role(
    store: Store, team: Seeded, stops: list[str]
) -> None:
    for view, only in ((EXACT, True), (FILTERED, False)):
        order = Order("Jour", days(team, 0, 0), None, team.clinical, NOON, view)
        with store.session() as session:
            report = frozen.freeze(session, frozen.document_of(session, order, FR), order)
            assert report.clinical_only is only
            assert frozen.readable(report, {team.team}, clinical=False) is not only
            assert frozen.readable(report, {team.team}, clinical=True)
    with store.session() as session:
        assert [each.clinical_only for each in frozen.listed(session, {team.team}, clinical=False)] == [False]
        assert len(session.exec(select(FrozenReport)).all()) == 2


def test_an_exact_year_without_small_stops_is_for_both(store: Store, team: Seeded) -> None:
    for _ in range(FEWEST):
        add_visit(store, team)
    order = Order("Année", Scope(*YEAR, (team.team,)), None, team.clinical, NOON)
    with store.session() as session:
        assert not frozen.document_of(session, order, FR).clinical_only


def test_what_is_emitted_opens_the_cell_that_shows_it(store: Store, team: Seeded, stops: list[str]) -> None:
    found = emitted(shown(store, days(team, 2, 2)).values())
    assert found['{"all":[]}'].count == 5
    assert found['{"fact":"reason","in":["autre"]}'].count == 5
    assert EVERY == parse({"all": []})
