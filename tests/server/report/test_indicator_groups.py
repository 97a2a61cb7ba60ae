"""Indicators stand with their instrument, whatever they are called, and a chart says what its bars are of."""

import json
from importlib import resources
from typing import Any

import pytest

from server.report.indicator import SETS, OfVisits, Result, published, read_definition, results
from server.report.indicator_groups import OTHER, group_of, grouped
from server.report.scope import Scope
from server.store.database import Store
from server.store.reports import Indicator
from tests.server.report.test_instruments import ICOPE, visit_with
from tests.server.report.test_instruments import results as adopted
from tests.support.organisation import DAY, Seeded

CHARTS = json.loads(
    resources.files("server.report").joinpath("indicators", "charts.json").read_text(encoding="utf-8")
)
EACH = [(name, each) for name in SETS for each in published(name)]


@pytest.mark.parametrize(("name", "each"), EACH, ids=[each["label"] for _, each in EACH])
def test_every_published_indicator_is_in_its_own_group_even_reworded(name: str, each: dict[str, Any]) -> None:
    assert group_of(Indicator(id="i", position=1, **each)) == name
    if each["definition"] is not None:
        assert group_of(Indicator(id="i", position=1, **{**each, "label": "Autrement dit"})) == name


def test_what_an_organisation_added_for_itself_stands_apart() -> None:
    assert group_of(Indicator(id="i", position=1, label="Ateliers tenus", definition=None)) == OTHER


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_draws_published_indicators_of_its_group_and_of_one_kind(name: str) -> None:
    known = {each["label"]: each["definition"] for each in published(name)}
    drawn = [read_definition(known[bar["label"]]) for bar in CHARTS[name]["bars"]]

    assert len({bar["words"][0] for bar in CHARTS[name]["bars"]}) == len(drawn)
    assert all(isinstance(each, OfVisits) for each in drawn)
    assert len({isinstance(each, OfVisits) and each.denominator is None for each in drawn}) == 1


def test_alert_rates_are_drawn_over_the_assessed_each_bar_of_a_hundred(store: Store, team: Seeded) -> None:
    for state in ("altered", "normal", "normal", "normal", "not_assessed"):
        visit_with(store, team, ICOPE, icope_vision=state)
    visit_with(store, team, ICOPE, icope_vision="no-answer", icope_mood="altered")
    found = list(adopted(store, team, ICOPE).values())

    (icope,) = (group for group in grouped(found, "fr") if group.key == "icope")

    drawn = {bar.words: (bar.cell.count, bar.cell.of, bar.length) for bar in icope.bars}
    assert drawn == {"Vision": (1, 4, 25.0), "Humeur": (1, 1, 100.0)}
    assert [each.indicator.label for each in icope.results] == [
        each.indicator.label for each in found if "ICOPE" in each.indicator.label
    ]


def test_nothing_is_drawn_of_what_is_withheld(store: Store, team: Seeded) -> None:
    visit_with(store, team, ICOPE, icope_vision="altered")
    adopted(store, team, ICOPE)
    with store.session() as session:
        found = results(session, Scope(DAY, DAY, (team.team,)))
    withheld = [Result(each.indicator, None, None, typed=False, withheld=True) for each in found]

    assert [group.bars for group in grouped(withheld, "fr")] == [() for _ in grouped(withheld, "fr")]
    assert any(group.bars for group in grouped(found, "fr"))
