"""A request in the order in which a doctor reads it, and which of its values are marked."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.build import answers_from_flat
from forms.definition import Form
from forms.load import published
from forms.present import rows
from forms.response import Response
from server.remote.reading import Reading, reading_of, years_between
from server.remote.request import FORM_URL

VECTORS = Path(__file__).parents[2] / "vectors" / "forms"
REQUEST = json.loads((VECTORS / "teleconsultation.v1.0.0.json").read_text())["bases"]["request"]


def read(age: int | None = 88, **changed: Any) -> Reading:
    """The published form's request, some answers changed; a name's dots are written ``__``."""
    form: Form = published()[FORM_URL, "1.0.0"]
    told = REQUEST | {name.replace("__", "."): answer for name, answer in changed.items()}
    response = Response(answers_from_flat(told))
    return reading_of(form, response, rows(form, response), {}, age)


def marks(reading: Reading) -> dict[str, tuple[str, str]]:
    return {each.row.link_id: (each.side, each.bound) for each in reading.measures if each.side}


def test_reason_measures_and_treatments_come_first_and_each_answer_once() -> None:
    reading = read()
    rest = [row.link_id for section in reading.rest for row in section.rows]
    first = [
        *[row.link_id for row in (*reading.why, *reading.care)],
        *[each.row.link_id for each in reading.measures],
    ]
    assert reading.urgency is not None
    assert first[:2] == ["request.reason", "request.question"]
    shown = [*first, reading.urgency.link_id, *rest]
    assert len(shown) == len(set(shown))
    assert set(shown) == REQUEST.keys() - {"identity.part", "identity.mode"}


def test_an_identity_that_is_not_complete_is_told() -> None:
    rest = {
        row.link_id for section in read(identity__mode={"values": ["refused"]}).rest for row in section.rows
    }
    assert "identity.mode" in rest


def test_communes_are_named_without_their_code() -> None:
    values = {row.link_id: row.values for section in read().rest for row in section.rows}
    assert values["identity.birth_place"] == ("Belmont-de-la-Loire",)
    assert values["visit.commune"] == ("Belmont-de-la-Loire",)


@pytest.mark.parametrize(
    ("link_id", "value", "mark"),
    [
        ("vitals.spo2", 89, ("low", "90")),
        ("vitals.spo2", 90, None),
        ("vitals.spo2", 100, None),
        ("vitals.temp", 40.0, None),
        ("vitals.temp", 40.1, ("high", "40")),
        ("vitals.temp", 34.9, ("low", "35")),
        ("vitals.sbp", 201, ("high", "200")),
        ("vitals.oxygen", True, None),
    ],
)
def test_a_value_outside_what_the_form_asks_to_confirm_is_marked(
    link_id: str, value: Any, mark: tuple[str, str] | None
) -> None:
    changed: dict[str, Any] = {link_id.replace(".", "__"): {"values": [value], "confirmed": True}}
    assert marks(read(**changed)).get(link_id) == mark


@pytest.mark.parametrize("age", [17, 0, None])
def test_the_limits_of_adults_mark_nobody_else(age: int | None) -> None:
    assert marks(read(age, vitals__spo2={"values": [80], "confirmed": True})) == {}
    assert marks(read(18, vitals__spo2={"values": [80], "confirmed": True})) != {}


def test_an_absent_measure_is_told_as_such_and_marks_nothing() -> None:
    reading = read(vitals__spo2={"absent": "not-performed"})
    (spo2,) = (each for each in reading.measures if each.row.link_id == "vitals.spo2")
    assert (spo2.row.absence, spo2.side) == ("Impossible", None)


@pytest.mark.parametrize(("urgency", "is_urgent"), [("immediate", True), ("within_24h", False)])
def test_an_immediate_request_says_so(urgency: str, is_urgent: bool) -> None:
    assert read(request__urgency={"values": [urgency]}).is_urgent is is_urgent


def test_an_age_changes_on_the_birthday() -> None:
    born = date(2008, 11, 24)
    assert years_between(born, date(2026, 11, 23)) == 17
    assert years_between(born, date(2026, 11, 24)) == 18
