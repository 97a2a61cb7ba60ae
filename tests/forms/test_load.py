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
from tests.forms.small import FHIR, OURS, boolean, constraint, defects, item, number, read, small

FILE = Path(__file__).parents[2] / "forms" / "definitions" / "medicobus-consultation.v1.0.0.json"


def test_the_smallest_form_is_accepted() -> None:
    form = parse(json.dumps(small()).encode(), "small.json")

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
        lambda f: boolean(f).update(prefix="1"),
        "item[0].item[0].prefix: is not in the supported subset",
    ),
    "a maximum of one": (
        lambda f: boolean(f).update(
            repeats=True, extension=[{"url": FHIR + "questionnaire-maxOccurs", "valueInteger": 1}]
        ),
        "visit.asked: maxOccurs applies to an item that repeats",
    ),
    "a maximum on what does not repeat": (
        lambda f: boolean(f).update(extension=[{"url": FHIR + "questionnaire-maxOccurs", "valueInteger": 4}]),
        "visit.asked: maxOccurs applies to an item that repeats",
    ),
    "a carried answer that nobody gives": (
        lambda f: boolean(f).update(
            readOnly=True, extension=[{"url": OURS + "carried", "valueBoolean": True}]
        ),
        "visit.asked: what is calculated or read-only is not carried",
    ),
    "secrecy asked by a number": (
        lambda f: number(f)["extension"].append({"url": OURS + "restricts", "valueBoolean": True}),
        "does not apply to decimal",
    ),
    "a carried photo": (
        lambda f: boolean(f).update(
            type="attachment", extension=[{"url": OURS + "carried", "valueBoolean": True}]
        ),
        "does not apply to attachment",
    ),
    "an unknown type": (lambda f: boolean(f).update(type="reference"), "item[0].item[0].type: one of"),
    "an unknown extension": (
        lambda f: boolean(f).update(extension=[{"url": FHIR + "regex", "valueString": "x"}]),
        "item[0].item[0].extension[0]: extension http://hl7.org/fhir/StructureDefinition/regex",
    ),
    "an extension on the wrong type": (
        lambda f: boolean(f).update(extension=[{"url": FHIR + "minValue", "valueDecimal": 1}]),
        "does not apply to boolean",
    ),
    "an extension given twice": (
        lambda f: number(f)["extension"].append({"url": FHIR + "minValue", "valueDecimal": 1}),
        "occurs twice",
    ),
    "a limit that is no number": (
        lambda f: number(f)["extension"][0].update(valueDecimal="0"),
        "item[0].item[1].extension[0].valueDecimal: a number is expected",
    ),
    "a missing translation": (
        lambda f: boolean(f).pop("_text"),
        "item[0].item[0]._text: an English translation is expected",
    ),
    "a translation without content": (
        lambda f: boolean(f)["_text"]["extension"][0]["extension"].pop(),
        "lang and content are expected",
    ),
    "no class anywhere": (lambda f: f["item"][0].pop("extension"), "an item class is expected"),
    "no retention": (lambda f: f.pop("extension"), "extension: a retention is expected"),
    "no section": (lambda f: f.update(item=[]), "item: sections are expected"),
    "a linkId used twice": (
        lambda f: f["item"][0]["item"].append(boolean(f)),
        "visit.asked: linkId occurs twice",
    ),
    "a top-level question": (
        lambda f: f["item"].append(
            item("alone", "boolean", extension=[{"url": OURS + "item-class", "valueCode": "clinical"}])
        ),
        "alone: a top-level item is a group",
    ),
    "a linkId of another section": (
        lambda f: number(f).update(linkId="vitals.number"),
        "vitals.number: linkId starts with visit.",
    ),
    "a linkId with capitals": (
        lambda f: number(f).update(linkId="visit.Number"),
        "visit.Number: linkId is lower-case dotted English",
    ),
    "a repeating group": (lambda f: f["item"][0].update(repeats=True), "visit: only simple items"),
    "an empty group": (
        lambda f: f["item"][0]["item"].append(item("visit.empty", "group")),
        "visit.empty: a group holds items",
    ),
    "items under a question": (
        lambda f: boolean(f).update(item=[item("visit.below", "boolean")]),
        "item[0].item[0].item: only groups hold items",
    ),
    "a length on a number": (
        lambda f: number(f).update(maxLength=3),
        "visit.number: maxLength applies to text",
    ),
    "a quantity without a unit": (
        lambda f: number(f).update(type="quantity"),
        "visit.number: a quantity has a unit",
    ),
    "a choice without options": (
        lambda f: boolean(f).update(type="choice"),
        "visit.asked: a choice has options",
    ),
    "limits in disorder": (
        lambda f: number(f)["extension"].append({"url": OURS + "soft-max", "valueDecimal": 11}),
        "visit.number: limits are in the order",
    ),
    "limits without a source": (
        lambda f: number(f)["extension"].pop(),
        "visit.number: limits name their source",
    ),
    "a condition on a later question": (
        lambda f: f["item"][0]["item"].reverse(),
        "visit.number: enableWhen names visit.asked, not a question before it",
    ),
    "a condition of another type": (
        lambda f: number(f).update(
            enableWhen=[
                {"question": "visit.asked", "operator": "=", "answerCoding": {"system": "x", "code": "x"}}
            ]
        ),
        "visit.number: visit.asked is a boolean",
    ),
    "an operator outside the subset": (
        lambda f: number(f)["enableWhen"][0].update(operator=">"),
        "item[0].item[1].enableWhen[0].operator: one of exists, =, != is expected",
    ),
    "a condition without an answer": (
        lambda f: number(f)["enableWhen"][0].pop("answerBoolean"),
        "one of answerBoolean, answerCoding is expected",
    ),
    "several conditions without their behaviour": (
        lambda f: number(f)["enableWhen"].append(number(f)["enableWhen"][0]),
        "item[0].item[1].enableBehavior",
    ),
    "a constraint with today()": (
        lambda f: number(f)["extension"].append(constraint("k", "today() > @2020-01-01")),
        "function today() is not allowed",
    ),
    "a constraint that reads nothing known": (
        lambda f: number(f)["extension"].append(constraint("k", read("visit.gone") + " > 1")),
        "visit.number: constraint k reads visit.gone, which is no question",
    ),
    "a constraint key used twice": (
        lambda f: number(f)["extension"].extend([constraint("k", read("visit.number") + " > 1")] * 2),
        "visit.number: constraint key k occurs twice",
    ),
    "a constraint without words": (
        lambda f: number(f)["extension"].append(
            {**constraint("k", "true"), "extension": constraint("k", "true")["extension"][:3]}
        ),
        "exactly expression, human, key, severity are expected",
    ),
    "a constraint key that a built-in rule uses": (
        lambda f: number(f)["extension"].append(constraint("required", read("visit.number") + " > 1")),
        "visit.number: constraint key required is a built-in code",
    ),
    "a pair with no number": (
        lambda f: number(f)["extension"].append({"url": OURS + "entry-pair", "valueString": "visit.asked"}),
        "visit.number: entry-pair names visit.asked",
    ),
    "an entry unit upside down": (
        lambda f: number(f)["extension"].append(
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
        lambda f: number(f).update(
            readOnly=True, extension=[{"url": OURS + "calculation", "valueCode": "distance-to-stop-km"}]
        ),
        "visit.number: the distance needs",
    ),
    "an initial value from elsewhere": (
        lambda f: boolean(f).update(
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
        lambda f: number(f)["extension"].append(
            {
                "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                "valueExpression": {
                    "language": "text/fhirpath",
                    "expression": read("visit.number") + " + 1",
                },
            }
        ),
        "visit.number: a calculated item is readOnly",
    ),
}


