"""The FHIR Bundle inside a record: its resources, in the order and with the references of wire §2.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from server.envelope.errors import PayloadInvalid
from server.envelope.payload import Payload

_ORDER = ("Patient", "Encounter", "QuestionnaireResponse", "Consent", "Provenance")
_REQUIRED = frozenset({"Encounter", "QuestionnaireResponse", "Provenance"})
_COMPLETED = frozenset({"completed", "amended"})

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordBundle:
    """The resources of one record; ``patient`` is None when the identity was refused."""

    patient: Resource | None
    encounter: Resource
    response: Resource
    visit_date: date

    @property
    def person(self) -> str | None:
        """Birth name and first given name as known, or None."""
        for name in _objects(self.patient, "name"):
            given = [text for text in name.get("given", ()) if isinstance(text, str)]
            parts = [text for text in (name.get("family"), *given[:1]) if isinstance(text, str) and text]
            if parts:
                return " ".join(parts)
        return None

    @property
    def birth_date(self) -> date | None:
        """Date of birth; None when it is unknown or incomplete."""
        text = self.patient.get("birthDate") if self.patient else None
        try:
            return date.fromisoformat(text) if isinstance(text, str) else None
        except ValueError:
            return None

    @property
    def sex(self) -> str | None:
        """FHIR administrative gender, or None."""
        gender = self.patient.get("gender") if self.patient else None
        return gender if isinstance(gender, str) else None


def read(payload: Payload) -> RecordBundle:
    """Return the resources that matter; raise ``PayloadInvalid`` naming the place that is not wire §2.1."""
    content = _parsed(payload)
    if content.get("resourceType") != "Bundle" or content.get("type") != "collection":
        raise PayloadInvalid("$.content")
    resources = _resources(content)
    encounter, response = resources["Encounter"], resources["QuestionnaireResponse"]
    if encounter.get("status") != "finished" or not _names_visit(encounter, payload.visit):
        raise PayloadInvalid("$.content.entry[Encounter]")
    form = f"{payload.form.url}|{payload.form.version}"
    if response.get("questionnaire") != form or response.get("status") not in _COMPLETED:
        raise PayloadInvalid("$.content.entry[QuestionnaireResponse]")
    if _reference(response.get("author")) != payload.member:
        raise PayloadInvalid("$.content.entry[QuestionnaireResponse].author")
    return RecordBundle(resources.get("Patient"), encounter, response, _day(encounter))


def _parsed(payload: Payload) -> Resource:
    try:
        content: Resource = orjson.loads(bytes(payload.content))
    except orjson.JSONDecodeError as error:
        raise PayloadInvalid("$.content") from error
    return content


def _resources(content: Resource) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    position = -1
    for entry in _objects(content, "entry"):
        resource = entry.get("resource")
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if kind not in _ORDER or _ORDER.index(kind) <= position or not isinstance(resource, dict):
            raise PayloadInvalid("$.content.entry")
        if not str(entry.get("fullUrl")).startswith("urn:uuid:"):
            raise PayloadInvalid("$.content.entry.fullUrl")
        position = _ORDER.index(kind)
        found[kind] = resource
    if not found.keys() >= _REQUIRED:
        raise PayloadInvalid("$.content.entry")
    return found


def _objects(element: Resource | None, name: str) -> list[Resource]:
    members = element.get(name) if element else None
    if members is None:
        return []
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise PayloadInvalid(f"$.content.{name}")
    return members


def _names_visit(encounter: Resource, visit: str) -> bool:
    values = (identifier.get("value") for identifier in _objects(encounter, "identifier"))
    return any(isinstance(value, str) and value.removeprefix("urn:uuid:") == visit for value in values)


def _reference(element: object) -> str | None:
    reference = element.get("reference") if isinstance(element, dict) else None
    return reference.removeprefix("urn:uuid:") if isinstance(reference, str) else None


def _day(encounter: Resource) -> date:
    period = encounter.get("period")
    start = period.get("start") if isinstance(period, dict) else None
    try:
        return date.fromisoformat(str(start)[:10])
    except ValueError as error:
        raise PayloadInvalid("$.content.entry[Encounter].period") from error
