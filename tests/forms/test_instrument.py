"""One pass over a form with the instruments' extensions: enabling expressions, days, settings, times."""

import json
from datetime import date
from typing import Any

import pytest

from forms import build
from forms.derive import Derived, derive
from forms.load import parse
from forms.validate import validate
from tests.forms.small_instrument import instrument, question
from tests.forms.vectors import response_to

FORM = parse(json.dumps(instrument()).encode(), "instrument.json")
VISIT = date(2026, 8, 31)
SETTINGS: dict[str, Any] = {"test.set": "gli-2022", "test.threshold": 2.5}
PERSON: dict[str, Any] = {"test.sex": "F", "test.birth_date": "1972-03-08", "test.height": 160}


def _derived(**given: Any) -> Derived:
    answers = {f"test.{name}": value for name, value in given.items()}
    return derive(FORM, _answers(SETTINGS | answers), visit_date=VISIT, stop=None)


def _answers(values: dict[str, Any]) -> Any:
    flat = {link: value if isinstance(value, dict) else {"values": [value]} for link, value in values.items()}
    return build.answers_from_flat(flat)


def _codes(values: dict[str, Any], *, as_recorded: bool = False) -> list[tuple[str, str]]:
    found = validate(
        FORM,
        response_to(FORM, _answers(values)),
        visit_date=VISIT,
        stop=None,
        today=VISIT,
        as_recorded=as_recorded,
    )
    return sorted((each.link_id, each.code) for each in found)


def test_a_day_is_calculated_to_the_end_of_a_shorter_month() -> None:
    assert _derived().calculated["test.due"] == "2027-02-28"


@pytest.mark.parametrize(("birth", "adult"), [("2008-08-31", True), ("2008-09-01", False)])
def test_a_boolean_is_calculated_from_a_calculated_age(birth: str, adult: bool) -> None:
    assert _derived(birth_date=birth).calculated["test.adult"] is adult


@pytest.mark.parametrize("absence", [{}, {"birth_date": {"absent": "asked-unknown"}}])
def test_a_boolean_of_an_unknown_age_is_not_false(absence: dict[str, Any]) -> None:
    assert "test.adult" not in _derived(**absence).calculated


@pytest.mark.parametrize(("fev1", "state"), [(2.49, "low"), (2.5, "normal"), (2.51, "normal")])
def test_a_state_is_compared_with_the_threshold_recorded(fev1: float, state: str) -> None:
    assert _derived(fev1=fev1).calculated["test.state"] == state


def test_another_setting_gives_another_state() -> None:
    assert _derived(fev1=2.51, threshold=3).calculated["test.state"] == "low"


@pytest.mark.parametrize(
    "given", [{}, {"fev1": {"absent": "not-performed"}}, {"fev1": 2.6, "threshold": None}]
)
def test_what_was_not_measured_is_not_normal(given: dict[str, Any]) -> None:
    values = {f"test.{name}": value for name, value in given.items()}
    kept = {link: value for link, value in (SETTINGS | values).items() if value is not None}
    derived = derive(FORM, _answers(kept), visit_date=VISIT, stop=None)

    assert "test.state" not in derived.calculated


def test_an_expression_enables_only_when_it_is_true() -> None:
    assert "test.review" in _derived(fev1=2.6).enabled
    assert "test.review" not in _derived().enabled


def test_an_expression_that_yields_nothing_does_not_enable() -> None:
    form = instrument()
    review = question(form, "test.review")
    review["extension"][0]["valueExpression"]["expression"] = (
        "%resource.repeat(item).where(linkId = 'test.fev1').answer.value.value > 2"
    )
    parsed = parse(json.dumps(form).encode(), "instrument.json")

    assert "test.review" not in derive(parsed, _answers(SETTINGS), visit_date=VISIT, stop=None).enabled


def test_the_review_of_a_result_is_required_where_there_is_one() -> None:
    recorded = {**SETTINGS, "test.fev1": 2.6, "test.state": "normal", "test.due": "2027-02-28"}

    assert _codes(recorded) == [("test.review", "required")]
    assert _codes({**recorded, "test.review": "set_aside"}) == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"test.threshold": 5.1}, ("test.threshold", "hard-limit")),
        ({"test.set": "gli-2032"}, ("test.set", "option")),
        ({"test.threshold": {"absent": "not-asked"}}, ("test.threshold", "absence-not-allowed")),
        ({"test.threshold": None}, ("test.threshold", "required")),
    ],
)
def test_a_setting_is_checked_as_an_answer(changed: dict[str, Any], found: tuple[str, str]) -> None:
    given = {
        link: value for link, value in ({**SETTINGS, "test.due": "2027-02-28"} | changed).items() if value
    }

    assert _codes(given) == [found]


def test_a_measured_time_is_kept_as_it_was_measured() -> None:
    """Nothing recomputes it: not its absence, nor any number of seconds, is a difference."""
    recorded = {**SETTINGS, "test.due": "2027-02-28"}

    assert _codes({**recorded, "test.waited": 187}) == []
    assert _codes(recorded) == []
    assert "test.waited" not in derive(FORM, _answers(recorded), visit_date=VISIT, stop=None).calculated


def test_a_difference_is_told_where_it_arises_when_what_was_recorded_counts() -> None:
    recorded = {
        **SETTINGS,
        "test.birth_date": "1972-03-08",
        "test.due": "2027-02-28",
        "test.age": 10,
        "test.adult": False,
    }

    assert _codes(recorded) == [("test.adult", "calculation"), ("test.age", "calculation")]
    assert _codes(recorded, as_recorded=True) == [("test.age", "calculation")]


def test_a_recorded_result_that_counts_is_judged_as_an_answer() -> None:
    recorded = {**SETTINGS, "test.fev1": 2.6, "test.state": "fine", "test.due": "2027-02-28"}

    found = _codes(recorded, as_recorded=True)

    assert ("test.state", "calculation") in found
    assert ("test.state", "option") in found
