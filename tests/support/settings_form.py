"""A small published form with a setting of each kind: limits, decimals, options, and two that go together."""

import json
from typing import Any

from forms.definition import Form
from forms.load import parse

_BASE = "https://escale.example/fhir/StructureDefinition/"
_STANDARD = "http://hl7.org/fhir/StructureDefinition/"
SETTINGS_FORM = ("https://escale.example/fhir/Questionnaire/reglages-essai", "1.0.0")
ACT = ("https://escale.example/fhir/Questionnaire/apres-acte-essai", "1.0.0")


def settings_form(
    canonical: tuple[str, str] = SETTINGS_FORM, use: str | None = None, low: float = 0.6
) -> Form:
    """The form; ``use`` is what an answer to it is, ``low`` the lower limit of its ratio."""
    url, version = canonical
    extension = [{"url": f"{_BASE}retention", "valueCode": "care-record"}]
    if use is not None:
        extension.append({"url": f"{_BASE}use", "valueCode": use})
    section = {
        "linkId": "rules",
        "type": "group",
        **_text("Règles", "Rules"),
        "extension": [{"url": f"{_BASE}item-class", "valueCode": "clinical"}],
        "item": [_ratio(low), _upper(), _count(), _set(), _remind()],
    }
    document = {
        "resourceType": "Questionnaire",
        "language": "fr",
        "url": url,
        "version": version,
        "name": "ReglagesEssai",
        "title": "Réglages d’essai",
        "_title": _translated("Test settings"),
        "status": "active",
        "subjectType": ["Patient"],
        "date": "2026-11-23",
        "publisher": "Escale",
        "extension": extension,
        "item": [section],
    }
    return parse(json.dumps(document, ensure_ascii=False).encode(), url)


def later() -> Form:
    """A later version, whose ratio is no less than 0.7."""
    return settings_form((SETTINGS_FORM[0], "1.1.0"), low=0.7)


def _translated(english: str) -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": english}]
    return {"extension": [{"url": f"{_STANDARD}translation", "extension": parts}]}


def _text(french: str, english: str) -> dict[str, Any]:
    return {"text": french, "_text": _translated(english)}


def _setting(
    link_id: str, kind: str, french: str, english: str, *extension: dict[str, Any]
) -> dict[str, Any]:
    return {
        "linkId": link_id,
        "type": kind,
        **_text(french, english),
        "readOnly": True,
        "required": True,
        "extension": [
            {"url": f"{_BASE}setting", "valueBoolean": True},
            {"url": f"{_STANDARD}questionnaire-hidden", "valueBoolean": True},
            {"url": f"{_BASE}absence", "valueBoolean": False},
            *extension,
        ],
    }


def _decimals(low: float, high: float) -> list[dict[str, Any]]:
    return [
        {"url": f"{_STANDARD}minValue", "valueDecimal": low},
        {"url": f"{_STANDARD}maxValue", "valueDecimal": high},
        {"url": f"{_STANDARD}maxDecimalPlaces", "valueInteger": 2},
        {"url": f"{_BASE}limit-source", "valueString": "HAS, essai"},
    ]


def _ratio(low: float) -> dict[str, Any]:
    item = _setting("rules.ratio", "decimal", "Seuil du rapport", "Ratio threshold", *_decimals(low, 0.85))
    return {**item, "initial": [{"valueDecimal": 0.7}]}


def _upper() -> dict[str, Any]:
    read = "%resource.repeat(item).where(linkId = '{}').answer.value"
    parts = [
        {"url": "key", "valueId": "upper-above"},
        {"url": "severity", "valueCode": "error"},
        {
            "url": "expression",
            "valueString": f"{read.format('rules.ratio')} <= {read.format('rules.upper')}",
        },
        {
            "url": "human",
            "valueString": "La limite haute est sous le seuil.",
            "_valueString": _translated("The upper limit is below the threshold."),
        },
    ]
    constraint = {"url": f"{_STANDARD}questionnaire-constraint", "extension": parts}
    item = _setting(
        "rules.upper", "decimal", "Limite haute", "Upper limit", *_decimals(0.6, 0.95), constraint
    )
    return {**item, "initial": [{"valueDecimal": 0.8}]}


def _count() -> dict[str, Any]:
    item = _setting(
        "rules.count",
        "integer",
        "Réponses qui comptent",
        "Answers that count",
        {"url": f"{_STANDARD}minValue", "valueInteger": 1},
        {"url": f"{_STANDARD}maxValue", "valueInteger": 5},
        {"url": f"{_BASE}limit-source", "valueString": "HAS, essai"},
    )
    return {**item, "initial": [{"valueInteger": 2}]}


def _set() -> dict[str, Any]:
    control = {
        "coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "radio-button"}]
    }
    shown = {"url": f"{_STANDARD}questionnaire-itemControl", "valueCodeableConcept": control}
    item = _setting("rules.set", "choice", "Jeu de valeurs", "Set of values", shown)
    options = []
    for code, french, english in (
        ("first", "Premier jeu", "First set"),
        ("second", "Deuxième jeu", "Second set"),
    ):
        coding = {"system": f"{_BASE}set", "code": code, "display": french, "_display": _translated(english)}
        options.append({"valueCoding": coding, **({"initialSelected": True} if code == "first" else {})})
    return {**item, "answerOption": options}


def _remind() -> dict[str, Any]:
    item = _setting("rules.remind", "boolean", "Rappel proposé", "Reminder offered")
    return {**item, "initial": [{"valueBoolean": True}]}
