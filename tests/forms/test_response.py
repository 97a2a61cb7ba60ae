"""Reading a QuestionnaireResponse: what its structure shows, and that nothing is guessed."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from forms import build
from forms.answer_value import is_date
from forms.definition import Form
from forms.errors import ResponseMalformed
from forms.extension_urls import DATA_ABSENT_REASON
from forms.response import Answer, read
from tests.forms.vectors import form_cases

FULL = form_cases("medicobus-consultation.v1.0.0.json")[0]
SYSTEM = "https://escale.example/fhir/CodeSystem/"


def _response(*items: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "https://escale.example/fhir/Questionnaire/medicobus-consultation|1.0.0",
        "item": list(items),
    }


def _vitals(link_id: str, *answers: dict[str, Any]) -> dict[str, Any]:
    return _response({"linkId": "vitals", "item": [{"linkId": link_id, "answer": list(answers)}]})


def _quantity(
    value: object, code: str = "mm[Hg]", system: str = "http://unitsofmeasure.org"
) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": "mmHg", "system": system, "code": code}}


def _absent(reason: str) -> dict[str, Any]:
    return {"extension": [{"url": DATA_ABSENT_REASON, "valueCode": reason}]}


def _codes(form: Form, resource: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.link_id, finding.code) for finding in read(form, resource).findings]


def test_a_full_response_comes_back_as_it_was_answered(medicobus: Form) -> None:
    response = read(medicobus, build.resource(medicobus, FULL.answers))

    assert response.findings == ()
    assert {link: answer.values for link, answer in response.answers.items()} == {
        link: answer.values for link, answer in FULL.answers.items()
    }
    assert response.answers["vitals.sbp"].typed_as == "13"


def test_an_absence_keeps_its_reason(medicobus: Form) -> None:
    response = read(medicobus, _vitals("vitals.sbp", _absent("not-performed")))

    assert response.answers["vitals.sbp"] == Answer(absent="not-performed")


def test_the_author_of_an_answer_is_kept(medicobus: Form) -> None:
    member = "4a1b0a54-91f1-4b3c-9f7e-0a3c1d2e4f50"
    built = build.resource(
        medicobus, {"vitals.sbp": Answer(values=(120,), answered_by=member, confirmed=True)}
    )

    answer = read(medicobus, built).answers["vitals.sbp"]

    assert answer.answered_by == member
    assert answer.confirmed


def test_a_binary_number_is_what_was_typed(medicobus: Form) -> None:
    response = read(medicobus, _vitals("vitals.temp", _quantity(36.6, "Cel")))

    assert response.answers["vitals.temp"].values == (Decimal("36.6"),)


@pytest.mark.parametrize(
    ("link_id", "answer"),
    [
        ("vitals.sbp", {"valueInteger": 130}),
        ("vitals.sbp", {"valueString": "130"}),
        ("vitals.sbp", _quantity(130, "cm[Hg]")),
        ("vitals.sbp", _quantity(130, system="https://example.org")),
        ("vitals.sbp", _quantity("130")),
        ("vitals.sbp", _quantity(True)),
        ("vitals.sbp", _quantity(float("inf"))),
        ("vitals.sbp", {**_quantity(130), "valueString": "130"}),
        ("vitals.sbp", {}),
        ("vitals.pain", {"valueInteger": True}),
        ("vitals.pain", {"valueDecimal": 2.5}),
        ("vitals.oxygen", {"valueInteger": 1}),
        ("vitals.oxygen", {"valueBoolean": "true"}),
    ],
)
def test_a_value_of_another_type_or_unit_is_no_value(
    medicobus: Form, link_id: str, answer: dict[str, Any]
) -> None:
    resource = _vitals(link_id, answer)

    assert _codes(medicobus, resource) == [(link_id, "wrong-type")]
    assert read(medicobus, resource).answers[link_id].values == ()


def test_a_code_of_another_system_is_no_value(medicobus: Form) -> None:
    coding = {"valueCoding": {"system": SYSTEM + "other", "code": "F"}}
    resource = _response({"linkId": "identity", "item": [{"linkId": "identity.sex", "answer": [coding]}]})

    assert _codes(medicobus, resource) == [("identity.sex", "wrong-type")]


@pytest.mark.parametrize(
    "answers",
    [
        [_absent("error")],
        [_absent("not-asked"), _absent("asked-unknown")],
        [{**_quantity(130), **_absent("not-asked")}],
        [_quantity(130), _absent("not-asked")],
    ],
    ids=["unknown reason", "two reasons", "a reason on a value", "a reason beside a value"],
)
def test_an_absence_is_one_known_reason_alone(medicobus: Form, answers: list[dict[str, Any]]) -> None:
    assert ("vitals.sbp", "absence-not-allowed") in _codes(medicobus, _vitals("vitals.sbp", *answers))


def test_two_values_of_a_single_question_are_none(medicobus: Form) -> None:
    resource = _vitals("vitals.sbp", _quantity(130), _quantity(140))

    assert _codes(medicobus, resource) == [("vitals.sbp", "too-many-values")]
    assert read(medicobus, resource).answers["vitals.sbp"].values == ()


def test_a_question_under_another_section_is_misplaced(medicobus: Form) -> None:
    stray = {"linkId": "vitals.sbp", "answer": [_quantity(130)]}

    assert _codes(medicobus, _response(stray)) == [("vitals.sbp", "misplaced-item")]
    assert _codes(medicobus, _response({"linkId": "visit", "item": [stray]})) == [
        ("vitals.sbp", "misplaced-item")
    ]


def test_a_question_asked_twice_keeps_its_first_answer(medicobus: Form) -> None:
    first, second = ({"linkId": "vitals.sbp", "answer": [_quantity(value)]} for value in (130, 140))
    resource = _response({"linkId": "vitals", "item": [first, second]})

    assert _codes(medicobus, resource) == [("vitals.sbp", "duplicate-item")]
    assert read(medicobus, resource).answers["vitals.sbp"].values == (Decimal(130),)


def test_a_section_cannot_be_answered(medicobus: Form) -> None:
    resource = _response({"linkId": "vitals", "answer": [{"valueString": "x"}]})

    assert _codes(medicobus, resource) == [("vitals", "wrong-type")]


@pytest.mark.parametrize(
    "broken",
    [
        {"resourceType": "Observation"},
        {"questionnaire": "https://escale.example/fhir/Questionnaire/medicobus-consultation|9.9.9"},
        {"item": {"linkId": "vitals"}},
        {"item": ["vitals"]},
        {"item": [{"linkId": 3}]},
        {"item": [{"text": "no linkId"}]},
        {"item": [{"linkId": "vitals", "item": [{"linkId": "vitals.sbp", "answer": "130"}]}]},
        {"item": [{"linkId": "vitals", "item": [{"linkId": "vitals.sbp", "answer": [{"extension": 1}]}]}]},
    ],
    ids=lambda broken: str(broken)[:60],
)
def test_another_resource_form_or_shape_is_refused_whole(medicobus: Form, broken: dict[str, Any]) -> None:
    resource = copy.deepcopy(_response())

    with pytest.raises(ResponseMalformed):
        read(medicobus, {**resource, **broken})


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("2026-11-23", True),
        ("2024-02-29", True),
        ("2026-02-29", False),
        ("2026-11", False),
        ("20261123", False),
        ("2026-W48-1", False),
        ("2026-11-23T10:00:00", False),
        ("٢٠٢٦-11-23", False),
    ],
)
def test_a_date_is_a_full_existing_day(text: str, real: bool) -> None:
    assert is_date(text) is real
