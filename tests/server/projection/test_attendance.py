"""A person's coming is what the last notice says, whatever the order they came in."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.identifiers import new_uuid
from server.projection.attendance import Step, course
from server.store.notices import Attendance, AttendanceStatus, Notice
from server.store.read import Receipt, Visit
from tests.server.projection.scene import Scene
from tests.support.organisation import DAY, NOON
from tests.support.records import SealedRecord

VISIT = new_uuid()
S = AttendanceStatus


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def told(scene: Scene, status: str, minutes: int, **members: Any) -> SealedRecord:
    text = at(minutes).isoformat(timespec="milliseconds")
    return scene.writer.notice(scene.nurse, "attendance", visit=VISIT, status=status, at=text, **members)


def test_a_coming_is_followed_from_arrival_to_its_end(any_scene: Scene) -> None:
    steps = [("arrived", 0), ("with_nurse", 5), ("arrived", 9), ("with_doctor", 20), ("done", 45)]
    for status, minutes in reversed(steps):
        any_scene.project(told(any_scene, status, minutes, walk_in=True))
    (row,) = any_scene.rows(Attendance)
    assert (row.visit_id, row.day, row.status, row.walk_in) == (VISIT, DAY, S.DONE, True)
    assert (row.arrived_at, row.with_nurse_at, row.with_doctor_at) == (at(0), at(5), at(20))
    assert (row.since, row.ended_at, row.interruptions) == (at(45), at(45), 0)


def test_who_waits_again_after_having_been_with_somebody_did_not_arrive_then(scene: Scene) -> None:
    """A stand's label is scanned and its reception signed: nobody said when the person came."""
    scene.project(told(scene, "with_nurse", 0), told(scene, "arrived", 1), told(scene, "done", 9))
    (row,) = scene.rows(Attendance)
    assert (row.arrived_at, row.with_nurse_at, row.ended_at) == (None, at(0), at(9))


def test_an_interruption_is_to_be_taken_again_by_the_same_hands(scene: Scene) -> None:
    """Waiting for the doctor after the nurse is none; waiting, then the nurse again, is one."""
    steps = ["arrived", "with_nurse", "arrived", "with_nurse", "arrived", "with_doctor", "arrived"]
    scene.project(*[told(scene, status, minute) for minute, status in enumerate(steps)])
    (row,) = scene.rows(Attendance)
    assert row.interruptions == 1


def test_the_last_by_centrals_clock_stands(scene: Scene) -> None:
    scene.project(
        told(scene, "arrived", 10),
        told(scene, "left", 5, clock_offset_ms=10 * 60_000, reason="Trop d’attente"),
    )
    (row,) = scene.rows(Attendance)
    assert (row.status, row.since, row.reason) == (S.LEFT, at(15), "Trop d’attente")


def test_a_coming_without_a_record_is_no_visit_and_has_a_receipt(scene: Scene) -> None:
    scene.project(told(scene, "absent", 0))
    assert scene.rows(Visit) == []
    (receipt,) = scene.rows(Receipt)
    assert (receipt.state, receipt.reasons) == ("integrated", [])


def test_the_notice_keeps_what_is_known_of_the_person(scene: Scene) -> None:
    person = {"birth_name": "ESSAI", "first_name": None, "birth_date": None}
    scene.project(told(scene, "arrived", 0, person=person))
    (notice,) = scene.rows(Notice)
    assert (notice.visit_id, notice.kind, notice.body["person"]) == (VISIT, "attendance", person)


def test_an_instant_that_cannot_be_keeps_the_notice_aside(scene: Scene) -> None:
    tomorrow = told(scene, "arrived", 2 * 24 * 60)
    never = scene.writer.notice(scene.nurse, "attendance", visit=VISIT, at="0001-01-01T00:00:00+14:00")
    scene.project(tomorrow, never)
    assert set(scene.reasons().values()) == {"date-impossible"}
    assert scene.rows(Attendance) == []


def test_a_status_taken_back_is_no_arrival() -> None:
    steps = [Step(at(0), "a", S.ARRIVED), Step(at(1), "b", S.ABSENT)]
    assert course(steps).arrived_at is None


def test_a_status_told_twice_began_with_the_first() -> None:
    steps = [Step(at(0), "a", S.ARRIVED), Step(at(9), "b", S.WITH_DOCTOR), Step(at(12), "c", S.WITH_DOCTOR)]
    assert course(steps).since == at(9)


@given(
    st.lists(
        st.builds(
            Step, st.integers(0, 5).map(at), st.text("0123", min_size=1, max_size=2), st.sampled_from(S)
        ),
        min_size=1,
        unique=True,
    ).flatmap(lambda steps: st.tuples(st.just(steps), st.permutations(steps)))
)
def test_the_course_of_a_coming_depends_on_its_steps_and_not_on_their_order(
    steps: tuple[list[Step], list[Step]],
) -> None:
    assert course(steps[0]) == course(steps[1])
