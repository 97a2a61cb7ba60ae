"""The records and notices of an invented year, signed and sealed exactly as a tablet does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey, OctKey

from forms.build import answers_from_flat, resource
from forms.definition import Form
from server.demo.year.answers import Flat
from server.envelope.seal import Envelope, record_digest, seal, sign
from server.identifiers import new_uuid

EVALUATOR = "escale-demo/1 fhirpathpy/2"


@dataclass(frozen=True, slots=True)
class Signer:
    """One member on one tablet, with the slot's private keys."""

    slot: str
    device: str
    member: str
    signing: ECKey
    agreement: ECKey


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is signed: the members of the payload that say so."""

    organization: str
    campaign: str
    team: str
    stop: str
    name: str

    def members(self) -> dict[str, str]:
        """Return them as the payload has them (wire §2)."""
        return {
            "organization": self.organization,
            "campaign": self.campaign,
            "team": self.team,
            "stop": self.stop,
        }


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was signed: its digest and the envelope around it."""

    digest: str
    envelope: Envelope


class Tablet:
    """One tablet: signs in its chain, seals to the team and the organisation."""

    def __init__(self, team_key: OctKey, organisation_key: ECKey) -> None:
        self._team_key = team_key
        self._organisation_key = organisation_key
        self._sequence = 0
        self._previous: str | None = None

    def record(
        self,
        signer: Signer,
        place: Place,
        form: Form,
        answers: Flat,
        *,
        visit: str,
        at: datetime,
        replaces: Mapping[str, str] | None = None,
        restricted: bool = False,
    ) -> Sealed:
        """Sign a record of a visit; a restricted one is sealed to its author (wire §2.3)."""
        return self._signed(
            signer,
            place,
            at,
            kind="record",
            visit=visit,
            form={"url": form.url, "version": form.version, "digest": form.digest},
            evaluator=EVALUATOR,
            replaces=replaces,
            content=_bundle(form, answers, signer.member, visit, at, place.name),
            **({"restricted": True} if restricted else {}),
        )

    def notice(
        self, signer: Signer, place: Place, kind: str, signed_at: datetime, /, **members: Any
    ) -> Sealed:
        """Sign a notice (wire §2.2)."""
        return self._signed(signer, place, signed_at, kind=kind, **members)

    def _signed(self, signer: Signer, place: Place, signed_at: datetime, /, **members: Any) -> Sealed:
        self._sequence += 1
        payload = {
            "v": 1,
            **place.members(),
            "device": signer.device,
            "slot": signer.slot,
            "member": signer.member,
            "sequence": self._sequence,
            "previous": self._previous,
            "signed_at": signed_at.isoformat(timespec="milliseconds"),
            "clock_offset_ms": 0,
            **members,
        }
        compact = sign(payload, signer.signing)
        self._previous = record_digest(compact)
        first = signer.agreement if payload.get("restricted") else self._team_key
        return Sealed(self._previous, seal(compact, first, self._organisation_key))


def _bundle(form: Form, answers: Flat, member: str, visit: str, at: datetime, stop: str) -> dict[str, Any]:
    """The FHIR bundle of wire §2.1."""
    signed, author = at.isoformat(timespec="seconds"), {"reference": f"urn:uuid:{member}"}
    response = f"urn:uuid:{new_uuid()}"
    answered = {**resource(form, answers_from_flat(answers)), "authored": signed, "author": author}
    provenance = {
        "resourceType": "Provenance",
        "target": [{"reference": response}],
        "recorded": signed,
        "agent": [{"type": {"coding": [{"code": "author"}]}, "who": author}],
    }
    entries = [
        _entry(_patient(answers)),
        _entry(_encounter(visit, signed, stop)),
        {"fullUrl": response, "resource": answered},
        _entry(provenance),
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": json.loads(json.dumps(entries))}


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


def _encounter(visit: str, at: str, stop: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{visit}"}],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": at, "end": at},
        "location": [{"location": {"display": stop}}],
    }
