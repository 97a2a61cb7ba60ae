"""A small teleconsultation form of the published one's address and linkIds, in a version of its own.

What a link asks depends on the form: tests of the link that do not depend on the published wording use this.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from forms.definition import Form
from forms.load import parse, published
from server.remote.answer import SATISFACTION_URL
from server.remote.request import FORM_URL
from server.satisfaction.responses import FORM_URL as PATIENTS_URL

VERSION = "99.0.0"
_BASE = "https://escale.example/fhir/StructureDefinition/"
_SYSTEM = "https://escale.example/fhir/CodeSystem/"

Item = dict[str, Any]


def english(text: str) -> dict[str, Any]:
    url = "http://hl7.org/fhir/StructureDefinition/translation"
    parts = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": url, "extension": parts}]}


def item(link_id: str, kind: str, text: str, *, absence: bool = True, **members: Any) -> Item:
    extension = members.pop("extension", [])
    if not absence:
        extension = [*extension, {"url": _BASE + "absence", "valueBoolean": False}]
    built = {"linkId": link_id, "type": kind, "text": text, "_text": english(text), **members}
    return {**built, "extension": extension} if extension else built


def group(link_id: str, text: str, kind: str, items: Sequence[Item], **members: Any) -> Item:
    extension = [{"url": _BASE + "item-class", "valueCode": kind}]
    return item(link_id, "group", text, extension=extension, item=list(items), **members)


def options(system: str, **texts: str) -> list[dict[str, Any]]:
    return [
        {
            "valueCoding": {
                "system": _SYSTEM + system,
                "code": code,
                "display": text,
                "_display": english(text),
            }
        }
        for code, text in texts.items()
    ]


def when(question: str, system: str, code: str) -> dict[str, Any]:
    answer = {"system": _SYSTEM + system, "code": code}
    return {"enableWhen": [{"question": question, "operator": "=", "answerCoding": answer}]}


def form(url: str, title: str, items: Sequence[Item], use: str = "record") -> Form:
    content = {
        "resourceType": "Questionnaire",
        "language": "fr",
        "extension": [
            {"url": _BASE + "retention", "valueCode": "medical-record"},
            {"url": _BASE + "use", "valueCode": use},
        ],
        "url": url,
        "version": VERSION,
        "name": "Essai",
        "title": title,
        "_title": english(title),
        "status": "active",
        "date": "2026-11-01",
        "publisher": "Escale",
        "item": list(items),
    }
    return parse(json.dumps(content, ensure_ascii=False).encode(), "essai.json")


def teleconsultation() -> Form:
    """Parts, an identity, a request with photos, and the physician's outcome, which an answer adds to."""
    parts = options("visit-part", complete="Complète", request="Demande", medical="Médecin")
    mode = options("identity-mode", complete="Complète", refused="Refusée")
    main = options("outcome", advice="Conseil", prescription="Ordonnance", visit_planned="Visite prévue")
    agreement = options("teleconsultation-consent", yes="Oui", no="Non")
    kinds = options("outcome-answer", first_answer="Première réponse", hospital_avoided="Hôpital évité")
    return form(
        FORM_URL,
        "Téléconsultation d’essai",
        [
            group(
                "identity",
                "Identité",
                "identity",
                [
                    item(
                        "identity.part", "choice", "Partie", absence=False, required=True, answerOption=parts
                    ),
                    item("identity.mode", "choice", "Identité", absence=False, answerOption=mode),
                    item("identity.birth_name", "string", "Nom de naissance"),
                    item("identity.first_given_name", "string", "Premier prénom"),
                    item("identity.birth_date", "date", "Date de naissance"),
                ],
            ),
            group(
                "request",
                "Demande",
                "clinical",
                [
                    item("request.reason", "text", "Motif", required=True),
                    item("request.question", "text", "Question au médecin"),
                ],
                **when("identity.part", "visit-part", "request"),
            ),
            group(
                "consent",
                "Accord",
                "administrative",
                [item("consent.teleconsultation", "choice", "Accord", absence=False, answerOption=agreement)],
                **when("identity.part", "visit-part", "request"),
            ),
            group(
                "photos",
                "Photos",
                "clinical",
                [item("photos.wound", "attachment", "Plaie", absence=False, repeats=True)],
                **when("identity.part", "visit-part", "request"),
            ),
            group(
                "outcome",
                "Issue",
                "clinical",
                [
                    item("outcome.main", "choice", "Issue principale", required=True, answerOption=main),
                    item("outcome.answer", "choice", "Réponse apportée", repeats=True, answerOption=kinds),
                    item("outcome.notes", "text", "Conduite à tenir", maxLength=200),
                    item(
                        "outcome.next_date",
                        "date",
                        "Date de la visite",
                        absence=False,
                        required=True,
                        **when("outcome.main", "outcome", "visit_planned"),
                    ),
                    item("outcome.signed_name", "string", "Signé par"),
                ],
                **when("identity.part", "visit-part", "medical"),
            ),
        ],
    )