@pytest.mark.parametrize(("change", "expected"), DEFECTS.values(), ids=DEFECTS)
def test_a_file_outside_the_subset_is_refused_at_its_place(change: Change, expected: str) -> None:
    form = copy.deepcopy(small())
    change(form)

    assert any(expected in defect for defect in defects(form)), defects(form)


def test_every_defect_is_told_at_once() -> None:
    form = small()
    form["purpose"] = "x"
    boolean(form)["prefix"] = "1"
    number(form)["type"] = "slider"

    places = [defect.partition(":")[0] for defect in defects(form)]

    assert places == ["purpose", "item[0].item[0].prefix", "item[0].item[1].type"]


def test_a_byte_order_mark_is_no_part_of_the_form() -> None:
    content = FILE.read_bytes()

    marked = parse(b"\xef\xbb\xbf" + content, FILE.name)

    assert (marked.text, marked.digest) == (content.decode(), hashlib.sha256(content).hexdigest())


def nested(depth: int) -> bytes:
    return (
        b'{"resourceType": "Questionnaire", "item": ' + b'[{"item": ' * depth + b"[]" + b"}]" * depth + b"}"
    )


@pytest.mark.parametrize("depth", [*range(300, 520, 15), 5000])
def test_a_file_without_end_is_refused_and_no_crash(depth: int) -> None:
    with pytest.raises(FormInvalid):
        parse(nested(depth), "deep.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"\xef\xbb\xbf",
        b"[]",
        b"{",
        b"null",
        b"\xff{}",
        b'{"url": "a", "url": "b"}',
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": ["Questionnaire"]}',
        b'{"resourceType": "Questionnaire", "version": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        nested(5000),
    ],
    ids=lambda content: content[:50].decode(errors="replace"),
)
def test_a_file_that_is_no_json_object_is_refused(content: bytes) -> None:
    with pytest.raises(FormInvalid) as refusal:
        parse(content, "broken.json")

    assert [defect.place for defect in refusal.value.defects] == ["(file)"]


