"""Whatever a response says, the rules answer with findings: a poisoned record stops nobody else's."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from forms import build
from forms.communes import Position
from forms.definition import Item
from forms.load import published
from forms.present import ABSENCES, rows
from forms.response import Answer, read
from forms.validate import validate
from tests.forms.test_photo import PHOTOS

FORM = list(published().values())[-1]
LEAVES = [item for item in FORM.index.values() if item.is_leaf]
STOP = Position(46.1275, 4.2668)
NUMBERS = st.one_of(
    st.integers(-(10**15), 10**15),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def _values(item: Item) -> st.SearchStrategy[Any]:
    fitting: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "date": st.dates().map(date.isoformat),
        "choice": st.one_of(st.sampled_from(sorted(item.options) or ["42015"]), TEXTS),
        "integer": st.integers(-(10**15), 10**15),
        "decimal": NUMBERS,
        "quantity": NUMBERS,
        "attachment": st.one_of(PHOTOS, TEXTS),
    }
    return fitting.get(item.type, TEXTS)


@st.composite
def _answers(draw: st.DrawFn) -> dict[str, Answer]:
    answers = {}
    for item in draw(st.lists(st.sampled_from(LEAVES), max_size=12, unique_by=lambda item: item.link_id)):
        absent = draw(st.sampled_from([None, *ABSENCES]))
        values = () if absent else tuple(draw(st.lists(_values(item), min_size=1, max_size=3)))
        answers[item.link_id] = Answer(values=values, absent=absent, confirmed=draw(st.booleans()))
    return answers


@settings(deadline=None)  # the first example reads the table of communes
@given(_answers())
def test_any_answers_are_judged_shown_and_judged_again_alike(answers: dict[str, Answer]) -> None:
    resource = json.loads(json.dumps(build.resource(FORM, answers)))
    response = read(FORM, resource)
    visit = date(2026, 11, 23)

    first = validate(FORM, response, visit_date=visit, stop=STOP, today=visit)
    again = validate(FORM, response, visit_date=visit, stop=STOP, today=visit)

    assert first == again
    for language in ("fr", "en"):
        assert len(rows(FORM, response, language)) == len(response.answers)


@given(st.sampled_from([item for item in LEAVES if item.type == "quantity"]), NUMBERS)
def test_a_number_survives_the_journey_through_fhir(item: Item, value: Decimal) -> None:
    resource = json.loads(json.dumps(build.resource(FORM, {item.link_id: Answer(values=(value,))})))

    assert read(FORM, resource).answers[item.link_id].values == (Decimal(value),)
