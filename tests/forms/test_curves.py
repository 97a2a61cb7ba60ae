"""A spirometer's curves: `curves.json`, which the tablet runs too; whatever is read, drawn or refused."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.curves import are_curves
from forms.load import parse
from forms.response import Answer, Response
from forms.validate import validate
from tests.forms.small_instrument import instrument
from tests.forms.vectors import FOLDER

CASES = json.loads((FOLDER / "curves.json").read_text(encoding="utf-8"))["cases"]
FORM = parse(json.dumps(instrument()).encode(), "instrument.json")


def _text(case: Any) -> str:
    text: str = case["text"]
    return text.ljust(case.get("padded_to", 0))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_text_is_curves_or_is_not(case: Any) -> None:
    assert are_curves(_text(case)) is case["valid"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_no_curves_is_an_error_on_its_item(case: Any) -> None:
    response = Response({"test.curves": Answer((_text(case),))})
    day = date(2026, 11, 23)

    found = validate(FORM, response, visit_date=day, stop=None, today=day)

    of_curves = [(each.code, each.severity) for each in found if each.link_id == "test.curves"]
    assert of_curves == ([] if case["valid"] else [("curves", "error")])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["v", "source", "device", "trials", "n", "fev1", "time_s"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON_VALUES | st.text())
def test_whatever_comes_is_answered(value: Any) -> None:
    assert are_curves(json.dumps(value)) is False