@pytest.mark.parametrize(
    "url",
    [
        "../../x",
        "not a url",
        "https://escale.example/fhir/../small",
        "https://escale.example/small|1.0.0",
        "https://escale.example/small?x=1",
        "https://escale.example/small#x",
        "https://escale.example/sm\u00a0all",
        "https://escale.example/small\n",
        "https://escale.example/small\u0000",
        "https://escale.example/Small",
        "https://escale.example/small/",
        "https://escale.example",
        "https://user@escale.example/small",
        "https://escale.example/%2e%2e/small",
        "ftp://escale.example/small",
        "urn:uuid:0b0c",
        f"https://escale.example/{'s' * 200}",
    ],
)
def test_a_url_by_which_nothing_could_be_named_is_refused(url: str) -> None:
    (defect,) = defects({**small(), "url": url})
    assert defect.startswith("url: an absolute http or https URL is expected")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/small",
        "https://a-b.example.org/fhir/Questionnaire/~x/small-2",
        f"https://escale.example/{'s' * 177}",
    ],
)
def test_a_url_of_a_form_is_taken(url: str) -> None:
    assert parse(json.dumps({**small(), "url": url}).encode(), "small.json").url == url


@pytest.mark.parametrize(
    "version",
    [
        "1",
        "1.0",
        "1.0.0.0",
        "1|2",
        "1\n2",
        "1.0.0\n",
        "01.0.0",
        "1.00.0",
        "1.0.-1",
        "1.0.0-beta",
        "9" * 400,
        "10000.0.0",
        "1.0.10000",
        "\u0661.0.0",
        "../../x",
    ],
)
def test_a_version_that_is_not_three_numbers_is_refused(version: str) -> None:
    (defect,) = defects({**small(), "version": version})
    assert defect.startswith("version: three numbers are expected")


@pytest.mark.parametrize("version", ["0.0.0", "1.10.0", "9999.9999.9999"])
def test_a_version_of_three_numbers_is_taken(version: str) -> None:
    assert parse(json.dumps({**small(), "version": version}).encode(), "small.json").version == version
