"""From a file to a form: what is published, and every defect at once with its place."""

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forms.definition import Form
from forms.errors import FormInvalid
from forms.load import load, parse, published

FILE = Path(__file__).parents[2] / "forms" / "definitions" / "medicobus-consultation.v1.0.0.json"
OURS = "https://escale.example/fhir/StructureDefinition/"
FHIR = "http://hl7.org/fhir/StructureDefinition/"


def _translated(text: str) -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": FHIR + "translation", "extension": parts}]}


def _item(link_id: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"linkId": link_id, "text": link_id, "_text": _translated(link_id), "type": kind, **members}


def _small() -> dict[str, Any]:
    """The smallest form: one section with a boolean, and a number shown when it is true."""
    question = _item("visit.asked", "boolean")
    limits = [
        {"url": FHIR + "minValue", "valueDecimal": 0},
        {"url": FHIR + "maxValue", "valueDecimal": 10},
        {"url": OURS + "limit-source", "valueString": "scale"},
    ]
    condition = {"question": "visit.asked", "operator": "=", "answerBoolean": True}
    number = _item("visit.number", "decimal", extension=limits, enableWhen=[condition])
    section = _item("visit", "group", item=[question, number])
    section["extension"] = [{"url": OURS + "item-class", "valueCode": "administrative"}]
    return {
        "resourceType": "Questionnaire",
        "language": "fr",
        "extension": [{"url": OURS + "retention", "valueCode": "care-record"}],
        "url": "https://escale.example/fhir/Questionnaire/small",
        "version": "1.0.0",
        "name": "Small",
        "title": "Petit",
        "_title": _translated("Small"),
        "status": "active",
        "subjectType": ["Patient"],
        "date": "2026-11-23",
        "publisher": "Escale",
        "item": [section],
    }


def _defects(form: dict[str, Any]) -> list[str]:
    with pytest.raises(FormInvalid) as refusal:
        parse(json.dumps(form).encode(), "small.json")
    return [str(defect) for defect in refusal.value.defects]


