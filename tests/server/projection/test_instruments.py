"""Records of the instruments, projected: what is counted of them, and what they ask for afterwards."""

from typing import Any

import pytest

from server.central.databases import DECISIONS
from server.identifiers import new_uuid
from server.projection.acts import FormNamed, RemoteAnswer, RemoteSatisfaction
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.follow_ups import Task
from server.store.people import VisitIdentity
from server.store.read import Record, RecordState, Visit
from tests.server.projection.scene import Scene
from tests.support.organisation import NOON
from tests.support.records import SealedRecord, answers_to, form_named, visit_day


def write(
    scene: Scene, name: str, base: str = "full", visit: str | None = None, minute: int = 0, **changed: Any
) -> SealedRecord:
    """Project a base of answers signed so long after noon; ``changed`` replaces some (``__`` for the dot),
    None removes.
    """
    answers = answers_to(name, base)
    for link_id, answer in changed.items():
        answers.pop(link_id.replace("__", "."), None)
        if answer is not None:
            answers[link_id.replace("__", ".")] = answer
    day = visit_day(name)
    scene.now = NOON.replace(month=day.month, day=day.day, minute=minute)
    record = scene.writer.record(scene.nurse, answers, of=form_named(name), visit=visit, signed_at=scene.now)
    scene.project(record)
    return record


def codes(scene: Scene) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in scene.rows(VisitCode):
        found.setdefault(row.item, set()).add(row.code)
    return found


def tasks(scene: Scene) -> set[tuple[str, str, str]]:
    return {(row.kind, row.link_id, row.code) for row in scene.rows(Task)}


@pytest.mark.parametrize("name", ["bpco-reperage", "icope-step1", "prevention-stand", "teleconsultation"])
def test_a_full_record_is_integrated_and_counted_under_its_form(name: str, scene: Scene) -> None:
    write(scene, name)
    assert [row.state for row in scene.rows(Record)] == [RecordState.INTEGRATED]
    assert codes(scene)["form"] == {name}


def test_domains_of_a_step_1_are_counted_each_with_its_state(scene: Scene) -> None:
    write(scene, "icope-step1")
    answers = answers_to("icope-step1")
    for domain in ("cognition", "locomotion", "nutrition", "vision", "hearing", "mood"):
        assert codes(scene)[f"icope_{domain}"] == set(answers[f"{domain}.state"]["values"])
    assert codes(scene)["icope_alerts"] == {str(answers["results.alerts"]["values"][0])}


def test_two_forms_of_one_visit_are_one_visit_with_both(scene: Scene) -> None:
    first = write(scene, "icope-step1")
    write(scene, "bpco-reperage", visit=first.payload["visit"])
    assert codes(scene)["form"] == {"icope-step1", "bpco-reperage"}
    assert len({act.visit_id for act in scene.rows(SignedAct)}) == 1


def test_the_stations_of_a_stand_are_told_together(scene: Scene) -> None:
    visit = new_uuid()
    write(scene, "prevention-stand", "station", visit=visit)
    write(scene, "prevention-stand", "glucose", visit=visit)
    write(scene, "prevention-stand", "reception", visit=visit)
    assert codes(scene)["stand_station"] == {"blood_pressure", "glucose"}
    # Of a question with one answer the latest stands.
    assert len(codes(scene)["stand_theme"]) == 1


def test_a_breath_at_a_station_joins_the_receptions_identity_and_says_none_of_its_own(scene: Scene) -> None:
    visit = new_uuid()
    write(scene, "prevention-stand", "reception", visit=visit)
    check = {"values": ["1951-04-24"]}
    write(scene, "bpco-reperage", "station", visit=visit, minute=5, identity__birth_date=check)
    assert codes(scene)["form"] == {"prevention-stand", "bpco-reperage"}
    assert codes(scene)["bpco_result"] == {"suspicion"}
    (identity,) = scene.rows(VisitIdentity)
    assert (identity.birth_name, identity.sex, str(identity.birth_date)) == ("MARTIN", "F", "1978-03-02")
    (visit_row,) = scene.rows(Visit)
    assert (visit_row.person, str(visit_row.birth_date)) == ("MARTIN JEANNE", "1978-03-02")
    (figure,) = scene.rows(VisitFigure)
    assert (figure.sex, figure.age) == ("F", 48)


