"""What a question no longer asks for is not told of a person; what nobody said of its condition is no no."""

import json
from datetime import date
from typing import Any

import pytest

from forms.definition import Form
from forms.load import parse
from server.people.superseded import Known, is_superseded
from tests.forms.small import item, small
from tests.forms.small_instrument import fhirpath, link, option

EARLIER, LATER = date(2026, 11, 23), date(2027, 2, 1)


def _form(**condition: Any) -> Form:
    """`visit.number` is asked as `condition` says, of `visit.asked`, `visit.other` and `visit.born`."""
    form = small()
    asked, number = form["item"][0]["item"]
    del number["enableWhen"]
    expression = condition.pop("expression", None)
    number |= condition
    number["extension"] += [fhirpath("enableWhenExpression", expression)] if expression else []
    other = item("visit.other", "choice", answerOption=[option("some"), option("none")])
    amount = item("visit.amount", "decimal")
    form["item"][0]["item"] = [asked, other, item("visit.born", "date"), amount, number]
    return parse(json.dumps(form).encode(), "small.json")


def _told(form: Form, day: date, **values: Any) -> dict[str, Known]:
    """The number was answered at EARLIER; the others on `day`."""
    others = {f"visit.{name}": Known(form, day, [value]) for name, value in values.items()}
    return {"visit.number": Known(form, EARLIER, [3]), **others}


SOME = f"{link('visit.other')}.code = 'some'"
BOTH = f"{link('visit.asked')} = true and {SOME}"
MINOR = f"{link('visit.born')} > %visitDate - 18 years"
MUCH = f"{link('visit.amount')} > 2.5"


@pytest.mark.parametrize(
    ("expression", "day", "values", "superseded"),
    [
        (SOME, LATER, {"other": "none"}, True),
        (SOME, EARLIER, {"other": "none"}, True),
        (SOME, LATER, {"other": "some"}, False),
        (SOME, date(2026, 1, 1), {"other": "none"}, False),
        (SOME, LATER, {}, False),
        (BOTH, LATER, {"asked": True, "other": "none"}, True),
        (BOTH, LATER, {"asked": False}, False),
        (MINOR, date(2027, 6, 1), {"born": "2009-06-01"}, True),
        (MINOR, date(2027, 5, 31), {"born": "2009-06-01"}, False),
        (MUCH, LATER, {"amount": 2.5}, True),
        (MUCH, LATER, {"amount": 2.6}, False),
        ("%stop.latitude > 46 and " + SOME, LATER, {"other": "none"}, False),
    ],
)
def test_an_expression_that_does_not_hold_any_more_supersedes(
    expression: str, day: date, values: dict[str, Any], superseded: bool
) -> None:
    form = _form(expression=expression)

    assert is_superseded("visit.number", _told(form, day, **values)) is superseded


YES = {"question": "visit.asked", "operator": "=", "answerBoolean": True}
SOME_THERE = {"question": "visit.other", "operator": "exists", "answerBoolean": True}


@pytest.mark.parametrize(
    ("behavior", "values", "superseded"),
    [
        ("any", {"asked": False}, False),
        ("all", {"asked": False}, True),
        ("all", {"asked": True}, False),
        ("any", {"asked": False, "other": "none"}, False),
        ("any", {"other": "none"}, False),
    ],
)
def test_of_conditions_the_ones_that_nobody_answered_may_hold(
    behavior: str, values: dict[str, Any], superseded: bool
) -> None:
    form = _form(enableWhen=[YES, SOME_THERE], enableBehavior=behavior)

    assert is_superseded("visit.number", _told(form, LATER, **values)) is superseded


def test_what_is_asked_of_everybody_stays() -> None:
    form = _form()

    assert not is_superseded("visit.number", _told(form, LATER, asked=False, other="none"))


def test_an_answer_of_another_kind_in_another_form_decides_nothing() -> None:
    form = _form(expression=SOME)
    other = small()
    other["item"][0]["item"].insert(1, item("visit.other", "string"))
    told = _told(form, LATER) | {
        "visit.other": Known(parse(json.dumps(other).encode(), "other.json"), LATER, ["none"])
    }

    assert not is_superseded("visit.number", told)
