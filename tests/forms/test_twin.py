"""Both engines agree: the tablet's and this one, on the same generated answers to every published form."""

import random
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import isclose
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forms.communes import Position
from forms.definition import NUMBER_TYPES, Form, Item
from forms.derive import derive
from forms.functions import gli
from forms.load import published
from forms.present import ABSENCES
from forms.response import Answer
from forms.validate import validate
from tests.forms.generated import CURVES
from tests.forms.test_photo import PHOTOS
from tests.forms.twin import ROOT, Twin, tablet
from tests.forms.vectors import response_to

STOP = Position(46.1275, 4.2668)
SUBJECTS = 10_000
EXAMPLES = 30
CLOSE = 1e-6
VISITS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
COMMUNES = ("42104", "69123", "2A004", "99100", "00000")
TEXTS = st.one_of(
    st.sampled_from(["MARTIN", "Jean-Noël", "D'AVENEL", "06 12 34 56 78", "+33612345678", " ", "x" * 200]),
    # No control: what is blank among them differs from language to language, and nobody types one.
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=20),
)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    with tablet(tmp_path_factory.mktemp("twin"), STOP) as running:
        yield running


def test_ten_thousand_people_have_the_same_reference_values_within_a_millionth(twin: Twin) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    subjects = [_subject(draw) for _ in range(SUBJECTS)]
    measured = [round(draw.uniform(0.2, 7), 3) for _ in subjects]

    theirs = twin.ask(
        {
            "gli": [
                {
                    **{name: getattr(each, name) for name in ("set", "index", "sex", "age", "group")},
                    "heightCm": each.height,
                    "measured": value,
                }
                for each, value in zip(subjects, measured, strict=True)
            ]
        }
    )

    assert len(theirs) == SUBJECTS
    for subject, value, figures in zip(subjects, measured, theirs, strict=True):
        ours = gli.reference(subject)
        if ours is None:
            assert figures is None, subject
            continue
        computed = (ours.median, ours.lower_limit, ours.upper_limit, ours.z(value), ours.percent(value))
        assert all(abs(one - other) <= CLOSE for one, other in zip(computed, figures, strict=True)), subject


def _subject(draw: random.Random) -> gli.Subject:
    """Mostly somebody that the equations know; at times too young or too old, or at a row of the tables."""
    known, at_a_row, any_age = draw.uniform(3, 95), draw.randint(12, 380) / 4, draw.uniform(0, 110)
    return gli.Subject(
        set=draw.choice(["gli-2012", "gli-2022"]),
        index=draw.choice(["fev1", "fvc", "fev1-fvc"]),
        sex=draw.choice("FM"),
        age=draw.choice([known, known, at_a_row, any_age]),
        height=round(draw.uniform(80, 215), 1),
        group=draw.randint(1, 5),
    )


def _numbers(item: Item) -> st.SearchStrategy[Decimal | int]:
    """Around the limits, and between them; at times with a decimal too many."""
    places = 0 if item.type == "integer" else (item.decimals if item.decimals is not None else 2)
    low = item.minimum if item.minimum is not None else Decimal(0)
    high = item.maximum if item.maximum is not None else Decimal(1000)
    step = Decimal(1).scaleb(-places)
    bounds = [
        bound + change
        for bound in (item.minimum, item.maximum, item.soft_minimum, item.soft_maximum)
        if bound is not None
        for change in (-step, Decimal(0), step)
    ]
    within = st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)
    drawn = st.one_of(within, within, st.sampled_from(bounds)) if bounds else within
    if item.type == "integer":
        return drawn.map(int)
    return st.one_of(drawn, drawn, st.decimals(low, high, places=places + 1))


def _values(item: Item) -> st.SearchStrategy[Any]:
    if item.type in NUMBER_TYPES:
        return _numbers(item)
    fitting: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "date": st.dates(date(1900, 1, 1), date(2028, 12, 31)).map(date.isoformat),
        "choice": st.sampled_from([*item.options, *(COMMUNES if item.lookup else ())] or ["other"]),
        "attachment": PHOTOS,
    }
    if item.instrument == "spirometer-file":
        return st.one_of(st.sampled_from(CURVES), TEXTS)
    return fitting.get(item.type, TEXTS)


@st.composite
def _responses(draw: st.DrawFn, form: Form) -> dict[str, Answer]:
    """Most questions answered, in their order, so that what depends on them is asked."""
    answers = {}
    left_out = draw(st.sampled_from([0.05, 0.3, 0.7]))
    for item in form.index.values():
        if not item.is_leaf or draw(st.floats(0, 1)) < left_out:
            continue
        absent = draw(st.sampled_from([None] * 12 + [*ABSENCES]))
        several = 3 if item.repeats else 1
        values = () if absent else tuple(draw(st.lists(_values(item), min_size=1, max_size=several)))
        confirmed = absent is None and draw(st.booleans())
        answers[item.link_id] = Answer(values=values, absent=absent, confirmed=confirmed)
    return answers


FORMS = list(published().values())


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.url.rsplit('/', 1)[1]} {form.version}")
def test_generated_answers_are_judged_alike(twin: Twin, form: Form) -> None:
    name = f"{form.url.rsplit('/', 1)[1]}.v{form.version}.json"
    twin.ask({"form": (ROOT / "forms" / "definitions" / name).read_text(encoding="utf-8")})

    # Not shrunk: a case that differs names what differs, and shrinking runs both engines thousands of times.
    @settings(deadline=None, max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate], print_blob=True)
    @given(_responses(form), VISITS, st.booleans())
    def alike(answers: dict[str, Answer], visit: date, signed: bool) -> None:
        if signed:
            answers = _as_signed(form, answers, visit)
        flat = {link_id: _flat(answer) for link_id, answer in answers.items()}
        theirs = twin.ask({"case": {"visit_date": visit.isoformat(), "answers": flat}})
        response = response_to(form, answers)
        derived = derive(form, response.answers, visit_date=visit, stop=STOP)
        found = validate(form, response, visit_date=visit, stop=STOP, today=visit)

        leaves = {link_id for link_id in derived.enabled if form.index[link_id].is_leaf}
        assert set(theirs["enabled"]) == leaves
        assert theirs["calculated"].keys() == derived.calculated.keys()
        for link_id, value in derived.calculated.items():
            assert _same(value, theirs["calculated"][link_id]), link_id
        here = Counter((each.link_id, each.code, each.severity) for each in found)
        there = Counter(map(tuple, theirs["findings"]))
        assert (here - there, there - here) == (Counter(), Counter())

    alike()


def _as_signed(form: Form, answers: dict[str, Answer], visit: date) -> dict[str, Answer]:
    """What a tablet would sign: no answer to what is not asked, and every calculated value."""
    derived = derive(form, response_to(form, answers).answers, visit_date=visit, stop=STOP)
    asked = {
        link_id: answer
        for link_id, answer in answers.items()
        if link_id in derived.enabled and not form.index[link_id].is_calculated
    }
    return asked | {link_id: Answer(values=(value,)) for link_id, value in derived.calculated.items()}


def _flat(answer: Answer) -> dict[str, Any]:
    if answer.absent is not None:
        return {"absent": answer.absent}
    values = [float(value) if isinstance(value, Decimal) else value for value in answer.values]
    return {"values": values, "confirmed": answer.confirmed}


def _same(ours: Any, theirs: Any) -> bool:
    """Codes, dates and booleans are equal; numbers too, but for the bits that binary fractions lose."""
    if isinstance(ours, int | Decimal) and not isinstance(ours, bool):
        return isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return bool(ours == theirs)
