"""How much of a form a record answers: only what its conditions, expressions included, asked of somebody."""

import json
from datetime import date
from typing import Any

from forms.build import answers_from_flat
from forms.definition import Form
from forms.load import parse
from forms.response import Response
from server.review.completeness import Completeness, completeness
from tests.forms.small_instrument import instrument

FORM = parse(json.dumps(instrument()).encode(), "instrument.json")
ASKED = [item.link_id for item in FORM.index.values() if item.is_leaf and not item.read_only]


def _completeness(form: Form, **given: Any) -> Completeness:
    flat = {
        f"test.{name}": value if isinstance(value, dict) else {"values": [value]}
        for name, value in given.items()
    }
    return completeness(form, Response(answers_from_flat(flat)), date(2026, 11, 23))


def test_what_nobody_is_asked_is_not_counted() -> None:
    """Neither settings, nor calculated values, nor the review of a result that there is not."""
    found = _completeness(FORM, threshold=2.5, set="gli-2022")

    assert found == Completeness(asked=len(ASKED) - 1, answered=0, absent={}, not_reached=len(ASKED) - 1)


def test_a_question_that_an_expression_enables_is_counted_when_it_does() -> None:
    found = _completeness(FORM, threshold=2.5, fev1=2.6, state="normal", height={"absent": "not-performed"})

    assert found == Completeness(len(ASKED), 1, {"not-performed": 1}, len(ASKED) - 2)


def test_what_follows_from_a_recorded_result_is_asked_even_if_it_would_be_another_today() -> None:
    found = _completeness(FORM, state="normal")

    assert found.asked == len(ASKED)