def test_a_breath_at_a_station_whose_reception_never_came_is_of_nobody(scene: Scene) -> None:
    write(scene, "bpco-reperage", "station")
    (identity,) = scene.rows(VisitIdentity)
    assert (identity.birth_date, identity.sex) == (None, None)
    (figure,) = scene.rows(VisitFigure)
    assert (figure.age, figure.identified) == (None, False)


def test_a_complete_identity_is_not_undone_by_a_partial_one_of_the_same_person(scene: Scene) -> None:
    visit = new_uuid()
    partial = {"identity__mode": {"values": ["partial"]}, "identity__birth_place": None}
    write(scene, "prevention-stand", "reception", visit=visit)
    write(scene, "prevention-stand", "reception", visit=visit, minute=1, **partial)
    (row,) = scene.rows(VisitIdentity)
    assert (row.complete, row.birth_place) == (True, "42187")
    other = {**partial, "identity__birth_name": {"values": ["DURAND"]}}
    write(scene, "prevention-stand", "reception", visit=visit, minute=2, **other)
    (row,) = scene.rows(VisitIdentity)
    assert (row.birth_name, row.complete, row.birth_place) == ("DURAND", False, None)


def test_a_suspicion_that_was_validated_waits_for_the_doctors_word(scene: Scene) -> None:
    write(scene, "bpco-reperage")
    answers = answers_to("bpco-reperage")
    assert answers["result.conclusion"]["values"] == ["suspicion"]
    assert ("bpco_confirmation", "result.conclusion", "suspicion") in tasks(scene)


def test_a_suspicion_set_aside_asks_for_nothing(scene: Scene) -> None:
    write(
        scene,
        "bpco-reperage",
        result__review={"values": ["set_aside"]},
        result__review_reason={"values": ["Toux d’une bronchite en cours"]},
    )
    assert not [each for each in tasks(scene) if each[0] == "bpco_confirmation"]


def test_a_step_1_asks_for_its_step_2_and_for_the_next(scene: Scene) -> None:
    write(scene, "icope-step1")
    answers = answers_to("icope-step1")
    (due,) = (row.due_on for row in scene.rows(Task) if row.kind == "icope_next")
    assert due is not None
    assert due.isoformat() == answers["results.next_due"]["values"][0]
    decision = answers["step2.decision"]["values"][0]
    assert (("icope_step2", "step2.decision", decision) in tasks(scene)) == (decision != "refused")


def test_a_step_2_already_done_at_the_signature_asks_for_nothing(scene: Scene) -> None:
    done = {"values": [answers_to("icope-step1")["results.next_due"]["values"][0]]}
    write(scene, "icope-step1", step2__decision={"values": ["accepted"]}, step2__on=done)
    assert not [each for each in tasks(scene) if each[0] == "icope_step2"]
    assert codes(scene)["icope_step2_on"] == set(done["values"])


def test_what_the_doctor_answered_through_the_link_is_counted_with_the_request(scene: Scene) -> None:
    record = write(scene, "teleconsultation", "request")
    answered(scene, record)
    counted = codes(scene)
    assert counted["teleconsultation_outcome"] == {"specialist"}
    assert counted["teleconsultation_answer"] == {"first_answer", "hospital_avoided"}
    assert counted["teleconsultation_physician_again"] == {"5"}
    assert counted["form"] == {"teleconsultation", "teleconsultation-satisfaction-physician"}


def test_a_record_of_the_team_outweighs_what_came_through_the_link(scene: Scene) -> None:
    record = write(scene, "teleconsultation")
    answered(scene, record)
    said = answers_to("teleconsultation")["outcome.main"]["values"]
    assert codes(scene)["teleconsultation_outcome"] == set(said)


def answered(scene: Scene, record: SealedRecord) -> None:
    """The doctor answers the request of a record through a link, and says how it went."""
    satisfaction = form_named("teleconsultation-satisfaction-physician")
    act = RemoteAnswer(
        subject=f"{record.payload['visit']}:{scene.seeded.team}",
        member=scene.seeded.nurse,
        at=scene.now,
        form=FormNamed(form_named("teleconsultation").url, "1.0.0"),
        answers={
            "outcome.main": {"values": ["specialist"]},
            "outcome.answer": {"values": ["first_answer", "hospital_avoided"]},
        },
        satisfaction=RemoteSatisfaction(
            FormNamed(satisfaction.url, satisfaction.version),
            {"satisfaction.again": {"values": ["5"]}},
        ),
        signed_name="Dr Loin",
        rpps=None,
        link=new_uuid(),
    )
    scene.project_documents([scene.act(act)], DECISIONS)
