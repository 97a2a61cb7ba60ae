"""Records and notices as a tablet makes them: signed in the device's chain, and sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, OctKey

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


def form_named(name: str, version: str = "1.0.0") -> Form:
    """The published form of this name."""
    return published()[f"https://escale.example/fhir/Questionnaire/{name}", version]


def answers_to(name: str, base: str = "full", version: str = "1.0.0") -> dict[str, Mapping[str, Any]]:
    """The answers of a base of a form's vectors."""
    return dict(_vectors(name, version)["bases"][base])


def visit_day(name: str, version: str = "1.0.0") -> date:
    """The day of the visit in a form's vectors, on which what is calculated rests."""
    return date.fromisoformat(_vectors(name, version)["visit_date"])


def _vectors(name: str, version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (_VECTORS.parent / f"{name}.v{version}.json").read_text(encoding="utf-8")
    )
    return found


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
    """Makes what one tablet signs, in its chain; ``overrides`` replace members of the payload.

    A record with ``restricted=True`` is sealed to its author's slot (wire §2.3), and so is a photo.
    """

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
        of: Form | None = None,
        **overrides: Any,
    ) -> SealedRecord:
        """Sign and seal the next record of the tablet; without ``answers``, a complete one.

        ``of``: the form of the answers, when it is not the consultation.
        """
        visit, form = visit or new_uuid(), of or self.form
        return self._signed(
            slot,
            "record",
            signed_at,
            visit=visit,
            form={"url": form.url, "version": form.version, "digest": form.digest},
            evaluator="escale-tests/1 fhirpathpy/2",
            replaces=replaces,
            content=bundle(form, answers or full_answers(), slot.member, visit, signed_at),
            overrides=overrides,
        )

    def notice(
        self, slot: SlotKeys, /, kind: str, *, signed_at: datetime = NOON, **members: Any
    ) -> SealedRecord:
        """Sign and seal the next notice of the tablet (wire §2.2); ``members`` are those of its kind.

        What a kind needs and is not given has a default: ``writer.notice(nurse, "attendance", visit=visit,
        status="arrived")`` is whole.
        """
        return self._signed(slot, kind, signed_at, **{**_defaults(kind, signed_at), **members})

    def _signed(
        self,
        slot: SlotKeys,
        kind: str,
        signed_at: datetime,
        *,
        overrides: Mapping[str, Any] | None = None,
        **members: Any,
    ) -> SealedRecord:
        payload = {
            "v": 1,
            "kind": kind,
            "organization": self.seeded.organisation,
            "campaign": self.seeded.campaign,
            "team": self.seeded.team,
            "stop": self.seeded.stop,
            "device": slot.device,
            "slot": slot.id,
            "member": slot.member,
            "sequence": self.chain.sequence + 1,
            "previous": self.chain.previous,
            "signed_at": signed_at.isoformat(timespec="milliseconds"),
            "clock_offset_ms": 0,
            **members,
            **(overrides or {}),
        }
        compact = sign(payload, slot.signing)
        digest = record_digest(compact)
        self.chain.sequence, self.chain.previous = payload["sequence"], digest
        to = slot.agreement if payload.get("restricted") else None
        return SealedRecord(payload, compact, digest, self.seal(compact, to))

    def seal(self, compact: str, to: ECKey | None = None) -> Envelope:
        """Seal a JWS, this tablet's or another's, to the team (or to a slot) and the organisation."""
        return seal(compact, to or self._team_key, self._organisation_key)


def _defaults(kind: str, signed_at: datetime) -> dict[str, Any]:
    """Members of a notice that a test need not give."""
    defaults: dict[str, dict[str, Any]] = {
        "attendance": {
            "visit": new_uuid(),
            "status": "arrived",
            "at": signed_at.isoformat(timespec="milliseconds"),
            "walk_in": False,
            "reason": None,
            "person": None,
        },
        "cosignature": {},
        "entered_in_error": {"visit": new_uuid(), "reason": "Saisie par erreur"},
        "deceased": {"visit": new_uuid(), "on": None, "source": "La famille"},
        "photo": {
            "link_id": "documents.photo",
            "media_type": "image/jpeg",
            "piece": 0,
            "pieces": 1,
            "restricted": False,
        },
        "manifest": {"keeper": {"member": None, "name": "Dr Ada Essai"}},
    }
    return defaults[kind]


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
