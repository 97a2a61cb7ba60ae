"""The named functions on a form that uses them all: `functions.json`, which the tablet runs too."""

import json
from datetime import date
from typing import Any

import pytest

from forms import build
from forms.derive import derive
from forms.load import parse
from tests.forms.vectors import response_to, vectors

VECTORS = vectors("functions.json")
FORM = parse(json.dumps(VECTORS["questionnaire"], default=float).encode(), "functions.json")


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_case_calculates_exactly_what_it_says(case: Any) -> None:
    answers = response_to(FORM, build.answers_from_flat(case["answers"])).answers
    visit_date = date.fromisoformat(case.get("visit_date", VECTORS["visit_date"]))

    derived = derive(FORM, answers, visit_date=visit_date, stop=None)

    assert derived.calculated == case["calculated"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_removing_an_answer_never_creates_a_value(case: Any) -> None:
    visit_date = date.fromisoformat(case.get("visit_date", VECTORS["visit_date"]))
    answers = build.answers_from_flat(case["answers"])

    for removed in answers:
        remaining = {link_id: answer for link_id, answer in answers.items() if link_id != removed}
        derived = derive(FORM, remaining, visit_date=visit_date, stop=None)
        created = derived.calculated.keys() - case["calculated"].keys()
        # An unknown judgement withholds the grade; without that manoeuvre at all, there is one.
        assert created <= {"test.grade"}, removed


def test_the_numbers_of_nobody_are_compared_with_nothing() -> None:
    answers = build.answers_from_flat(
        {
            "test.sex": {"values": ["M"]},
            "test.birth_date": {"values": ["1972-03-08"]},
            "test.height": {"values": [10**300]},
            "test.set": {"values": ["gli-2022"]},
            "test.fev1": {"values": [-1]},
            "test.fvc": {"values": [10**300]},
        }
    )

    derived = derive(FORM, answers, visit_date=date(2026, 11, 23), stop=None)

    assert "test.fev1_predicted" not in derived.calculated
    assert not [link_id for link_id in derived.calculated if link_id.endswith(("_z", "_percent"))]
