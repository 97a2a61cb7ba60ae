"""The smallest form that is accepted, and what its defects say: what the tests of reading change."""

import json
from typing import Any

import pytest

from forms.errors import FormInvalid
from forms.load import parse

OURS = "https://escale.example/fhir/StructureDefinition/"
FHIR = "http://hl7.org/fhir/StructureDefinition/"


def translated(text: str) -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": FHIR + "translation", "extension": parts}]}


def item(link_id: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"linkId": link_id, "text": link_id, "_text": translated(link_id), "type": kind, **members}


def small() -> dict[str, Any]:
    """The smallest form: one section with a boolean, and a number shown when it is true."""
    question = item("visit.asked", "boolean")
    limits = [
        {"url": FHIR + "minValue", "valueDecimal": 0},
        {"url": FHIR + "maxValue", "valueDecimal": 10},
        {"url": OURS + "limit-source", "valueString": "scale"},
    ]
    condition = {"question": "visit.asked", "operator": "=", "answerBoolean": True}
    number = item("visit.number", "decimal", extension=limits, enableWhen=[condition])
    section = item("visit", "group", item=[question, number])
    section["extension"] = [{"url": OURS + "item-class", "valueCode": "administrative"}]
    return {
        "resourceType": "Questionnaire",
        "language": "fr",
        "extension": [{"url": OURS + "retention", "valueCode": "care-record"}],
        "url": "https://escale.example/fhir/Questionnaire/small",
        "version": "1.0.0",
        "name": "Small",
        "title": "Petit",
        "_title": translated("Small"),
        "status": "active",
        "subjectType": ["Patient"],
        "date": "2026-11-23",
        "publisher": "Escale",
        "item": [section],
    }


def defects(form: dict[str, Any]) -> list[str]:
    with pytest.raises(FormInvalid) as refusal:
        parse(json.dumps(form).encode(), "small.json")
    return [str(defect) for defect in refusal.value.defects]


def boolean(form: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = form["item"][0]["item"][0]
    return found


def number(form: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = form["item"][0]["item"][1]
    return found


def constraint(key: str, expression: str) -> dict[str, Any]:
    human = {"url": "human", "valueString": "Faux.", "_valueString": translated("Wrong.")}
    parts = [
        {"url": "key", "valueId": key},
        {"url": "severity", "valueCode": "error"},
        {"url": "expression", "valueString": expression},
        human,
    ]
    return {"url": FHIR + "questionnaire-constraint", "extension": parts}


def read(link_id: str) -> str:
    return f"%resource.repeat(item).where(linkId = '{link_id}').answer.value"
