"""The tasks that coordinators see: where each stands, what is kept, and what is only counted for some."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from forms.tasks import TaskKind
from server.central.databases import DECISIONS
from server.follow_up import board, change
from server.follow_up.board import NOBODY, Standing, TaskFilter, TaskRow
from server.follow_up.change import TypedChange
from server.follow_up.without_gp import NO_OUTCOME, SearchBoard, search_board
from server.identifiers import new_uuid
from server.projection.acts import TaskChange
from server.store.follow_ups import Task
from server.store.people import Person, VisitIdentity
from tests.server.projection.scene import Scene
from tests.support.afterwards import task_key
from tests.support.organisation import DAY, NOON
from tests.support.records import SealedRecord, full_answers

LATER = DAY + timedelta(days=60)


def write(scene: Scene, restricted: bool = False, **changed: Any) -> SealedRecord:
    record = (
        scene.writer.record(scene.nurse, full_answers(**changed), restricted=True)
        if restricted
        else scene.writer.record(scene.nurse, full_answers(**changed))
    )
    scene.project(record)
    return record


def act(scene: Scene, record: SealedRecord, minutes: int = 0, **changed: Any) -> None:
    body: dict[str, Any] = {"owner": None, "due_on": None, "outcome": None, "note": "", **changed}
    at = NOON + timedelta(minutes=minutes)
    change_ = TaskChange(subject=task_key(record), member=scene.seeded.clinical, at=at, **body)
    scene.project_documents([scene.act(change_)], DECISIONS)


def listed(
    scene: Scene, wanted: TaskFilter | None = None, *, clinical: bool = True, today: date = DAY
) -> list[TaskRow]:
    with scene.store.session() as session:
        kept = wanted or TaskFilter()
        return board.tasks(session, {scene.seeded.team}, kept, today, clinical=clinical).rows


def searches(scene: Scene, **named: Any) -> list[TaskRow]:
    return [row for row in listed(scene, **named) if row.kind is TaskKind.ATTENDING_GP_SEARCH]


def test_a_visit_s_tasks_are_listed_the_soonest_first(any_scene: Scene) -> None:
    record = write(any_scene)
    rows = listed(any_scene)
    assert [row.kind for row in rows] == [
        TaskKind.DOCUMENT,
        TaskKind.ORIENTATION,
        TaskKind.FOLLOW_UP,
        TaskKind.ATTENDING_GP_SEARCH,
    ]
    assert {row.number for row in rows} == {
        f"{record.payload['visit'][:4]}-{record.payload['visit'][4:8]}".upper()
    }
    assert {row.stop for row in rows} == {"La Gresle"}
    assert {row.person for row in rows} == {"GARCIA-HAMMADI SARAH-LOU"}


def test_what_is_urgent_stands_before_what_is_late_until_it_is_done(any_scene: Scene) -> None:
    write(
        any_scene,
        conclusion__outcome={"values": ["orientation_urgences"]},
        conclusion__outcome_detail={"absent": "asked-unknown"},
    )
    make_documents_older(any_scene)
    first, second, *_ = listed(any_scene, today=LATER)
    assert (first.kind, first.due_on) == (TaskKind.URGENT_ORIENTATION, DAY)
    assert second.kind is TaskKind.DOCUMENT
    seen = TaskChange(
        subject=first.task.key,
        member=any_scene.seeded.clinical,
        at=NOON,
        owner=None,
        due_on=None,
        outcome="vu",
        note="",
    )
    any_scene.project_documents([any_scene.act(seen)], DECISIONS)
    make_documents_older(any_scene)
    rows = listed(any_scene, TaskFilter(standing=None), today=LATER)
    assert [row.kind for row in rows][:2] == [TaskKind.DOCUMENT, TaskKind.URGENT_ORIENTATION]


def make_documents_older(scene: Scene) -> None:
    """Give the documents to send a day long before what is urgent."""
    with scene.store.session() as session:
        for task in session.exec(select(Task).where(Task.kind == TaskKind.DOCUMENT.value)):
            task.due_on = DAY - timedelta(days=30)


def test_an_administrative_coordinator_reads_administrative_kinds_without_names(scene: Scene) -> None:
    write(scene)
    (row,) = listed(scene, clinical=False)
    assert (row.kind, row.person, row.birth_date) == (TaskKind.ATTENDING_GP_SEARCH, None, None)


def test_clinical_kinds_are_counted_for_everybody(any_scene: Scene) -> None:
    record = write(any_scene)
    act(any_scene, record, outcome="abouti")
    with any_scene.store.session() as session:
        counts = board.counts(session, {any_scene.seeded.team}, LATER)
    assert {kind: (each.open, each.late, each.done) for kind, each in counts.items()} == {
        **dict.fromkeys(TaskKind, (0, 0, 0)),
        TaskKind.FOLLOW_UP: (1, 1, 0),
        TaskKind.ORIENTATION: (1, 1, 0),
        TaskKind.DOCUMENT: (1, 1, 0),
        TaskKind.ATTENDING_GP_SEARCH: (0, 0, 1),
    }


def test_a_restricted_visit_has_no_name_and_is_no_administrative_coordinator_s(scene: Scene) -> None:
    write(scene, restricted=True)
    assert {row.person for row in listed(scene)} == {None}
    assert listed(scene, clinical=False) == []


def test_another_team_s_tasks_are_nobody_s_here(scene: Scene) -> None:
    write(scene)
    with scene.store.session() as session:
        assert board.tasks(session, {"another"}, TaskFilter(), DAY, clinical=True).rows == []
        task = session.exec(select(Task)).first()
        assert task is not None
        assert board.find_task(session, {"another"}, task.handle, DAY, clinical=True) is None
        assert board.find_task(session, {scene.seeded.team}, task.handle, DAY, clinical=True) is not None


def test_a_task_is_late_after_its_day_and_a_new_date_counts(any_scene: Scene) -> None:
    record = write(any_scene)
    assert len(listed(any_scene, TaskFilter(late=True), today=LATER)) == 4
    assert listed(any_scene, TaskFilter(late=True)) == []
    act(any_scene, record, due_on=LATER + timedelta(days=1))
    assert len(listed(any_scene, TaskFilter(late=True), today=LATER)) == 3


@pytest.mark.parametrize(
    ("outcome", "standing"), [("abouti", Standing.DONE), ("en_attente", Standing.OPEN), (None, Standing.OPEN)]
)
def test_an_outcome_ends_a_task_or_not(scene: Scene, outcome: str | None, standing: Standing) -> None:
    act(scene, write(scene), outcome=outcome)
    kept = TaskFilter(kind=TaskKind.ATTENDING_GP_SEARCH, standing=None)
    (row,) = listed(scene, kept)
    assert row.standing is standing


def test_mine_and_nobody_s(scene: Scene) -> None:
    record = write(scene)
    act(scene, record, owner=scene.seeded.clinical)
    assert len(listed(scene, TaskFilter(owner=NOBODY))) == 3
    (mine,) = listed(scene, TaskFilter(owner=scene.seeded.clinical))
    assert mine.owner == "Cléo Essai"


def test_the_tasks_of_somebody_who_died_are_closed_and_shown(any_scene: Scene) -> None:
    write(any_scene)
    with any_scene.store.session() as session:
        for person in session.exec(select(Person)):
            person.deceased = True
            session.add(person)
    assert listed(any_scene) == []
    closed = listed(any_scene, TaskFilter(standing=Standing.DECEASED), today=LATER)
    assert (len(closed), {row.late for row in closed}) == (4, {False})


def asked_again(scene: Scene, visit: str, person: str, day: date) -> None:
    """A step 1 of somebody, which asks for the next one."""
    team = scene.seeded.team
    with scene.store.session() as session:
        session.add(
            VisitIdentity(
                visit_id=visit, team_id=team, identity_key=visit, own_key=person, person_key=person, day=day,
                complete=True,
            )
        )  # fmt: skip
        session.add(
            Task(
                key=f"{visit}:{team}:results.next_due:due", handle=visit, kind=TaskKind.ICOPE_NEXT,
                visit_id=visit, team_id=team, stop_id="", link_id="results.next_due", code="due", day=day,
                due_on=day + timedelta(days=120),
            )
        )  # fmt: skip


def test_the_next_step_1_ends_what_asked_for_it_and_asks_in_its_turn(any_scene: Scene) -> None:
    later = DAY + timedelta(days=182)
    for visit, person, day in (("v1", "anne", DAY), ("v2", "anne", later), ("v3", "else", DAY)):
        asked_again(any_scene, visit, person, day)
    assert {row.task.visit_id for row in listed(any_scene)} == {"v2", "v3"}
    (closed,) = listed(any_scene, TaskFilter(standing=Standing.CAME_AGAIN), today=later)
    assert (closed.task.visit_id, closed.standing, closed.late) == ("v1", Standing.CAME_AGAIN, False)
    assert [row.task.visit_id for row in listed(any_scene, TaskFilter(late=True), today=later)] == ["v3"]
    with any_scene.store.session() as session:
        counted = board.counts(session, {any_scene.seeded.team}, later)[TaskKind.ICOPE_NEXT]
    assert (counted.open, counted.late) == (2, 1)


def test_a_task_whose_answer_is_gone_stays_when_somebody_worked_on_it(scene: Scene) -> None:
    record = write(scene)
    act(scene, record, note="Deux cabinets appelés")
    replaces = {"record": record.envelope.identifier, "reason": "Erreur"}
    answers = full_answers(visit__attending_gp={"values": ["avec_mt"]}, visit__attending_gp_search=None)
    scene.project(scene.writer.record(scene.nurse, answers, visit=record.payload["visit"], replaces=replaces))
    assert searches(scene) == []
    (kept,) = listed(scene, TaskFilter(standing=Standing.VANISHED))
    assert kept.kind is TaskKind.ATTENDING_GP_SEARCH


def test_pages_follow_one_another(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    write(scene)
    monkeypatch.setattr(board, "PAGE_SIZE", 3)
    with scene.store.session() as session:
        pages = [
            board.tasks(session, {scene.seeded.team}, TaskFilter(), DAY, clinical=True, page=number)
            for number in (1, 2, 99)
        ]
    assert [(page.page, len(page.rows)) for page in pages] == [(1, 3), (2, 1), (2, 1)]


def read(typed: TypedChange, kind: TaskKind = TaskKind.DOCUMENT) -> TaskChange | tuple[str, ...]:
    known = {"member": "Cléo"}
    task = Task(
        key="key", handle="", kind=kind, visit_id="", team_id="", stop_id="", link_id="", code="", day=DAY
    )
    return change.read(typed, task, known, member="member", at=NOON)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (TypedChange(owner="stranger"), "owner"),
        (TypedChange(due_on="2026-02-30"), "due"),
        (TypedChange(due_on="demain"), "due"),
        (TypedChange(outcome="abouti"), "outcome"),
        (TypedChange(note="x" * 2001), "note"),
    ],
)
def test_an_impossible_change_is_refused(typed: TypedChange, fault: str) -> None:
    assert read(typed) == (fault,)


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        (TypedChange(outcome="fait", done_on="2026-02-30"), ("done-on",)),
        (TypedChange(outcome="fait", done_on=str(DAY - timedelta(days=1))), ("done-on-before",)),
        (TypedChange(outcome="fait", done_on=str(DAY + timedelta(days=1))), ("done-on-after",)),
        (TypedChange(outcome="fait", done_by="neighbour"), ("done-by",)),
        (TypedChange(outcome="rendez_vous_pris", done_on=str(DAY)), ("done-open",)),
        (TypedChange(outcome="refuse", done_by="attending_gp"), ("done-open",)),
    ],
)
def test_what_was_not_done_has_no_day_and_nobody(typed: TypedChange, faults: tuple[str, ...]) -> None:
    assert read(typed, TaskKind.ICOPE_STEP2) == faults


def test_a_kind_that_asks_for_no_day_takes_none() -> None:
    found = read(TypedChange(outcome="envoye", done_on=str(DAY)))
    assert isinstance(found, tuple)
    assert "done-on" in found


def test_when_and_by_whom_a_step_2_was_done_is_part_of_the_act() -> None:
    found = read(TypedChange(outcome="fait", done_on=str(DAY), done_by="attending_gp"), TaskKind.ICOPE_STEP2)
    assert isinstance(found, TaskChange)
    assert (found.done_on, found.done_by) == (DAY, "attending_gp")


def test_a_change_says_all_of_the_new_state() -> None:
    found = read(TypedChange("member", "2026-12-01", "envoye", " fait "))
    assert isinstance(found, TaskChange)
    assert (found.owner, found.due_on, found.outcome, found.note) == (
        "member",
        date(2026, 12, 1),
        "envoye",
        "fait",
    )


def searched(scene: Scene, *, clinical: bool = True) -> SearchBoard:
    with scene.store.session() as session:
        return search_board(session, {scene.seeded.team}, DAY, clinical=clinical)


def test_who_agreed_is_listed_and_who_did_not_is_counted(any_scene: Scene) -> None:
    agreed = write(any_scene)
    write(any_scene, visit__attending_gp_search={"values": [False]})
    write(any_scene, visit__attending_gp_search={"absent": "not-asked"})
    write(any_scene, visit__attending_gp={"values": ["avec_mt"]}, visit__attending_gp_search=None)
    found = searched(any_scene)
    assert [row.latest.task.visit_id for row in found.search.people] == [agreed.payload["visit"]]
    assert (found.declined, found.unsaid) == (1, 1)


def test_totals_count_people_by_outcome(scene: Scene) -> None:
    first = write(scene, identity__birth_name={"values": ["DURAND"]})
    write(scene, identity__birth_name={"values": ["PETIT"]})
    act(scene, first, outcome="oriente_dac")
    totals = searched(scene).search.totals
    assert (totals["oriente_dac"], totals[NO_OUTCOME], sum(totals.values())) == (1, 1, 2)


def test_one_person_seen_twice_counts_once(scene: Scene) -> None:
    first, second = write(scene), write(scene)
    act(scene, first, outcome="en_attente")
    with scene.store.session() as session:
        keys = set(session.exec(select(VisitIdentity.person_key)))
    assert len(keys) == 1
    (person,) = searched(scene).search.people
    assert {person.latest.task.visit_id, *(each.task.visit_id for each in person.earlier)} == {
        first.payload["visit"],
        second.payload["visit"],
    }
    assert person.outcome == "en_attente"


def test_of_two_visits_of_one_day_the_latest_is_the_one_signed_last(any_scene: Scene) -> None:
    visits = [new_uuid() for _ in range(3)]
    # Signed against the order of their ids, which says nothing.
    visits.sort(reverse=True)
    for number, visit in enumerate(visits):
        at = NOON + timedelta(minutes=number)
        any_scene.project(any_scene.writer.record(any_scene.nurse, full_answers(), visit=visit, signed_at=at))
    (person,) = searched(any_scene).search.people
    assert [each.task.visit_id for each in (person.latest, *person.earlier)] == visits[::-1]


def test_a_restricted_visit_is_never_beside_a_name(scene: Scene) -> None:
    write(scene)
    write(scene, restricted=True)
    names = {row.latest.person for row in searched(scene).search.people}
    assert names == {"GARCIA-HAMMADI SARAH-LOU", None}
    assert {len(row.earlier) for row in searched(scene).search.people} == {0}
    assert {row.latest.person for row in searched(scene, clinical=False).search.people} == {None}
