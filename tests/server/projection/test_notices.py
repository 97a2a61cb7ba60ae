"""Notices beside the records: co-signatures, errors, deaths, manifests; late, early, twice (wire §2.2)."""

from datetime import timedelta

from server.projection.decisions import Verdict
from server.store.notices import Cosignature, Manifest, Notice
from server.store.read import (
    Finding,
    FindingCode,
    Quarantined,
    Receipt,
    Record,
    RecordState,
    Visit,
)
from tests.server.projection.scene import Scene, stored
from tests.support.organisation import NOON
from tests.support.records import SealedRecord, full_answers

WRONG = full_answers(vitals__sbp={"values": [13]})


def cosigned(*records: SealedRecord) -> list[dict[str, str]]:
    return [{"envelope": record.envelope.identifier, "record": record.digest} for record in records]


def in_error(
    scene: Scene, record: SealedRecord, reason: str = "Saisie pour une autre personne"
) -> SealedRecord:
    return scene.writer.notice(
        scene.nurse,
        "entered_in_error",
        visit=record.payload["visit"],
        record=record.envelope.identifier,
        reason=reason,
    )


def manifest(scene: Scene, *signed: SealedRecord) -> SealedRecord:
    digests = [each.digest for each in signed]
    return scene.writer.notice(scene.nurse, "manifest", visits=2, records=2, signed=digests)


def counts(row: Manifest) -> tuple[int, int, int, int]:
    return row.missing, row.integrated, row.to_correct, row.quarantined


def test_notices_and_records_are_links_of_one_chain(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    lost = scene.writer.notice(scene.nurse, "attendance")
    scene.project(record, scene.writer.notice(scene.nurse, "attendance"))
    assert scene.findings() == [FindingCode.SEQUENCE_GAP]
    scene.project(lost)
    assert scene.findings() == []


def test_a_notice_of_an_unknown_stop_waits(scene: Scene) -> None:
    notice = scene.writer.notice(scene.nurse, "attendance", stop="0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01")
    scene.project(notice)
    (receipt,) = scene.rows(Receipt)
    assert (receipt.state, receipt.reasons) == ("received", ["unknown-stop"])
    assert scene.rows(Notice) == []


def test_the_same_notice_in_two_envelopes_is_one(scene: Scene) -> None:
    notice = scene.writer.notice(scene.nurse, "attendance")
    again = scene.writer.seal(notice.compact)
    scene.project(notice)
    scene.project_documents([stored(again)])
    (row,) = scene.rows(Notice)
    assert row.envelope_id == min(notice.envelope.identifier, again.identifier)
    assert {receipt.state for receipt in scene.rows(Receipt)} == {"integrated"}


def test_a_cosignature_may_arrive_before_its_record(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(any_scene.writer.notice(any_scene.doctor, "cosignature", records=cosigned(record)))
    assert any_scene.rows(Cosignature) == []
    any_scene.project(record)
    (row,) = any_scene.rows(Cosignature)
    assert (row.record_digest, row.member_id) == (record.digest, any_scene.seeded.doctor)


def test_signing_twice_is_signing_once_and_under_ones_own_record_not_at_all(scene: Scene) -> None:
    records = [scene.writer.record(scene.nurse), scene.writer.record(scene.doctor)]
    later = NOON + timedelta(minutes=5)
    scene.project(
        *records,
        scene.writer.notice(scene.doctor, "cosignature", records=cosigned(*records), signed_at=later),
        scene.writer.notice(scene.doctor, "cosignature", records=cosigned(records[0])),
    )
    (row,) = scene.rows(Cosignature)
    assert (row.record_digest, row.signed_at) == (records[0].digest, NOON)


def test_a_record_entered_in_error_ends_stays_readable_and_counts_nowhere(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(in_error(any_scene, record))
    any_scene.project(record)
    any_scene.decide(any_scene.decision(record, Verdict.VALIDATED))
    (row,) = any_scene.rows(Record)
    assert row.state is RecordState.ENTERED_IN_ERROR
    assert any_scene.rows(Visit) == []
    receipt = any_scene.receipt(record.envelope)
    assert (receipt.state, receipt.turn, receipt.reasons) == ("integrated", None, ["entered-in-error"])


def test_a_correction_outweighs_an_error(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    replaces = {"record": record.envelope.identifier, "reason": "Date"}
    scene.project(record, in_error(scene, record), scene.writer.record(scene.nurse, replaces=replaces))
    assert {row.digest: row.state for row in scene.rows(Record)}[record.digest] is RecordState.SUPERSEDED
    assert scene.receipt(record.envelope).reasons == ["superseded"]


def test_a_quarantined_record_entered_in_error_is_nobodys_turn(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse, WRONG)
    scene.project(record)
    scene.project(in_error(scene, record))
    (row,) = scene.rows(Quarantined)
    assert row.replaced
    receipt = scene.receipt(record.envelope)
    assert (receipt.turn, receipt.reasons) == (None, ["content-invalid", "entered-in-error"])


def test_a_death_is_kept_with_its_source(scene: Scene) -> None:
    scene.project(scene.writer.notice(scene.doctor, "deceased", on="2026-11-20", source="La mairie"))
    (row,) = scene.rows(Notice)
    assert row.body == {"on": "2026-11-20", "source": "La mairie"}


def test_a_manifest_completes_itself(any_scene: Scene) -> None:
    first, second = any_scene.writer.record(any_scene.nurse), any_scene.writer.record(any_scene.nurse, WRONG)
    coming = any_scene.writer.notice(any_scene.nurse, "attendance")
    any_scene.project(manifest(any_scene, first, second, coming))
    (row,) = any_scene.rows(Manifest)
    assert (counts(row), row.keeper, row.visits) == ((3, 0, 0, 0), "Dr Ada Essai", 2)
    assert FindingCode.MANIFEST_INCOMPLETE in any_scene.findings()
    any_scene.project(second, coming)
    assert counts(any_scene.rows(Manifest)[0]) == (1, 1, 1, 0)
    any_scene.project(first)
    assert counts(any_scene.rows(Manifest)[0]) == (0, 2, 1, 0)
    assert any_scene.findings() == []


def test_a_manifest_follows_decisions_and_what_ends_a_record(scene: Scene) -> None:
    first, second = scene.writer.record(scene.nurse), scene.writer.record(scene.nurse, WRONG)
    scene.project(first, second, manifest(scene, first, second))
    scene.decide(scene.decision(first, Verdict.TO_CORRECT, "À revoir"))
    assert counts(scene.rows(Manifest)[0]) == (0, 0, 2, 0)
    scene.project(in_error(scene, first), in_error(scene, second))
    assert counts(scene.rows(Manifest)[0]) == (0, 2, 0, 0)


def test_a_manifest_shows_a_lost_tail(scene: Scene) -> None:
    kept, lost = scene.writer.record(scene.nurse), scene.writer.record(scene.nurse)
    scene.project(kept, manifest(scene, kept, lost))
    (finding,) = [row for row in scene.rows(Finding) if row.code is FindingCode.MANIFEST_INCOMPLETE]
    assert finding.details == {"missing": 1, "expected": 2, "records": [lost.digest]}


def test_what_waits_or_is_kept_aside_counts_as_quarantined(scene: Scene) -> None:
    unknown = scene.writer.record(scene.nurse, stop="0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01")
    scene.project(unknown, manifest(scene, unknown))
    assert counts(scene.rows(Manifest)[0]) == (0, 0, 0, 1)
