"""Tasks: which answers ask for what, and what stays of one when its answer changes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from forms.definition import Item
from forms.load import published
from forms.tasks import TaskKind, task_rules
from server.central.databases import DECISIONS
from server.identifiers import new_uuid
from server.projection.acts import TaskChange
from server.projection.tasks import TaskKey
from server.store.follow_ups import Task, TaskState
from server.store.read import Quarantined
from tests.server.projection.scene import Scene
from tests.support.organisation import DAY, FORM, NOON
from tests.support.records import RecordWriter, SealedRecord, full_answers

QUIET: Mapping[str, Mapping[str, Any] | None] = {
    "visit__attending_gp": {"values": ["avec_mt"]},
    "visit__attending_gp_name": None,
    "visit__attending_gp_search": None,
    "conclusion__outcome": {"values": ["conseils"]},
    "conclusion__outcome_detail": None,
    "conclusion__follow_up": {"values": ["none"]},
    "conclusion__follow_up_date": None,
    "conclusion__follow_up_by": None,
    "conclusion__documents": {"values": ["none"]},
    "conclusion__delivery__prescription": None,
    "conclusion__delivery__tests": None,
    "conclusion__delivery__certificate": None,
    "conclusion__delivery__sick_leave": None,
    "conclusion__delivery__letter": None,
    "conclusion__delivery__advice": None,
}
"""Answers that ask for nothing afterwards."""


def write(scene: Scene, changed: Mapping[str, Any], **named: Any) -> SealedRecord:
    return scene.writer.record(scene.nurse, full_answers(**{**QUIET, **changed}), **named)


def tasks(scene: Scene) -> dict[tuple[str, str, str], Task]:
    return {(row.kind, row.link_id, row.code): row for row in scene.rows(Task)}


def act(scene: Scene, key: str, minutes: int = 0, **changed: Any) -> None:
    body: dict[str, Any] = {"owner": scene.seeded.clinical, "due_on": None, "outcome": None, "note": ""}
    change = TaskChange(
        subject=key, member=scene.seeded.clinical, at=NOON + timedelta(minutes=minutes), **{**body, **changed}
    )
    scene.project_documents([scene.act(change)], DECISIONS)


SEARCH = {
    "visit__attending_gp": {"values": ["sans_mt"]},
    "visit__attending_gp_search": {"values": [True]},
}
REFERRED = {"conclusion__outcome": {"values": ["conseils", "orientation_mt", "orientation_social"]}}


def test_a_visit_that_asks_for_nothing_has_no_task(scene: Scene) -> None:
    scene.project(write(scene, {}))
    assert scene.rows(Task) == []


def test_a_follow_up_is_due_on_its_date(scene: Scene) -> None:
    on = DAY + timedelta(days=21)
    scene.project(
        write(
            scene,
            {
                "conclusion__follow_up": {"values": ["planned"]},
                "conclusion__follow_up_date": {"values": [on.isoformat()]},
                "conclusion__follow_up_by": {"values": ["medicobus"]},
            },
        )
    )
    (task,) = scene.rows(Task)
    assert (task.kind, task.due_on, task.day) == (TaskKind.FOLLOW_UP, on, DAY)


def test_a_follow_up_whose_date_is_unknown_is_due_after_the_days_of_its_kind(scene: Scene) -> None:
    scene.project(
        write(
            scene,
            {
                "conclusion__follow_up": {"values": ["planned"]},
                "conclusion__follow_up_date": {"absent": "asked-unknown"},
                "conclusion__follow_up_by": {"absent": "not-asked"},
            },
        )
    )
    (task,) = scene.rows(Task)
    assert task.due_on == DAY + timedelta(days=task_rules().kinds[TaskKind.FOLLOW_UP].days)


def test_each_orientation_is_a_task_of_its_own(scene: Scene) -> None:
    scene.project(write(scene, {**REFERRED, "conclusion__outcome_detail": {"values": ["au plus tôt"]}}))
    assert {code for kind, _, code in tasks(scene) if kind == TaskKind.ORIENTATION} == {
        "orientation_mt",
        "orientation_social",
    }


@pytest.mark.parametrize("code", ["orientation_urgences", "orientation_sas"])
def test_an_orientation_to_the_emergencies_is_due_the_same_day(scene: Scene, code: str) -> None:
    scene.project(
        write(
            scene,
            {
                "conclusion__outcome": {"values": [code, "orientation_mt"]},
                "conclusion__outcome_detail": {"absent": "asked-unknown"},
            },
        )
    )
    found = {each: (task.kind, task.due_on) for (_, _, each), task in tasks(scene).items()}
    assert found == {
        code: (TaskKind.URGENT_ORIENTATION, DAY),
        "orientation_mt": (TaskKind.ORIENTATION, DAY + timedelta(days=14)),
    }


URGENT = {
    ("conclusion.outcome", "orientation_urgences"),
    ("conclusion.outcome", "orientation_sas"),
    ("result.orientation", "emergency"),
    ("alerts.action", "call_15"),
    ("alerts.action", "doctor_now"),
    ("orientation.to", "emergency"),
    ("outcome.main", "emergency"),
    ("outcome.main", "regulation"),
    ("consent.instead", "emergency"),
}


def test_whatever_sends_to_the_emergencies_is_urgent_and_nothing_else() -> None:
    kind = TaskKind.URGENT_ORIENTATION
    asked = {(rule.link_id, code) for rule in task_rules().rules if rule.kind is kind for code in rule.codes}
    assert asked == URGENT
    assert kind in task_rules().urgent
    for link_id, code in URGENT:
        rule = task_rules().rule_of(link_id, code)
        assert rule is not None
        assert rule.kind is kind


def test_a_document_to_send_is_a_task_and_a_printed_one_is_none(scene: Scene) -> None:
    scene.project(
        write(
            scene,
            {
                "conclusion__documents": {"values": ["prescription", "letter"]},
                "conclusion__delivery__prescription": {"values": ["printed"]},
                "conclusion__delivery__letter": {"values": ["to_send"]},
            },
        )
    )
    assert list(tasks(scene)) == [(TaskKind.DOCUMENT, "conclusion.delivery.letter", "to_send")]


@pytest.mark.parametrize(
    "search",
    [{"values": [False]}, {"absent": "asked-declined"}, {"absent": "not-asked"}, {"absent": "asked-unknown"}],
)
def test_without_an_agreement_nobody_searches_a_medecin_traitant(
    scene: Scene, search: Mapping[str, Any]
) -> None:
    scene.project(write(scene, {**SEARCH, "visit__attending_gp_search": search}))
    assert scene.rows(Task) == []


@pytest.mark.parametrize("status", ["sans_mt", "mt_non_disponible"])
def test_with_an_agreement_the_search_is_a_task(scene: Scene, status: str) -> None:
    scene.project(write(scene, {**SEARCH, "visit__attending_gp": {"values": [status]}}))
    assert list(tasks(scene)) == [(TaskKind.ATTENDING_GP_SEARCH, "visit.attending_gp", status)]


def test_two_hands_on_one_visit_make_its_tasks_together(scene: Scene) -> None:
    visit = new_uuid()
    nurse = write(scene, {**SEARCH, **REFERRED}, visit=visit)
    doctor = write(
        scene,
        {
            "visit__attending_gp": {"absent": "not-asked"},
            "conclusion__outcome": {"values": ["orientation_urgences"]},
        },
        visit=visit,
        signed_at=NOON + timedelta(minutes=5),
    )
    scene.project(nurse, doctor)
    assert {code for _, _, code in tasks(scene)} == {
        "sans_mt",
        "orientation_mt",
        "orientation_social",
        "orientation_urgences",
    }


def test_a_correction_takes_its_task_away_and_brings_its_own(scene: Scene) -> None:
    first = write(scene, REFERRED)
    scene.project(first)
    replaces = {"record": first.envelope.identifier, "reason": "Erreur"}
    scene.project(write(scene, SEARCH, visit=first.payload["visit"], replaces=replaces))
    assert list(tasks(scene)) == [(TaskKind.ATTENDING_GP_SEARCH, "visit.attending_gp", "sans_mt")]


def test_a_task_on_which_somebody_worked_stays_when_its_answer_is_gone(scene: Scene) -> None:
    first = write(scene, SEARCH)
    scene.project(first)
    (task,) = scene.rows(Task)
    act(scene, task.key, outcome="en_attente", note="Deux cabinets appelés")
    replaces = {"record": first.envelope.identifier, "reason": "Erreur"}
    scene.project(write(scene, {}, visit=first.payload["visit"], replaces=replaces))
    (kept,) = scene.rows(Task)
    assert (kept.key, kept.vanished, kept.due_on) == (task.key, True, None)
    assert [(row.outcome, row.note) for row in scene.rows(TaskState)] == [
        ("en_attente", "Deux cabinets appelés")
    ]


def test_a_record_corrected_to_another_visit_takes_its_tasks_with_it(scene: Scene) -> None:
    wrong = write(scene, SEARCH)
    scene.project(wrong)
    replaces = {"record": wrong.envelope.identifier, "reason": "Mauvaise personne"}
    right = write(scene, SEARCH, replaces=replaces)
    scene.project(right)
    assert [row.visit_id for row in scene.rows(Task)] == [right.payload["visit"]]


def test_the_last_act_stands_whole(scene: Scene) -> None:
    scene.project(write(scene, SEARCH))
    (task,) = scene.rows(Task)
    act(scene, task.key, 5, outcome="abouti", owner=None)
    act(scene, task.key, 1, outcome="en_attente", due_on=date(2026, 12, 24), note="avant")
    (state,) = scene.rows(TaskState)
    assert (state.outcome, state.owner_id, state.due_on, state.note) == ("abouti", None, None, "")


def test_the_visits_of_two_teams_never_share_a_task() -> None:
    visit, first, second = new_uuid(), new_uuid(), new_uuid()
    keys = {TaskKey(visit, team, "visit.attending_gp", "sans_mt") for team in (first, second)}
    assert {TaskKey.parse(str(key)) for key in keys} == keys
    assert TaskKey.parse(f"{visit}:{first}:x") is None


UNDECLARED = {**SEARCH, "visit__undeclared_gp": {"values": ["Dr Petit"]}}


def write_later_form(scene: Scene, changed: Mapping[str, Any]) -> SealedRecord:
    """A record under version 1.1.0, which asks for the usual doctor who is not declared."""
    writer = RecordWriter(scene.seeded, scene.keys)
    writer.form = published()[FORM[0], "1.1.0"]
    answers = {
        "identity.part": {"values": ["complete"]},
        "identity.legal_status": {"values": ["none"]},
        **full_answers(**{**QUIET, **changed}),
    }
    return writer.record(scene.nurse, {name: each for name, each in answers.items() if each})


def test_an_undeclared_usual_doctor_is_a_case_of_its_own(scene: Scene) -> None:
    scene.project(write_later_form(scene, UNDECLARED))
    assert [row.details for row in scene.rows(Quarantined)] == []
    assert list(tasks(scene)) == [(TaskKind.UNDECLARED_GP, "visit.undeclared_gp", "named")]


def test_who_does_not_want_help_is_not_listed_for_an_undeclared_doctor(scene: Scene) -> None:
    scene.project(write_later_form(scene, {**UNDECLARED, "visit__attending_gp_search": {"values": [False]}}))
    assert scene.rows(Quarantined) == []
    assert scene.rows(Task) == []


def test_every_rule_names_items_and_codes_of_one_form_in_its_latest_version() -> None:
    latest = {url: form for (url, _), form in sorted(published().items())}
    for rule in task_rules().rules:
        named = [rule.link_id, rule.due, rule.unless, rule.when.link_id if rule.when else None]
        asking = [
            form.index for form in latest.values() if {each for each in named if each} <= form.index.keys()
        ]
        assert asking, rule
        if not rule.any_value:
            assert any(set(rule.codes) <= answers(index[rule.link_id]) for index in asking), rule


def answers(item: Item) -> set[str]:
    return {"true", "false"} if item.type == "boolean" else set(item.options)


def test_every_kind_has_rules_and_outcomes() -> None:
    assert {rule.kind for rule in task_rules().rules} == set(TaskKind) == task_rules().kinds.keys()
    assert all(rules.outcomes and any(rules.outcomes.values()) for rules in task_rules().kinds.values())
