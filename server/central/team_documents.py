"""What the control tables say of a team, as central documents: devices, key rings, rosters, forms (wire §4).

Pure of any writing: the tables are the truth, and publishing again after a crash gives the same documents.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.definition import Form
from server.central.campaign_forms import Values
from server.central.documents import CentralDocument, DocumentType
from server.central.team_keys import TeamKeyRing, octet_json
from server.keys import jwe
from server.keys.public import import_public
from server.store.control import Campaign, Device, EnrolmentState, Member, RosterEntry, Slot, Stop, Team
from server.store.planning import Invitation, StopSlot

INVITATION_KDF: Mapping[str, Any] = {"name": "argon2id", "memory_kib": 65536, "passes": 3, "lanes": 1}
"""How a code becomes the key that opens an invitation (wire §4.3); RFC 9106, as for passphrases."""


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop as its team is told of it: who works there, its appointment slots, who is expected.

    ``forms``: those of its campaign, in order; ``settings``: the campaign's values for them.
    """

    stop: Stop
    campaign: Campaign
    on_duty: Sequence[Member]
    slots: Sequence[StopSlot]
    expected: Sequence[RosterEntry]
    forms: Sequence[Form] = ()
    settings: Values = field(default_factory=dict)


def device_document(database: str, device: Device, slots: Iterable[tuple[Slot, Member]]) -> CentralDocument:
    """Return a device's document: its key for nodes, who signs on it for the team; nobody does on a hub."""
    signers = [
        {
            "slot": slot.id,
            "member": member.id,
            "name": member.name,
            "profession": member.profession,
            "signing_key": slot.signing_key,
            "status": "active" if slot.state is EnrolmentState.CONFIRMED else "revoked",
        }
        for slot, member in sorted(slots, key=lambda pair: pair[0].id)
    ]
    return CentralDocument(
        type=DocumentType.DEVICE,
        key=device.id,
        database=database,
        open={
            "device": device.id,
            "team": device.team_id,
            "status": device.status.value,
            "key": device.key,
            "kind": device.kind.value,
        },
        sealed={"label": device.label, "slots": signers},
    )


def keyring_document(
    database: str, slot: Slot, ring: TeamKeyRing, delivered: Mapping[str, str]
) -> CentralDocument:
    """Return a slot's key ring: every epoch of the team key, sealed to the slot's agreement key.

    ``delivered`` has the epochs that the slot's present key ring holds: they are kept as they are, since
    sealing again would make another document each time and say nothing new.
    """
    agreement = import_public(slot.agreement_key)
    epochs = {
        str(epoch): delivered.get(str(epoch)) or jwe.seal(octet_json(key), agreement, agreement.thumbprint())
        for epoch, key in sorted(ring.epochs.items())
    }
    return CentralDocument(
        type=DocumentType.KEYRING,
        key=slot.id,
        database=database,
        open={
            "slot": slot.id,
            "device": slot.device_id,
            "team": ring.team,
            "epochs": epochs,
            "current": ring.current_epoch,
        },
    )


def roster_document(database: str, team: Team, planned: PlannedStop) -> CentralDocument:
    """Return a stop's roster, wholly sealed (wire §4.1); times are the stop's local ``HH:MM``."""
    return CentralDocument(
        type=DocumentType.ROSTER,
        key=planned.stop.id,
        database=database,
        open=None,
        sealed={
            "stop": _stop(planned),
            "form": {"url": planned.campaign.form_url, "version": planned.campaign.form_version},
            "forms": [
                {"url": form.url, "version": form.version, "title": form.title} for form in planned.forms
            ],
            "settings": planned.settings,
            "team_title": team.title,
            "expected": [
                _person(entry) for entry in sorted(planned.expected, key=lambda e: (e.expected_at, e.id))
            ],
        },
    )


def invitation_document(database: str, invitation: Invitation, *, usable: bool) -> CentralDocument:
    """Return a replacement's invitation (wire §4.3); without its seal once it serves no more."""
    return CentralDocument(
        type=DocumentType.INVITATION,
        key=invitation.id,
        database=database,
        open={
            "invitation": invitation.id,
            "team": invitation.team_id,
            "valid_from": invitation.valid_from.isoformat(),
            "valid_until": invitation.valid_until.isoformat(),
            "salt": invitation.salt,
            "kdf": INVITATION_KDF,
            "sealed": invitation.sealed if usable else None,
        },
    )


def form_document(database: str, form: Form) -> CentralDocument:
    """Return a published form as its file's text, with the digest that records carry."""
    return CentralDocument(
        type=DocumentType.FORM,
        key=f"{form.url}|{form.version}",
        database=database,
        open={
            "url": form.url,
            "version": form.version,
            "digest": form.digest,
            "questionnaire": form.text,
        },
    )


def _stop(planned: PlannedStop) -> dict[str, Any]:
    stop = planned.stop
    return {
        "id": stop.id,
        "campaign": stop.campaign_id,
        "campaign_title": planned.campaign.title,
        "name": stop.name,
        "commune": stop.commune,
        "latitude": stop.latitude,
        "longitude": stop.longitude,
        "date": stop.day.isoformat(),
        "opens": stop.opens.isoformat("minutes"),
        "closes": stop.closes.isoformat("minutes"),
        "cancelled": stop.cancelled,
        "on_duty": [
            {"member": member.id, "name": member.name, "profession": member.profession}
            for member in sorted(planned.on_duty, key=lambda member: (member.name, member.id))
        ],
        "slots": [
            {
                "id": slot.id,
                "starts": slot.starts.isoformat("minutes"),
                "minutes": slot.minutes,
                "emergency": slot.emergency,
            }
            for slot in sorted(planned.slots, key=lambda slot: (slot.starts, slot.id))
        ],
        "theme": stop.theme,
        "labels": {"seed": stop.label_seed, "count": stop.label_count} if stop.label_seed else None,
    }


def _person(entry: RosterEntry) -> dict[str, Any]:
    """Return an expected person; an empty trait is one that was not said, and is told as null."""
    return {
        "id": entry.id,
        "slot": entry.slot_id,
        "time": entry.expected_at.isoformat("minutes"),
        "birth_name": entry.birth_name or None,
        "first_name": entry.first_name or None,
        "birth_date": entry.birth_date.isoformat() if entry.birth_date else None,
        "sex": entry.sex,
        "commune": entry.commune,
        "phone": entry.phone,
        "booking": entry.booking or None,
        "person": entry.person_key,
        "cancelled": entry.cancelled,
    }
