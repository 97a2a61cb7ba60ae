"""A restricted record is sealed to its author's slot; signature and sealing must agree (wire §2.3)."""

import json
from pathlib import Path
from typing import Any

import pytest

from forms.load import published
from server.envelope.seal import seal
from server.keys.public import import_public
from server.queue import build
from server.queue.item import Item, Urgency
from server.store.read import FindingCode, Record, RecordState, Visit
from tests.server.projection.scene import Scene, stored
from tests.support.organisation import FORM, NOON
from tests.support.records import SealedRecord

VECTORS = Path(__file__).parents[2] / "vectors" / "forms" / "medicobus-consultation.v1.1.0.json"
BY_THEMSELVES = {"values": ["person"]}
YES, NO, NOT_ASKED = {"values": [True]}, {"values": [False]}, {"absent": "not-asked"}


def minors_record(scene: Scene, secrecy: dict[str, Any], *, restricted: bool = False) -> SealedRecord:
    """A minor's record, signed as restricted or not whatever it answers."""
    full = json.loads(VECTORS.read_text())["bases"]["full"]
    minor = {
        "identity.birth_date": {"values": ["2011-03-14"]},
        "identity.legal_status": {"values": ["minor"]},
        "representative.secrecy": secrecy,
        "representative.name": NOT_ASKED,
        "representative.relation": NOT_ASKED,
        "representative.present": NO,
        "representative.reached": NO,
        "representative.agreed": BY_THEMSELVES,
    }
    companion = {"representative.companion_name": NOT_ASKED, "representative.companion_quality": NOT_ASKED}
    scene.writer.form = published()[FORM[0], "1.1.0"]
    answers = {**full, **minor, **(companion if secrecy == YES else {})}
    if restricted:
        return scene.writer.record(scene.doctor, answers, restricted=True)
    return scene.writer.record(scene.doctor, answers)


def queue(scene: Scene, *, clinical: bool) -> list[Item]:
    with scene.store.session() as session:
        scope = build.scope_of(session, {scene.seeded.team: "Équipe"}, NOON, clinical=clinical)
        return [row.item for row in build.build(session, scope).open]


def test_a_restricted_record_is_integrated_and_its_visit_is_restricted(any_scene: Scene) -> None:
    any_scene.project(any_scene.writer.record(any_scene.doctor, restricted=True))
    (record,), (visit,) = any_scene.rows(Record), any_scene.rows(Visit)
    assert (record.state, record.restricted, record.epoch) == (RecordState.INTEGRATED, True, 0)
    assert visit.restricted


def test_one_restricted_record_restricts_the_whole_visit(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse)
    second = scene.writer.record(scene.doctor, visit=first.payload["visit"], restricted=True)
    scene.project(first, second)
    (visit,) = scene.rows(Visit)
    assert visit.restricted


def test_signed_as_restricted_and_sealed_to_the_team_it_is_kept_aside(scene: Scene) -> None:
    record = scene.writer.record(scene.doctor, restricted=True)
    to_the_team = scene.writer.seal(record.compact)
    scene.project_documents([stored(to_the_team)])
    assert scene.reasons() == {to_the_team.identifier: "restriction-mismatch"}


def test_sealed_to_a_slot_and_not_signed_as_restricted_it_is_kept_aside(scene: Scene) -> None:
    record = scene.writer.record(scene.doctor)
    to_the_slot = scene.writer.seal(record.compact, scene.doctor.agreement)
    scene.project_documents([stored(to_the_slot)])
    assert scene.reasons() == {to_the_slot.identifier: "restriction-mismatch"}


def test_sealed_to_a_colleagues_slot_it_is_kept_aside(scene: Scene) -> None:
    record = scene.writer.record(scene.doctor, restricted=True)
    organisation = import_public(scene.keys.encryption_key)
    to_the_nurse = seal(record.compact, scene.nurse.agreement, organisation)
    scene.project_documents([stored(to_the_nurse)])
    assert scene.reasons() == {to_the_nurse.identifier: "restriction-mismatch"}


def test_secrecy_asked_and_not_kept_is_found_and_the_visit_restricted_from_there_on(any_scene: Scene) -> None:
    any_scene.project(minors_record(any_scene, YES))
    assert any_scene.reasons() == {}
    assert FindingCode.SECRECY_NOT_KEPT in any_scene.findings()
    (record,), (visit,) = any_scene.rows(Record), any_scene.rows(Visit)
    assert record.restricted
    assert visit.restricted


@pytest.mark.parametrize(
    ("secrecy", "restricted"), [(YES, True), (NO, False), (NO, True), (NOT_ASKED, False)]
)
def test_secrecy_kept_or_not_asked_is_no_finding(
    scene: Scene, secrecy: dict[str, Any], restricted: bool
) -> None:
    scene.project(minors_record(scene, secrecy, restricted=restricted))
    assert scene.reasons() == {}
    assert FindingCode.SECRECY_NOT_KEPT not in scene.findings()
    (record,) = scene.rows(Record)
    assert record.restricted is restricted


def test_secrecy_not_kept_waits_in_the_queue_of_clinical_coordinators(scene: Scene) -> None:
    scene.project(minors_record(scene, YES))
    text = f"finding.{FindingCode.SECRECY_NOT_KEPT.value}"
    (item,) = [item for item in queue(scene, clinical=True) if item.text == text]
    assert item.urgency is Urgency.NOW
    assert [item for item in queue(scene, clinical=False) if item.text == text] == []
