"""What a later version may change of a published form, and what it may not, at each boundary."""

import copy
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from forms.definition import Form
from forms.load import parse, published
from forms.succession import broken
from tests.forms.small import FHIR, OURS, boolean, item, number, small, translated

UCUM = "http://unitsofmeasure.org"
Change = Callable[[dict[str, Any]], object]


def option(code: str, display: str = "", system: str = "https://escale.example/fhir/CodeSystem/x") -> Any:
    words = display or code
    return {"valueCoding": {"system": system, "code": code, "display": words, "_display": translated(words)}}


def first() -> dict[str, Any]:
    """A form with one item of each kind that can change its meaning or its secrecy."""
    form = small()
    boolean(form)["extension"] = [{"url": OURS + "restricts", "valueBoolean": True}]
    number(form)["code"] = [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]
    number(form)["extension"].append(
        {
            "url": FHIR + "questionnaire-unit",
            "valueCoding": {"system": UCUM, "code": "/min", "display": "/min"},
        }
    )
    kinds = [{"url": OURS + "item-class", "valueCode": "clinical"}]
    form["item"][0]["item"] += [
        item("visit.kind", "choice", answerOption=[option("a"), option("b")], extension=kinds),
        item("visit.several", "choice", answerOption=[option("a"), option("b")], repeats=True),
        item(
            "visit.place",
            "choice",
            extension=[{"url": OURS + "lookup", "valueCode": "insee-commune"}],
        ),
        item("visit.secret", "string", extension=[{"url": OURS + "item-class", "valueCode": "sensitive"}]),
        item("visit.who", "string", extension=[{"url": OURS + "item-class", "valueCode": "identity"}]),
    ]
    return form


def read(form: dict[str, Any], version: str) -> Form:
    return parse(json.dumps({**form, "version": version}).encode(), version)


def the(form: dict[str, Any], link_id: str) -> Any:
    return next(each for each in form["item"][0]["item"] if each["linkId"] == link_id)


def classed(link_id: str, name: str) -> Change:
    def change(form: dict[str, Any]) -> None:
        target = the(form, link_id)
        others = [each for each in target.get("extension", []) if not each["url"].endswith("/item-class")]
        target["extension"] = [*others, {"url": OURS + "item-class", "valueCode": name}]

    return change


def without(link_id: str) -> Change:
    def change(form: dict[str, Any]) -> None:
        form["item"][0]["item"] = [each for each in form["item"][0]["item"] if each["linkId"] != link_id]
        for each in form["item"][0]["item"]:
            each.pop("enableWhen", None)

    return change


def unit(code: str) -> Change:
    return lambda form: number(form)["extension"][-1]["valueCoding"].update(code=code)


def calculated(form: dict[str, Any]) -> None:
    number(form).update(readOnly=True)
    number(form)["extension"].append(
        {
            "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
            "valueExpression": {"language": "text/fhirpath", "expression": "1 + 1"},
        }
    )


