"""Whatever a response says, the rules answer with findings: a poisoned record stops nobody else's."""

import json
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from forms import build
from forms.communes import Position
from forms.definition import Form, Item
from forms.derive import derive
from forms.load import published
from forms.present import ABSENCES, rows
from forms.response import Answer, read
from forms.validate import validate
from tests.forms import generated
from tests.forms.test_photo import PHOTOS
from tests.forms.vectors import response_to

FORMS = list(published().values())
QUANTITIES = [(form, item) for form in FORMS for item in form.index.values() if item.type == "quantity"]
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
def _answered(draw: st.DrawFn) -> tuple[Form, dict[str, Answer]]:
    form = draw(st.sampled_from(FORMS))
    leaves = [item for item in form.index.values() if item.is_leaf]
    answers = {}
    for item in draw(st.lists(st.sampled_from(leaves), max_size=12, unique_by=lambda item: item.link_id)):
        absent = draw(st.sampled_from([None, *ABSENCES]))
        values = () if absent else tuple(draw(st.lists(_values(item), min_size=1, max_size=3)))
        answers[item.link_id] = Answer(values=values, absent=absent, confirmed=draw(st.booleans()))
    return form, answers


@settings(deadline=None)  # the first example reads the table of communes
@given(_answered())
def test_any_answers_are_judged_shown_and_judged_again_alike(
    answered: tuple[Form, dict[str, Answer]],
) -> None:
    form, answers = answered
    resource = json.loads(json.dumps(build.resource(form, answers)))
    response = read(form, resource)
    visit = date(2026, 11, 23)

    first = validate(form, response, visit_date=visit, stop=STOP, today=visit)
    again = validate(form, response, visit_date=visit, stop=STOP, today=visit)

    assert first == again
    for language in ("fr", "en"):
        assert len(rows(form, response, language)) == len(response.answers)


@settings(deadline=None)
@given(st.sampled_from(FORMS), st.integers(0, 10**9))
def test_a_whole_record_calculates_what_its_items_can_hold(form: Form, seed: int) -> None:
    """What is calculated is recorded as any answer is, read back the same, and calculated again the same."""
    given_answers = build.answers_from_flat(generated.answers(form, Random(seed)))
    derived = derive(form, given_answers, visit_date=generated.VISIT, stop=generated.STOP)

    assert derived.calculated.keys() <= derived.enabled
    recorded = {link_id: Answer(values=(value,)) for link_id, value in derived.calculated.items()}
    response = response_to(form, {**given_answers, **recorded})
    assert {link: response.answers[link].values for link in recorded} == {
        link: answer.values for link, answer in recorded.items()
    }
    again = derive(form, response.answers, visit_date=generated.VISIT, stop=generated.STOP)
    assert again.calculated == derived.calculated
    visit = generated.VISIT
    found = validate(form, response, visit_date=visit, stop=generated.STOP, today=visit)
    assert not [each.link_id for each in found if each.code == "calculation" and each.link_id in recorded]


@given(st.sampled_from(QUANTITIES), NUMBERS)
def test_a_number_survives_the_journey_through_fhir(quantity: tuple[Form, Item], value: Decimal) -> None:
    form, item = quantity
    resource = json.loads(json.dumps(build.resource(form, {item.link_id: Answer(values=(value,))})))

    assert read(form, resource).answers[item.link_id].values == (Decimal(value),)
