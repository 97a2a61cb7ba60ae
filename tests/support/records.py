"""Records as a tablet makes them: a FHIR bundle from flat answers, signed in the device's chain, sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc.jwk import OctKey

from forms.build import answers_from_flat, resource
from forms.definition import Form
from forms.load import published
from server.envelope.seal import Envelope, record_digest, seal, sign
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.keys.public import import_public
from sync.document import IncomingDocument
from tests.support.organisation import FORM, NOON, Seeded, SlotKeys

Flat = Mapping[str, Mapping[str, Any]]

_VECTORS = Path(__file__).parent.parent / "vectors" / "forms" / "medicobus-consultation.v1.0.0.json"


def full_answers(**changed: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """The vectors' complete answers; ``changed`` replaces some (``__`` for the dot), None removes."""
    answers: dict[str, Mapping[str, Any]] = dict(json.loads(_VECTORS.read_text())["bases"]["full"])
    for name, answer in changed.items():
        link_id = name.replace("__", ".")
        answers.pop(link_id, None)
        if answer is not None:
            answers[link_id] = answer
    return answers


@dataclass
class DeviceChain:
    """The head of a tablet's chain: the last sequence, and the digest of its record."""

    sequence: int = 0
    previous: str | None = None


@dataclass(frozen=True)
class SealedRecord:
    """One record made: its payload, its JWS and digest, and the envelope around it."""

    payload: dict[str, Any]
    compact: str
    digest: str
    envelope: Envelope

    @property
    def document(self) -> IncomingDocument:
        """The envelope as the engine takes it, with ``new_edits`` false."""
        return IncomingDocument.from_json(self.envelope.document)


class RecordWriter:
    """Makes the records of one tablet, in its chain; ``overrides`` replace members of the payload."""

    def __init__(self, seeded: Seeded, keys: OrganisationKeys, team_key: OctKey | None = None) -> None:
        self.seeded = seeded
        self.chain = DeviceChain()
        self.form: Form = published()[FORM]
        self._team_key = team_key or seeded.ring.current
        self._organisation_key = import_public(keys.encryption_key)

    def record(
        self,
        slot: SlotKeys,
        /,
        answers: Flat | None = None,
        *,
        visit: str | None = None,
        signed_at: datetime = NOON,
        replaces: Mapping[str, str] | None = None,
        **overrides: Any,
    ) -> SealedRecord:
        """Sign and seal the next record of the tablet; without ``answers``, a complete one."""
        visit = visit or new_uuid()
        payload = {
            "v": 1,
            "kind": "record",
            "organization": self.seeded.organisation,
            "campaign": self.seeded.campaign,
            "team": self.seeded.team,
            "stop": self.seeded.stop,
            "visit": visit,
            "device": slot.device,
            "slot": slot.id,
            "member": slot.member,
            "sequence": self.chain.sequence + 1,
            "previous": self.chain.previous,
            "signed_at": signed_at.isoformat(timespec="milliseconds"),
            "clock_offset_ms": 0,
            "form": {"url": self.form.url, "version": self.form.version, "digest": self.form.digest},
            "evaluator": "escale-tests/1 fhirpathpy/2",
            "replaces": replaces,
            "content": bundle(self.form, answers or full_answers(), slot.member, visit, signed_at),
            **overrides,
        }
        compact = sign(payload, slot.signing)
        digest = record_digest(compact)
        self.chain.sequence, self.chain.previous = payload["sequence"], digest
        return SealedRecord(payload, compact, digest, self.seal(compact))

    def seal(self, compact: str) -> Envelope:
        """Seal a JWS, this tablet's or another's, to the team and the organisation."""
        return seal(compact, self._team_key, self._organisation_key)


def bundle(form: Form, answers: Flat, member: str, visit: str, signed_at: datetime) -> dict[str, Any]:
    """The FHIR bundle of wire §2.1."""
    response = resource(form, answers_from_flat(answers))
    author = {"reference": f"urn:uuid:{member}"}
    response_id = f"urn:uuid:{new_uuid()}"
    at = signed_at.isoformat(timespec="seconds")
    entries: list[dict[str, Any]] = []
    if "identity.birth_name" in answers:
        entries.append(_entry(_patient(answers)))
    entries.append(_entry(_encounter(visit, at)))
    entries.append({"fullUrl": response_id, "resource": {**response, "authored": at, "author": author}})
    entries.append(
        _entry(
            {
                "resourceType": "Provenance",
                "target": [{"reference": response_id}],
                "recorded": at,
                "agent": [{"type": {"coding": [{"code": "author"}]}, "who": author}],
            }
        )
    )
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _entry(content: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": f"urn:uuid:{new_uuid()}", "resource": content}


def _patient(answers: Flat) -> dict[str, Any]:
    def value(link_id: str) -> str | None:
        values = answers.get(link_id, {}).get("values")
        return values[0] if values else None

    return {
        "resourceType": "Patient",
        "name": [{"family": value("identity.birth_name"), "given": [value("identity.first_given_name")]}],
        "birthDate": value("identity.birth_date"),
    }


def _encounter(visit: str, at: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{visit}"}],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": at, "end": at},
        "location": [{"location": {"display": "La Gresle"}}],
    }