REFUSED: dict[str, tuple[Change, str, str]] = {
    "clinical to administrative": (
        classed("visit.kind", "administrative"),
        "visit.kind",
        "class was clinical, not administrative",
    ),
    "clinical to identity": (
        classed("visit.kind", "identity"),
        "visit.kind",
        "class was clinical, not identity",
    ),
    "identity to administrative": (
        classed("visit.who", "administrative"),
        "visit.who",
        "class was identity, not administrative",
    ),
    "identity to clinical": (
        classed("visit.who", "clinical"),
        "visit.who",
        "class was identity, not clinical",
    ),
    "sensitive to clinical": (
        classed("visit.secret", "clinical"),
        "visit.secret",
        "class was sensitive, not clinical",
    ),
    "another type": (
        lambda f: the(f, "visit.who").update(type="text"),
        "visit.who",
        "type was string, not text",
    ),
    "another unit": (unit("Hz"), "visit.number", "unit was /min, not Hz"),
    "no unit": (lambda f: number(f)["extension"].pop(), "visit.number", "unit was /min, not -"),
    "an option removed": (
        lambda f: the(f, "visit.kind")["answerOption"].pop(),
        "visit.kind",
        "option b is missing",
    ),
    "an option's code changed": (
        lambda f: the(f, "visit.kind")["answerOption"][1]["valueCoding"].update(code="c"),
        "visit.kind",
        "option b is missing",
    ),
    "an option of another system": (
        lambda f: the(f, "visit.kind")["answerOption"][1]["valueCoding"].update(system="urn:other"),
        "visit.kind",
        "option b was of https://escale.example/fhir/CodeSystem/x, not urn:other",
    ),
    "one answer becomes several": (
        lambda f: the(f, "visit.kind").update(repeats=True),
        "visit.kind",
        "took one answer",
    ),
    "several answers become one": (
        lambda f: the(f, "visit.several").pop("repeats"),
        "visit.several",
        "took several answers",
    ),
    "what was asked is calculated": (calculated, "visit.number", "was answered, not calculated"),
    "another table": (
        lambda f: the(f, "visit.place")["extension"][0].update(valueCode="insee-birth-place"),
        "visit.place",
        "lookup was insee-commune, not insee-birth-place",
    ),
    "another measure": (
        lambda f: number(f)["code"][0].update(code="9279-1"),
        "visit.number",
        "measured 8867-4 (http://loinc.org)",
    ),
    "secrecy is no longer asked": (
        lambda f: boolean(f).pop("extension"),
        "visit.asked",
        "answered yes, it restricted the record",
    ),
    "the question of secrecy is removed": (
        without("visit.asked"),
        "visit.asked",
        "the question by which a record is restricted is missing",
    ),
    "another retention": (
        lambda f: f["extension"][0].update(valueCode="satisfaction"),
        "(file)",
        "retention was care-record, not satisfaction",
    ),
    "another use": (
        lambda f: [
            f["extension"].append({"url": OURS + "use", "valueCode": "act"}),
            without("visit.who")(f),
        ],
        "(file)",
        "use was record, not act",
    ),
}
ALLOWED: dict[str, Change] = {
    "nothing": lambda f: f,
    "administrative to identity": classed("visit.place", "identity"),
    "administrative to clinical": classed("visit.place", "clinical"),
    "administrative to sensitive": classed("visit.place", "sensitive"),
    "identity to sensitive": classed("visit.who", "sensitive"),
    "clinical to sensitive": classed("visit.kind", "sensitive"),
    "other words": lambda f: the(f, "visit.kind").update(text="Autrement dit"),
    "other words of an option": lambda f: the(f, "visit.kind")["answerOption"][0]["valueCoding"].update(
        display="Autrement"
    ),
    "a unit written otherwise": lambda f: number(f)["extension"][-1]["valueCoding"].update(display="bpm"),
    "one option more": lambda f: the(f, "visit.kind")["answerOption"].append(option("c")),
    "options in another order": lambda f: the(f, "visit.kind")["answerOption"].reverse(),
    "one measure more": lambda f: number(f)["code"].append({**number(f)["code"][0], "code": "1"}),
    "other limits": lambda f: number(f)["extension"][1].update(valueDecimal=20),
    "required": lambda f: boolean(f).update(required=True),
    "a question less": without("visit.number"),
    "a question more": lambda f: f["item"][0]["item"].append(item("visit.new", "boolean")),
    "secrecy asked of one more question": lambda f: f["item"][0]["item"].append(
        item("visit.new", "boolean", extension=[{"url": OURS + "restricts", "valueBoolean": True}])
    ),
    "asked of everybody": lambda f: number(f).pop("enableWhen"),
}


@pytest.mark.parametrize(("change", "link_id", "told"), REFUSED.values(), ids=REFUSED)
def test_what_takes_back_is_refused_at_its_place(change: Change, link_id: str, told: str) -> None:
    later = copy.deepcopy(first())
    change(later)

    found = broken(read(first(), "1.0.0"), read(later, "1.1.0"))

    assert [str(defect) for defect in found] == [f"{link_id}: {told}"]
    assert all(defect.path.startswith("item[0].item[") for defect in found if defect.link_id)
    assert all(defect.reason.french for defect in found)


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_takes_nothing_back_is_allowed(change: Change) -> None:
    later = copy.deepcopy(first())
    change(later)

    assert broken(read(first(), "1.0.0"), read(later, "1.1.0")) == []


def test_everything_is_told_at_once() -> None:
    later = copy.deepcopy(first())
    for change in (classed("visit.kind", "administrative"), unit("Hz"), classed("visit.secret", "identity")):
        change(later)
    later["extension"][0]["valueCode"] = "satisfaction"

    found = broken(read(first(), "1.0.0"), read(later, "1.1.0"))

    assert [defect.place for defect in found] == ["(file)", "visit.number", "visit.kind", "visit.secret"]


def test_a_class_taken_from_the_group_around_counts_as_its_own() -> None:
    earlier = copy.deepcopy(first())
    earlier["item"][0]["extension"][0]["valueCode"] = "clinical"

    found = broken(read(earlier, "1.0.0"), read(first(), "1.1.0"))

    assert {defect.place for defect in found} == {
        "visit.asked",
        "visit.number",
        "visit.several",
        "visit.place",
    }


def test_no_version_of_the_package_takes_anything_back() -> None:
    by_url: dict[str, list[Form]] = {}
    for form in published().values():
        by_url.setdefault(form.url, []).append(form)

    pairs = [
        pair for versions in by_url.values() for pair in pairwise(sorted(versions, key=lambda f: f.version))
    ]

    assert pairs
    assert [broken(*pair) for pair in pairs] == [[] for _ in pairs]
