"""A restricted record is sealed to its author's slot; signature and sealing must agree (wire §2.3)."""

from server.envelope.seal import seal
from server.keys.public import import_public
from server.store.read import Record, RecordState, Visit
from tests.server.projection.scene import Scene, stored


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
