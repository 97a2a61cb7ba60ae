"""What becomes of records: integrated, or kept aside with the reason and whose turn it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from server.central.team_keys import TeamKeys
from server.envelope.seal import wrap
from server.identifiers import new_uuid
from server.projection.examine import StoredDocument
from server.store.control import Device, EnrolmentState, Slot
from server.store.read import Answer, EnvelopeSeen, Finding, FindingCode, Quarantined, Record, Visit
from tests.server.projection.scene import Scene, stored
from tests.support.organisation import DAY, NOON, make_device, make_slot, seed_team
from tests.support.records import RecordWriter, full_answers


def test_a_valid_record_becomes_rows_a_visit_and_a_receipt(any_scene: Scene) -> None:
    scene = any_scene
    record = scene.writer.record(scene.nurse)
    scene.project(record)
    (row,) = scene.rows(Record)
    assert (row.digest, row.envelope_id, row.sequence) == (record.digest, record.envelope.identifier, 1)
    assert row.content == record.payload["content"]
    (visit,) = scene.rows(Visit)
    assert (visit.person, visit.day, visit.commune) == ("GARCIA-HAMMADI SARAH-LOU", DAY, "42015")
    assert (visit.records, visit.missing, visit.complete) == (1, 0, True)
    receipt = scene.receipt(record.envelope)
    assert (receipt.state, receipt.turn, receipt.reasons) == ("integrated", None, [])
    assert receipt.record_digest == record.digest
    assert scene.findings() == []


def test_every_value_is_one_row_with_its_unit_and_its_author(scene: Scene) -> None:
    answers = full_answers(vitals__temp={"values": [37.2], "answered_by": scene.doctor.member})
    scene.project(scene.writer.record(scene.nurse, answers))
    rows = {(row.link_id, row.position): row for row in scene.rows(Answer)}
    temperature = rows["vitals.temp", 0]
    assert (temperature.value_number, temperature.unit) == (37.2, "Cel")
    assert temperature.author_id == scene.doctor.member
    assert rows["reasons.reason", 1].value_code == "autre"
    assert rows["information.given", 0].value_code == "true"
    assert rows["identity.birth_date", 0].value_text == "1954-06-30"


def test_an_absence_is_a_row_of_its_own_and_leaves_the_visit_incomplete(scene: Scene) -> None:
    answers = full_answers(visit__frailty={"absent": "asked-declined"})
    scene.project(scene.writer.record(scene.nurse, answers))
    (absent,) = [row for row in scene.rows(Answer) if row.absence]
    assert (absent.link_id, absent.absence, absent.value_code) == ("visit.frailty", "asked-declined", None)
    (visit,) = scene.rows(Visit)
    assert (visit.missing, visit.complete) == (1, False)


def test_a_question_answered_by_another_record_of_the_visit_is_not_missing(scene: Scene) -> None:
    visit_id = new_uuid()
    declined = full_answers(visit__frailty={"absent": "not-asked"})
    scene.project(scene.writer.record(scene.nurse, declined, visit=visit_id))
    scene.project(scene.writer.record(scene.doctor, visit=visit_id))
    (visit,) = scene.rows(Visit)
    assert (visit.records, visit.missing) == (2, 0)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ({"organization": new_uuid()}, "organization-mismatch"),
        ({"team": new_uuid()}, "team-mismatch"),
        ({"stop": new_uuid()}, "unknown-stop"),
        ({"campaign": new_uuid()}, "payload-invalid"),
        ({"signed_at": datetime(2019, 12, 31, tzinfo=UTC)}, "date-impossible"),
        ({"signed_at": datetime(9999, 12, 31, tzinfo=UTC), "clock_offset_ms": 10**9}, "date-impossible"),
        ({"signed_at": NOON + timedelta(days=1, seconds=1)}, "date-impossible"),
        ({"form": {"url": "https://example.org/f", "version": "1", "digest": "0" * 64}}, "unknown-form"),
        ({"sequence": 0}, "payload-invalid"),
        ({"sequence": 1, "previous": "0" * 64}, "payload-invalid"),
        ({"content": {"resourceType": "Bundle", "type": "batch"}}, "payload-invalid"),
        ({"member": new_uuid()}, "signer-mismatch"),
        ({"device": new_uuid()}, "signer-mismatch"),
        ({"slot": new_uuid()}, "signer-mismatch"),
        ({"unexpected": 1}, "payload-invalid"),
    ],
)
def test_a_signed_record_that_is_not_for_here_is_kept_aside(
    scene: Scene, override: dict[str, Any], reason: str
) -> None:
    record = scene.writer.record(scene.nurse, **override)
    scene.project(record)
    assert scene.reasons() == {record.envelope.identifier: reason}
    assert scene.rows(Record) == []


def test_a_form_whose_digest_is_not_the_published_one_is_kept_aside(scene: Scene) -> None:
    form = {"url": scene.writer.form.url, "version": scene.writer.form.version, "digest": "0" * 64}
    scene.project(scene.writer.record(scene.nurse, form=form))
    assert list(scene.reasons().values()) == ["form-digest-mismatch"]


def test_invalid_answers_go_back_to_their_author_with_places_and_no_values(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse, full_answers(vitals__sbp={"values": [13]}))
    scene.project(record)
    (row,) = scene.rows(Quarantined)
    assert (row.reason, row.turn) == ("content-invalid", "author")
    assert "vitals.sbp: hard-limit" in row.details
    receipt = scene.receipt(record.envelope)
    assert (receipt.state, receipt.turn, receipt.reasons) == ("quarantined", "author", ["content-invalid"])


def test_a_confirmed_unusual_value_is_silent_and_an_unconfirmed_one_a_finding(scene: Scene) -> None:
    answers = full_answers(vitals__hr={"values": [140], "confirmed": True})
    scene.project(scene.writer.record(scene.nurse, answers))
    assert scene.findings() == []
    scene.project(scene.writer.record(scene.nurse, full_answers(vitals__hr={"values": [140]})))
    (finding,) = scene.rows(Finding)
    assert finding.code is FindingCode.SOFT_LIMIT
    assert finding.details == {"link_id": "vitals.hr", "code": "soft-limit"}


def test_a_calculated_value_that_differs_here_stays_as_recorded_and_is_a_finding(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse, full_answers(vitals__bmi={"values": [30]}))
    scene.project(record)

    assert scene.reasons() == {}
    assert scene.receipt(record.envelope).state == "integrated"
    (kept,) = [row for row in scene.rows(Answer) if row.link_id == "vitals.bmi"]
    assert kept.value_number == 30
    (finding,) = scene.rows(Finding)
    assert finding.code is FindingCode.CALCULATION_DIFFERS
    assert finding.envelope_id == record.envelope.identifier
    assert finding.details == {"link_id": "vitals.bmi", "code": "calculation"}


def test_a_calculated_value_that_was_not_recorded_is_a_finding_and_is_not_filled_in(scene: Scene) -> None:
    scene.project(scene.writer.record(scene.nurse, full_answers(vitals__bmi=None)))

    assert scene.reasons() == {}
    assert scene.findings() == [FindingCode.CALCULATION_DIFFERS]
    assert [row for row in scene.rows(Answer) if row.link_id == "vitals.bmi"] == []


def test_what_follows_from_a_recorded_result_is_judged_by_it(scene: Scene) -> None:
    """`identity.status` is recorded as provisional though a document was seen: one finding, and no other."""
    scene.project(scene.writer.record(scene.nurse, full_answers(identity__status={"values": ["PROV"]})))

    assert scene.reasons() == {}
    (finding,) = scene.rows(Finding)
    assert finding.details == {"link_id": "identity.status", "code": "calculation"}


def test_a_recorded_result_that_is_no_answer_of_its_question_goes_back(scene: Scene) -> None:
    scene.project(scene.writer.record(scene.nurse, full_answers(identity__status={"values": ["FINE"]})))

    (row,) = scene.rows(Quarantined)
    assert "identity.status: option" in row.details


def test_a_document_that_is_not_its_own_digest_is_kept_aside(scene: Scene) -> None:
    envelope = scene.writer.record(scene.nurse).envelope
    renamed = StoredDocument("e" + "0" * 64, envelope.revision, {"jwe": envelope.jwe})
    revised = StoredDocument(envelope.identifier, "1-" + "0" * 32, {"jwe": envelope.jwe})
    scene.project_documents([renamed, revised])
    assert set(scene.reasons().values()) == {"id-mismatch"}


def test_documents_that_are_no_envelopes_do_not_stop_the_others(scene: Scene) -> None:
    good = scene.writer.record(scene.nurse)
    damaged = wrap(good.envelope.jwe.replace('"iv":"', '"iv":"A', 1))
    shapes = [wrap("not json"), wrap("[]"), wrap('{"protected":"x"}')]
    other = StoredDocument("note", "1-0", {"text": "?"})
    scene.project_documents([other, *(stored(each) for each in (*shapes, damaged)), stored(good.envelope)])
    reasons = scene.reasons()
    assert reasons.pop(damaged.identifier) == "decryption-failed"
    assert set(reasons.values()) == {"not-an-envelope"}
    assert [row.digest for row in scene.rows(Record)] == [good.digest]


def test_another_teams_envelope_moved_here_is_a_mismatch_and_stays_good_there(scene: Scene) -> None:
    with scene.store.session() as session:
        other = seed_team(session, scene.keys, DAY, "Autre équipe")
    record = scene.writer.record(scene.nurse)
    scene.project_documents([stored(record.envelope)], other.database)
    scene.project(record)
    (kept,) = scene.rows(Quarantined)
    assert (kept.database, kept.reason) == (other.database, "team-mismatch")
    assert [row.database for row in scene.rows(Record)] == [scene.seeded.database]


def test_a_colleagues_record_sealed_again_is_one_record_and_a_finding(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    again = scene.writer.seal(record.compact)
    scene.project(record)
    scene.project_documents([stored(again)])
    assert [row.digest for row in scene.rows(Record)] == [record.digest]
    assert [row.envelope_id for row in scene.rows(Record)] == [
        min(again.identifier, record.envelope.identifier)
    ]
    assert scene.findings() == [FindingCode.DUPLICATE_ENVELOPE]
    assert {scene.receipt(each).state for each in (again, record.envelope)} == {"integrated"}


def test_two_records_of_one_sequence_are_both_integrated_and_named(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse)
    second = scene.writer.record(scene.nurse, sequence=1, previous=None)
    scene.project(first, second)
    assert len(scene.rows(Record)) == 2
    (finding,) = scene.rows(Finding)
    assert finding.code is FindingCode.SEQUENCE_FORK
    assert finding.details == {"sequence": 1, "records": sorted([first.digest, second.digest])}


def test_a_gap_is_a_finding_until_the_missing_record_arrives(scene: Scene) -> None:
    first, second, third = (scene.writer.record(scene.nurse) for _ in range(3))
    scene.project(first, third)
    (finding,) = scene.rows(Finding)
    assert (finding.code, finding.details["missing"]) == (FindingCode.SEQUENCE_GAP, [[2, 2]])
    scene.project(second)
    assert scene.rows(Finding) == []


def test_a_refused_record_keeps_its_place_in_the_chain(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse, full_answers(vitals__sbp={"values": [13]}))
    second = scene.writer.record(scene.nurse)
    scene.project(first, second)
    assert scene.findings() == []


@pytest.mark.parametrize("revoked", ["slot", "device"])
def test_after_a_revocation_late_records_are_accepted_and_are_findings(scene: Scene, revoked: str) -> None:
    early, late = scene.writer.record(scene.nurse), scene.writer.record(scene.nurse)
    scene.project(early)
    with scene.store.session() as session:
        if revoked == "slot":
            slot = session.get_one(Slot, scene.nurse.id)
            slot.state, slot.revoked_at = EnrolmentState.REVOKED, NOON + timedelta(hours=1)
        else:
            session.get_one(Device, scene.device.id).revoked_at = NOON + timedelta(hours=1)
    scene.now = NOON + timedelta(hours=2)
    scene.project(late)
    assert len(scene.rows(Record)) == 2
    (finding,) = scene.rows(Finding)
    assert (finding.code, finding.envelope_id) == (FindingCode.DEVICE_REVOKED, late.envelope.identifier)


def test_a_record_under_an_epoch_already_replaced_is_accepted_with_a_finding(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    with scene.store.session() as session:
        TeamKeys(scene.keys).start_epoch(session, scene.seeded.team, NOON + timedelta(hours=1))
    scene.now = NOON + timedelta(hours=2)
    scene.project(record)
    assert len(scene.rows(Record)) == 1
    assert scene.findings() == [FindingCode.OLD_EPOCH]


def test_an_epoch_that_the_team_never_had_is_an_unknown_key(scene: Scene) -> None:
    ring = scene.seeded.ring
    with scene.store.session() as session:
        other = seed_team(session, scene.keys, DAY, "Autre équipe")
    stranger = RecordWriter(scene.seeded, scene.keys, other.ring.current)
    scene.project(stranger.record(scene.nurse))
    assert list(scene.reasons().values()) == ["team-mismatch"]
    assert ring.current_epoch == 1


def test_a_clock_wrong_by_hours_is_corrected_and_told(scene: Scene) -> None:
    record = scene.writer.record(
        scene.nurse, signed_at=NOON + timedelta(days=3), clock_offset_ms=-3 * 86_400_000
    )
    scene.project(record)
    assert list(scene.reasons().values()) == ["content-invalid"]
    hours = scene.writer.record(scene.nurse, signed_at=NOON + timedelta(hours=5), clock_offset_ms=-18_000_000)
    scene.project(hours)
    assert scene.findings() == [FindingCode.CLOCK]


def test_a_signer_confirmed_later_is_waited_for(scene: Scene) -> None:
    pending = make_slot(scene.store, scene.device, scene.seeded.nurse, EnrolmentState.PENDING)
    record = scene.writer.record(pending)
    scene.project(record)
    receipt = scene.receipt(record.envelope)
    assert (receipt.state, receipt.turn, receipt.reasons) == ("received", "support", ["signer-unknown"])
    assert receipt.record_digest is None
    with scene.store.session() as session:
        session.get_one(Slot, pending.id).state = EnrolmentState.CONFIRMED
    scene.now = NOON + timedelta(hours=1)
    scene.projector.again(scene.store, scene.seeded.database, [stored(record.envelope)])
    assert scene.reasons() == {}
    assert scene.receipt(record.envelope).state == "integrated"
    assert scene.receipt(record.envelope).at == NOON


def test_a_key_of_another_tablets_slot_cannot_sign_for_this_one(scene: Scene) -> None:
    foreign = make_slot(scene.store, make_device(scene.store, scene.seeded), scene.seeded.nurse)
    record = scene.writer.record(scene.nurse)
    forged = scene.writer.record(foreign, device=scene.nurse.device, slot=scene.nurse.id)
    scene.project(record, forged)
    assert scene.reasons() == {forged.envelope.identifier: "signer-mismatch"}


def test_an_envelope_seen_twice_changes_nothing(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(record)
    before = any_scene.read_model()
    any_scene.now = NOON + timedelta(days=40)
    any_scene.project(record)
    assert any_scene.read_model() == before


def test_what_the_store_refuses_is_kept_aside_alone(any_scene: Scene) -> None:
    scene = any_scene
    good, poisoned = scene.writer.record(scene.nurse), scene.writer.record(scene.nurse, evaluator="x")
    with scene.store.session() as session:
        session.connection().exec_driver_sql("CREATE UNIQUE INDEX only_one ON record (evaluator)")
    other = scene.writer.record(scene.nurse, evaluator="x")
    scene.project(good, poisoned, other)
    assert scene.reasons() in (
        {poisoned.envelope.identifier: "internal-error"},
        {other.envelope.identifier: "internal-error"},
    )
    assert len(scene.rows(Record)) == 2
    with scene.store.session() as session:
        assert len(session.exec(select(EnvelopeSeen)).all()) == 3
