"""What a visit's records say together, and of which visits no letter may be made."""

from datetime import timedelta
from typing import Any

import pytest

from forms.load import published
from server.letters.errors import LetterRefused, Refusal
from server.letters.visit import VisitSaid, visit_said
from tests.server.projection import test_instruments as instruments
from tests.server.projection.scene import Scene
from tests.support.organisation import NOON
from tests.support.records import SealedRecord, full_answers


def read(scene: Scene, record: SealedRecord) -> VisitSaid:
    with scene.store.session() as session:
        return visit_said(session, published(), record.payload["visit"], record.payload["team"])


def refused(scene: Scene, record: SealedRecord) -> Refusal:
    with pytest.raises(LetterRefused) as refusal:
        read(scene, record)
    return refusal.value.reason


def write(scene: Scene, minutes: int = 0, visit: str | None = None, **changed: Any) -> SealedRecord:
    slot = scene.doctor if minutes else scene.nurse
    return scene.writer.record(
        slot, full_answers(**changed), visit=visit, signed_at=NOON + timedelta(minutes=minutes)
    )


def test_the_later_value_stands_and_the_other_is_told_beside(scene: Scene) -> None:
    nurse = write(scene, vitals__sbp={"values": [150]})
    doctor = write(scene, 9, nurse.payload["visit"], vitals__sbp={"values": [138]})
    scene.project(doctor, nurse)
    said = read(scene, nurse).said["vitals.sbp"]
    assert said.row.values == ("138\u00a0mmHg",)
    assert said.others == ("150\u00a0mmHg",)


def test_an_absence_hides_no_value_of_the_other_hand(scene: Scene) -> None:
    nurse = write(scene, vitals__rr={"values": [18]}, conclusion__notes={"absent": "not-asked"})
    doctor = write(scene, 9, nurse.payload["visit"], vitals__rr={"absent": "not-performed"})
    scene.project(nurse, doctor)
    found = read(scene, nurse)
    assert found.said["vitals.rr"].row.values == ("18\u00a0/min",)
    assert found.said["conclusion.notes"].row.absence is None
    assert [record.digest for record in found.records] == [nurse.digest, doctor.digest]


def test_a_replaced_record_is_not_told(scene: Scene) -> None:
    first = write(scene, vitals__hr={"values": [72]})
    replaces = {"record": first.envelope.identifier, "reason": "Erreur"}
    answers = full_answers(vitals__hr={"values": [88]})
    scene.project(
        first, scene.writer.record(scene.nurse, answers, visit=first.payload["visit"], replaces=replaces)
    )
    assert read(scene, first).said["vitals.hr"].row.values == ("88\u00a0/min",)
    assert read(scene, first).said["vitals.hr"].others == ()


def test_no_letter_is_made_when_sharing_is_refused(scene: Scene) -> None:
    record = write(scene, information__sharing={"values": [False]})
    scene.project(record)
    assert refused(scene, record) is Refusal.SHARING


def test_no_letter_is_made_when_the_report_is_refused_to_the_attending_doctor(scene: Scene) -> None:
    record = instruments.write(
        scene, "teleconsultation", "request", consent__report_to_gp={"values": [False]}
    )
    assert refused(scene, record) is Refusal.REPORT


def test_an_agreement_to_the_report_that_nobody_was_asked_for_refuses_nothing(scene: Scene) -> None:
    record = instruments.write(
        scene, "teleconsultation", "request", consent__report_to_gp={"absent": "not-asked"}
    )
    assert read(scene, record).records[0].digest == record.digest


def test_the_last_word_on_sharing_stands(scene: Scene) -> None:
    nurse = write(scene, information__sharing={"values": [False]})
    doctor = write(scene, 9, nurse.payload["visit"], information__sharing={"values": [True]})
    scene.project(nurse, doctor)
    assert read(scene, nurse).text("information.sharing") == "True"


def test_sharing_not_asked_is_not_a_refusal(scene: Scene) -> None:
    record = write(scene, information__sharing={"absent": "not-asked"})
    scene.project(record)
    assert read(scene, record).text("information.sharing") is None


def test_no_letter_tells_of_a_restricted_visit_not_even_of_its_other_records(scene: Scene) -> None:
    nurse = write(scene)
    secret = scene.writer.record(scene.doctor, visit=nurse.payload["visit"], restricted=True)
    scene.project(nurse)
    assert read(scene, nurse).records
    scene.project(secret)
    assert refused(scene, nurse) is Refusal.RESTRICTED


def test_what_a_remote_doctor_answered_is_told_and_a_record_of_the_team_outweighs_it(scene: Scene) -> None:
    request = instruments.write(scene, "teleconsultation", "request")
    assert read(scene, request).advised_by is None
    instruments.answered(scene, request)
    said = read(scene, request)
    assert said.said["outcome.main"].row.values == ("Avis d’un spécialiste",)
    assert said.text("outcome.main") == "specialist"
    assert said.advised_by == "Dr Loin"
    instruments.write(scene, "teleconsultation", "closing", visit=request.payload["visit"])
    said = read(scene, request)
    assert said.said["outcome.main"].row.values == ("Conseil",)
    assert said.said["outcome.main"].others == ("Avis d’un spécialiste",)


def test_an_unknown_visit_has_nothing_to_tell(scene: Scene) -> None:
    assert refused(scene, write(scene)) is Refusal.NOTHING