def _boolean(form: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = form["item"][0]["item"][0]
    return found


def _number(form: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = form["item"][0]["item"][1]
    return found


def _constraint(key: str, expression: str) -> dict[str, Any]:
    human = {"url": "human", "valueString": "Faux.", "_valueString": _translated("Wrong.")}
    parts = [
        {"url": "key", "valueId": key},
        {"url": "severity", "valueCode": "error"},
        {"url": "expression", "valueString": expression},
        human,
    ]
    return {"url": FHIR + "questionnaire-constraint", "extension": parts}


def _read(link_id: str) -> str:
    return f"%resource.repeat(item).where(linkId = '{link_id}').answer.value"


def test_the_smallest_form_is_accepted() -> None:
    form = parse(json.dumps(_small()).encode(), "small.json")

    assert form.canonical == "https://escale.example/fhir/Questionnaire/small|1.0.0"
    assert list(form.index) == ["visit", "visit.asked", "visit.number"]
    assert form.index["visit.number"].item_class == "administrative"
    assert form.index["visit.number"].path == ("visit",)


def test_the_digest_is_of_the_bytes_published(medicobus: Form) -> None:
    assert medicobus.digest == hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert medicobus.text.encode() == FILE.read_bytes()


def test_a_published_form_is_read_once(medicobus: Form) -> None:
    assert published()[medicobus.url, medicobus.version] is medicobus


def test_every_published_file_is_named_after_its_form() -> None:
    for path in FILE.parent.glob("*.json"):
        form = load(path)
        assert path.name == f"{form.url.rsplit('/', 1)[1]}.v{form.version}.json"


Change = Callable[[dict[str, Any]], object]
DEFECTS: dict[str, tuple[Change, str]] = {
    "an unknown member": (lambda f: f.update(purpose="x"), "purpose: is not in the supported subset"),
    "an unknown item member": (
        lambda f: _boolean(f).update(prefix="1"),
        "item[0].item[0].prefix: is not in the supported subset",
    ),
    "a maximum of one": (
        lambda f: _boolean(f).update(
            repeats=True, extension=[{"url": FHIR + "questionnaire-maxOccurs", "valueInteger": 1}]
        ),
        "visit.asked: maxOccurs applies to an item that repeats",
    ),
    "a maximum on what does not repeat": (
        lambda f: _boolean(f).update(
            extension=[{"url": FHIR + "questionnaire-maxOccurs", "valueInteger": 4}]
        ),
        "visit.asked: maxOccurs applies to an item that repeats",
    ),
    "a carried answer that nobody gives": (
        lambda f: _boolean(f).update(
            readOnly=True, extension=[{"url": OURS + "carried", "valueBoolean": True}]
        ),
        "visit.asked: what is calculated or read-only is not carried",
    ),
    "secrecy asked by a number": (
        lambda f: _number(f)["extension"].append({"url": OURS + "restricts", "valueBoolean": True}),
        "does not apply to decimal",
    ),
    "a carried photo": (
        lambda f: _boolean(f).update(
            type="attachment", extension=[{"url": OURS + "carried", "valueBoolean": True}]
        ),
        "does not apply to attachment",
    ),
    "an unknown type": (lambda f: _boolean(f).update(type="reference"), "item[0].item[0].type: one of"),
    "an unknown extension": (
        lambda f: _boolean(f).update(extension=[{"url": FHIR + "regex", "valueString": "x"}]),
        "item[0].item[0].extension[0]: extension http://hl7.org/fhir/StructureDefinition/regex",
    ),
    "an extension on the wrong type": (
        lambda f: _boolean(f).update(extension=[{"url": FHIR + "minValue", "valueDecimal": 1}]),
        "does not apply to boolean",
    ),
    "an extension given twice": (
        lambda f: _number(f)["extension"].append({"url": FHIR + "minValue", "valueDecimal": 1}),
        "occurs twice",
    ),
    "a limit that is no number": (
        lambda f: _number(f)["extension"][0].update(valueDecimal="0"),
        "item[0].item[1].extension[0].valueDecimal: a number is expected",
    ),
    "a missing translation": (
        lambda f: _boolean(f).pop("_text"),
        "item[0].item[0]._text: an object is expected",
    ),
    "a translation without content": (
        lambda f: _boolean(f)["_text"]["extension"][0]["extension"].pop(),
        "lang and content are expected",
    ),
    "no class anywhere": (lambda f: f["item"][0].pop("extension"), "an item class is expected"),
    "no retention": (lambda f: f.pop("extension"), "extension: a retention is expected"),
    "no section": (lambda f: f.update(item=[]), "item: sections are expected"),
    "a linkId used twice": (
        lambda f: f["item"][0]["item"].append(_boolean(f)),
        "visit.asked: linkId occurs twice",
    ),
    "a top-level question": (
        lambda f: f["item"].append(
            _item("alone", "boolean", extension=[{"url": OURS + "item-class", "valueCode": "clinical"}])
        ),
        "alone: a top-level item is a group",
    ),
    "a linkId of another section": (
        lambda f: _number(f).update(linkId="vitals.number"),
        "vitals.number: linkId starts with visit.",
    ),
    "a linkId with capitals": (
        lambda f: _number(f).update(linkId="visit.Number"),
        "visit.Number: linkId is lower-case dotted English",
    ),
    "a repeating group": (lambda f: f["item"][0].update(repeats=True), "visit: only simple items"),
    "an empty group": (
        lambda f: f["item"][0]["item"].append(_item("visit.empty", "group")),
        "visit.empty: a group holds items",
    ),
    "items under a question": (
        lambda f: _boolean(f).update(item=[_item("visit.below", "boolean")]),
        "item[0].item[0].item: only groups hold items",
    ),
    "a length on a number": (
        lambda f: _number(f).update(maxLength=3),
        "visit.number: maxLength applies to text",
    ),
    "a quantity without a unit": (
        lambda f: _number(f).update(type="quantity"),
        "visit.number: a quantity has a unit",
    ),
    "a choice without options": (
        lambda f: _boolean(f).update(type="choice"),
        "visit.asked: a choice has options",
    ),
    "limits in disorder": (
        lambda f: _number(f)["extension"].append({"url": OURS + "soft-max", "valueDecimal": 11}),
        "visit.number: limits are in the order",
    ),
    "limits without a source": (
        lambda f: _number(f)["extension"].pop(),
        "visit.number: limits name their source",
    ),
    "a condition on a later question": (
        lambda f: f["item"][0]["item"].reverse(),
        "visit.number: enableWhen names visit.asked, not a question before it",
    ),
    "a condition of another type": (
        lambda f: _number(f).update(
            enableWhen=[
                {"question": "visit.asked", "operator": "=", "answerCoding": {"system": "x", "code": "x"}}
            ]
        ),
        "visit.number: visit.asked is a boolean",
    ),
    "an operator outside the subset": (
        lambda f: _number(f)["enableWhen"][0].update(operator=">"),
        "item[0].item[1].enableWhen[0].operator: one of exists, =, != is expected",
    ),
    "a condition without an answer": (
        lambda f: _number(f)["enableWhen"][0].pop("answerBoolean"),
        "one of answerBoolean, answerCoding is expected",
    ),
    "several conditions without their behaviour": (
        lambda f: _number(f)["enableWhen"].append(_number(f)["enableWhen"][0]),
        "item[0].item[1].enableBehavior",
    ),
    "a constraint with today()": (
        lambda f: _number(f)["extension"].append(_constraint("k", "today() > @2020-01-01")),
        "function today() is not allowed",
    ),
    "a constraint that reads nothing known": (
        lambda f: _number(f)["extension"].append(_constraint("k", _read("visit.gone") + " > 1")),
        "visit.number: constraint k reads visit.gone, which is no question",
    ),
    "a constraint key used twice": (
        lambda f: _number(f)["extension"].extend([_constraint("k", _read("visit.number") + " > 1")] * 2),
        "visit.number: constraint key k occurs twice",
    ),
    "a constraint without words": (
        lambda f: _number(f)["extension"].append(
            {**_constraint("k", "true"), "extension": _constraint("k", "true")["extension"][:3]}
        ),
        "exactly expression, human, key, severity are expected",
    ),
    "a constraint key that a built-in rule uses": (
        lambda f: _number(f)["extension"].append(_constraint("required", _read("visit.number") + " > 1")),
        "visit.number: constraint key required is a built-in code",
    ),
    "a pair with no number": (
        lambda f: _number(f)["extension"].append({"url": OURS + "entry-pair", "valueString": "visit.asked"}),
        "visit.number: entry-pair names visit.asked",
    ),
    "an entry unit upside down": (
        lambda f: _number(f)["extension"].append(
            {
                "url": OURS + "entry-unit",
                "extension": [
                    {"url": "label", "valueString": "g"},
                    {"url": "factor", "valueDecimal": 10},
                    {"url": "suggest-min", "valueDecimal": 3},
                    {"url": "suggest-max", "valueDecimal": 1},
                ],
            }
        ),
        "a positive factor and an ordered range are expected",
    ),
    "a distance without a commune": (
        lambda f: _number(f).update(
            readOnly=True, extension=[{"url": OURS + "calculation", "valueCode": "distance-to-stop-km"}]
        ),
        "visit.number: the distance needs",
    ),
    "an initial value from elsewhere": (
        lambda f: _boolean(f).update(
            extension=[
                {
                    "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-initialExpression",
                    "valueExpression": {"language": "text/fhirpath", "expression": "%patient.name"},
                }
            ]
        ),
        "item[0].item[0].extension[0].valueExpression.expression: one of %roster.birth_name",
    ),
    "a calculation one may type over": (
        lambda f: _number(f)["extension"].append(
            {
                "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                "valueExpression": {
                    "language": "text/fhirpath",
                    "expression": _read("visit.number") + " + 1",
                },
            }
        ),
        "visit.number: a calculated item is readOnly",
    ),
}


@pytest.mark.parametrize(("change", "expected"), DEFECTS.values(), ids=DEFECTS)
def test_a_file_outside_the_subset_is_refused_at_its_place(change: Change, expected: str) -> None:
    form = copy.deepcopy(_small())
    change(form)

    assert any(expected in defect for defect in _defects(form)), _defects(form)


def test_every_defect_is_told_at_once() -> None:
    form = _small()
    form["purpose"] = "x"
    _boolean(form)["prefix"] = "1"
    _number(form)["type"] = "slider"

    places = [defect.partition(":")[0] for defect in _defects(form)]

    assert places == ["purpose", "item[0].item[0].prefix", "item[0].item[1].type"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff{}", b'{"url": "a", "url": "b"}'], ids=repr)
def test_a_file_that_is_no_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(FormInvalid) as refusal:
        parse(content, "broken.json")

    assert [defect.place for defect in refusal.value.defects] == ["(file)"]
