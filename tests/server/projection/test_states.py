"""Corrections and decisions: the state of a record, of its visit, and what the tablet is told."""

from datetime import timedelta

from server.identifiers import new_uuid
from server.projection.decisions import Verdict
from server.projection.examine import StoredDocument
from server.store.read import Decision, FindingCode, Quarantined, Record, RecordState, Visit
from tests.server.projection.scene import Scene
from tests.support.organisation import NOON
from tests.support.records import SealedRecord, full_answers


def _states(scene: Scene) -> dict[str, RecordState]:
    return {row.digest: row.state for row in scene.rows(Record)}


def _correcting(record: SealedRecord) -> dict[str, str]:
    return {"record": record.envelope.identifier, "reason": "Erreur de saisie"}


def test_a_correction_replaces_the_record_it_names_and_speaks_for_the_visit(scene: Scene) -> None:
    visit = new_uuid()
    first = scene.writer.record(scene.nurse, visit=visit)
    renamed = full_answers(identity__birth_name={"values": ["MARTIN"]})
    second = scene.writer.record(scene.nurse, renamed, visit=visit, replaces=_correcting(first))
    scene.project(first, second)
    assert _states(scene) == {first.digest: RecordState.SUPERSEDED, second.digest: RecordState.INTEGRATED}
    (row,) = scene.rows(Visit)
    assert (row.person, row.records) == ("MARTIN SARAH-LOU", 1)
    receipt = scene.receipt(first.envelope)
    assert (receipt.state, receipt.turn, receipt.reasons) == ("integrated", None, ["superseded"])


def test_a_correction_may_arrive_before_its_original(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse)
    second = scene.writer.record(scene.nurse, replaces=_correcting(first))
    scene.project(second)
    scene.project(first)
    assert _states(scene)[first.digest] is RecordState.SUPERSEDED


def test_a_correction_of_a_refused_record_settles_it(scene: Scene) -> None:
    wrong = scene.writer.record(scene.nurse, full_answers(vitals__sbp={"values": [13]}))
    right = scene.writer.record(scene.nurse, replaces=_correcting(wrong))
    scene.project(wrong)
    assert scene.receipt(wrong.envelope).turn == "author"
    scene.project(right)
    (row,) = scene.rows(Quarantined)
    assert row.replaced
    receipt = scene.receipt(wrong.envelope)
    assert (receipt.state, receipt.turn) == ("quarantined", None)
    assert receipt.reasons == ["content-invalid", "superseded"]


def test_a_refused_correction_replaces_nothing(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse)
    bad = full_answers(vitals__sbp={"values": [13]})
    scene.project(first, scene.writer.record(scene.nurse, bad, replaces=_correcting(first)))
    assert _states(scene) == {first.digest: RecordState.INTEGRATED}


def test_two_corrections_of_one_record_both_stand_and_are_a_finding(scene: Scene) -> None:
    visit = new_uuid()
    first = scene.writer.record(scene.nurse, visit=visit)
    rivals = [
        scene.writer.record(slot, visit=visit, replaces=_correcting(first))
        for slot in (scene.nurse, scene.doctor)
    ]
    scene.project(first, *rivals)
    assert scene.findings() == [FindingCode.CORRECTION_FORK]
    (row,) = scene.rows(Visit)
    assert row.records == 2


def test_a_visit_whose_records_moved_elsewhere_is_no_visit_any_more(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse)
    moved = scene.writer.record(scene.nurse, replaces=_correcting(first))
    scene.project(first)
    scene.project(moved)
    assert [row.id for row in scene.rows(Visit)] == [moved.payload["visit"]]


def test_the_person_of_a_visit_is_that_of_the_latest_record_by_corrected_time(scene: Scene) -> None:
    visit = new_uuid()
    renamed = full_answers(identity__birth_name={"values": ["MARTIN"]})
    later = scene.writer.record(scene.nurse, renamed, visit=visit, signed_at=NOON)
    fast = NOON + timedelta(minutes=4)
    earlier = scene.writer.record(scene.doctor, visit=visit, signed_at=fast, clock_offset_ms=-299_000)
    scene.project(later, earlier)
    (row,) = scene.rows(Visit)
    assert row.person == "MARTIN SARAH-LOU"


def test_a_record_sent_back_carries_the_message_and_its_authors_turn(any_scene: Scene) -> None:
    scene = any_scene
    record = scene.writer.record(scene.nurse)
    scene.project(record)
    at = NOON + timedelta(hours=1)
    scene.decide(scene.decision(record, Verdict.TO_CORRECT, "Précisez la douleur", at))
    receipt = scene.receipt(record.envelope)
    assert (receipt.state, receipt.turn, receipt.reasons) == ("to_correct", "author", ["review"])
    assert (receipt.message, receipt.message_by, receipt.at) == ("Précisez la douleur", "Cléo Essai", at)
    assert [row.state for row in scene.rows(Visit)] == [RecordState.TO_CORRECT]


def test_the_last_decision_stands_whatever_order_they_are_read_in(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    late = scene.decision(record, Verdict.VALIDATED, at=NOON + timedelta(hours=1))
    scene.decide(late)
    scene.project(record)
    scene.decide(scene.decision(record, Verdict.TO_CORRECT, "Précisez", NOON))
    assert _states(scene) == {record.digest: RecordState.VALIDATED}
    receipt = scene.receipt(record.envelope)
    assert (receipt.state, receipt.turn, receipt.message) == ("integrated", None, None)


def test_a_correction_answers_a_request_to_correct(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    scene.project(record)
    scene.decide(scene.decision(record, Verdict.TO_CORRECT, "Précisez"))
    scene.project(scene.writer.record(scene.nurse, replaces=_correcting(record)))
    receipt = scene.receipt(record.envelope)
    assert (receipt.state, receipt.turn, receipt.message) == ("integrated", None, None)


def test_a_decision_that_the_organisation_did_not_write_is_kept_aside(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    genuine = scene.decision(record, Verdict.VALIDATED)
    moved = StoredDocument("d" + "0" * 40, "1-0", genuine.body)
    scene.decide(moved, StoredDocument("d" + "1" * 40, "1-0", {"jws": "x.y.z"}))
    assert scene.rows(Decision) == []
    assert set(scene.reasons().values()) == {"decision-invalid"}
