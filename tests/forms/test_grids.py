"""A group drawn as a table: how a form says so, and each way in which it may be wrong."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from forms.definition import Translated
from forms.load import parse
from tests.forms.small import FHIR, defects, item, small, translated
from tests.forms.small_instrument import SDC, decimals, fhirpath, ours

Change = Callable[[dict[str, Any]], object]
GRID = {
    "url": FHIR + "questionnaire-itemControl",
    "valueCodeableConcept": {
        "coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "grid"}]
    },
}


def short(text: str) -> dict[str, Any]:
    return {"url": SDC + "shortText", "valueString": text, "_valueString": translated(text)}


def value(link_id: str, *extensions: dict[str, Any], **members: Any) -> dict[str, Any]:
    return item(link_id, "decimal", extension=[short("VEMS"), decimals(2), *extensions], **members)


def tabled() -> dict[str, Any]:
    """A form with a table of two rows."""
    form = small()
    section = form["item"][0]
    link_id = section["linkId"]
    rows = [item(f"{link_id}.blow{n}", "group", item=[value(f"{link_id}.blow{n}.fev1")]) for n in (1, 2)]
    section["item"].append(item(f"{link_id}.blows", "group", item=rows, extension=[GRID]))
    return form


def test_a_grid_and_its_headings_are_read() -> None:
    form = parse(json.dumps(tabled()).encode(), "tabled.json")
    grid = next(each for each in form.index.values() if each.control == "grid")
    assert grid.type == "group"
    assert [cell.short for row in grid.items for cell in row.items] == [Translated("VEMS", "VEMS")] * 2


def _change(end: str, change: Change) -> Change:
    def found(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for each in items:
            yield each
            yield from found(each.get("item", []))

    def made(form: dict[str, Any]) -> None:
        change(next(each for each in found(form["item"]) if each["linkId"] == f"visit{end}"))

    return made


DEFECTS: dict[str, tuple[Change, str]] = {
    "a grid that is a question": (
        _change(".blow1.fev1", lambda each: each["extension"].append(GRID)),
        "grid applies to a group, and no other control does",
    ),
    "a grid without rows": (_change(".blows", lambda each: each.update(item=[])), "a grid holds groups"),
    "a row that is a question": (
        _change(".blows", lambda each: each["item"].append(item(each["linkId"] + ".x", "boolean"))),
        "a row of a grid is a group",
    ),
    "a row that is a grid": (
        _change(".blow1", lambda each: each.update(extension=[GRID])),
        "a row of a grid is a group",
    ),
    "a cell that is a text to read": (
        _change(".blow1", lambda each: each["item"].append(item(each["linkId"] + ".x", "display"))),
        "a cell of a grid is a question that is shown",
    ),
    "a hidden cell": (
        _change(
            ".blow1.fev1",
            lambda each: each["extension"].append(
                {"url": FHIR + "questionnaire-hidden", "valueBoolean": True}
            ),
        ),
        "a cell of a grid is a question that is shown",
    ),
    "a cell without a heading": (
        _change(".blow1.fev1", lambda each: each.update(extension=[decimals(2)])),
        "has a shortText, the column's heading",
    ),
    "two cells under one heading": (
        _change(".blow1", lambda each: each["item"].append(value(each["linkId"] + ".other"))),
        "two questions of a row stand under VEMS",
    ),
    "a heading outside a grid": (
        lambda form: form["item"][0]["item"].append(value(form["item"][0]["linkId"] + ".alone")),
        "shortText heads a column",
    ),
    "results among what is entered": (
        _change(
            ".blow2.fev1",
            lambda each: (
                each["extension"].append(fhirpath("calculatedExpression", "1.5")),
                each.update(readOnly=True),
            ),
        ),
        "all that a grid holds is calculated, or nothing is",
    ),
    "a row that waits": (
        _change(
            ".blow2",
            lambda each: each.update(
                extension=[
                    ours(
                        "delay",
                        extension=[
                            {"url": "since", "valueString": each["linkId"].replace("blow2", "blow1.fev1")},
                            {"url": "seconds", "valueInteger": 60},
                        ],
                    )
                ]
            ),
        ),
        "a row of a grid is a group, neither delayed",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_each_misuse_is_told(name: str) -> None:
    change, told = DEFECTS[name]
    form = tabled()
    change(form)
    assert any(told in defect for defect in defects(form)), defects(form)