def satisfaction() -> Form:
    """The physician's satisfaction, of an earlier version than any that is published."""
    scale = [
        {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 0},
        {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 10},
        {"url": _BASE + "limit-source", "valueString": "échelle"},
    ]
    return form(
        SATISFACTION_URL,
        "Satisfaction du médecin",
        [
            group(
                "satisfaction",
                "Satisfaction",
                "administrative",
                [
                    item("satisfaction.useful", "integer", "Utilité", required=True, extension=scale),
                    item("satisfaction.remarks", "text", "Remarques", maxLength=100),
                ],
            )
        ],
        use="act",
    )


def patients() -> Form:
    """A patient's satisfaction: a scale, a choice that opens a question, plain words, a free text."""
    scale = [
        {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 0},
        {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 10},
        {"url": _BASE + "limit-source", "valueString": "échelle"},
    ]
    plain = {
        "url": _BASE + "person-text",
        "valueString": "Êtes-vous content ?",
        "_valueString": english("Are you happy?"),
    }
    about = options("satisfaction-about", bus="Médicobus", teleconsultation="Téléconsultation")
    return form(
        PATIENTS_URL,
        "Votre avis",
        [
            group(
                "satisfaction",
                "Votre avis",
                "administrative",
                [
                    item("satisfaction.about", "choice", "Service", required=True, answerOption=about),
                    item("satisfaction.overall", "integer", "Note", extension=[*scale, plain]),
                    item("satisfaction.privacy", "boolean", "Intimité respectée"),
                    item(
                        "satisfaction.audible",
                        "boolean",
                        "Entendait bien",
                        **when("satisfaction.about", "satisfaction-about", "teleconsultation"),
                    ),
                    item(
                        "satisfaction.comment",
                        "text",
                        "Remarque",
                        maxLength=100,
                        extension=[{"url": _BASE + "item-class", "valueCode": "clinical"}],
                    ),
                ],
            )
        ],
        use="anonymous",
    )


@contextmanager
def published_too(*forms: Form) -> Iterator[None]:
    """Put forms into the process’s registry for a while: the latest of theirs, others stay readable."""
    registry = published()
    before = registry._forms
    for each in forms:
        registry.add(each)
    try:
        yield
    finally:
        registry._forms = before


@contextmanager
def left_out(version: str) -> Iterator[None]:
    """Take every form of a version out of the registry for a while."""
    registry = published()
    before = registry._forms
    registry._forms = {name: form for name, form in before.items() if name[1] != version}
    try:
        yield
    finally:
        registry._forms = before


REQUEST: Mapping[str, Mapping[str, Any]] = {
    "identity.part": {"values": ["request"]},
    "identity.mode": {"values": ["complete"]},
    "identity.birth_name": {"values": ["BRUYÈRE"]},
    "identity.first_given_name": {"values": ["ANNE-SOPHIE"]},
    "identity.birth_date": {"values": ["1938-11-12"]},
    "request.reason": {"values": ["Plaie de jambe <script>alert(1)</script>"]},
    "request.question": {"values": ["Faut-il un avis chirurgical ?"]},
}
"""A request as a nurse signs it."""
