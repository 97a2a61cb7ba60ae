"""Figures of visits: how the parts of a visit merge, and what is not known."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.load import published
from server.identifiers import new_uuid
from server.projection import figures
from server.projection.figure_items import ABSENCES, CODES, LINK_IDS, MISSING, NO_ANSWER, NO_QUESTION
from server.projection.figures import _Counted, _Merged
from server.projection.spoken import Spoken
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.read import Record, RecordState
from tests.server.projection.scene import Scene
from tests.support.organisation import FORM, NOON
from tests.support.records import SealedRecord, full_answers


def figure(scene: Scene) -> VisitFigure:
    (row,) = scene.rows(VisitFigure)
    return row


def codes(scene: Scene, item: str) -> set[str]:
    return {row.code for row in scene.rows(VisitCode) if row.item == item}


def value(*values: Any) -> Mapping[str, Any]:
    return {"values": list(values)}


def later(scene: Scene, first: SealedRecord, minutes: int = 10, **changed: Any) -> SealedRecord:
    return scene.writer.record(
        scene.doctor,
        full_answers(**changed),
        visit=first.payload["visit"],
        signed_at=NOON + timedelta(minutes=minutes),
    )


def test_a_visit_has_one_figure_with_what_was_answered(any_scene: Scene) -> None:
    scene = any_scene
    scene.project(scene.writer.record(scene.nurse))
    row = figure(scene)
    answers = full_answers()
    said = {column: answers.get(link, {}).get("values", [None])[0] for column, link in CODES.items()}
    for column in ("sex", "booking", "attending_gp", "commune", "follow_up"):
        assert getattr(row, column) == said[column]
    assert row.frailty == str(said["frailty"]).lower()
    assert row.distance_km is not None
    assert row.distance_missing is None
    assert row.identified
    assert codes(scene, "reason") == set(answers["reasons.reason"]["values"])


def test_an_age_is_in_completed_years_on_the_day(scene: Scene) -> None:
    scene.project(
        scene.writer.record(scene.nurse, full_answers(identity__birth_date=value("1950-11-24"))),
        scene.writer.record(scene.nurse, full_answers(identity__birth_date=value("1950-11-23"))),
    )
    assert sorted(row.age or 0 for row in scene.rows(VisitFigure)) == [75, 76]


def test_an_absence_is_kept_as_what_it_is(scene: Scene) -> None:
    answers = full_answers(
        visit__booking={"absent": "asked-declined"}, visit__frailty={"absent": "not-asked"}
    )
    scene.project(scene.writer.record(scene.nurse, answers))
    assert (figure(scene).booking, figure(scene).frailty) == ("asked-declined", "not-asked")


def test_an_item_that_no_version_has_is_no_question(scene: Scene) -> None:
    scene.project(scene.writer.record(scene.nurse))
    index = published()[FORM].index
    unasked = [column for column, link in CODES.items() if link not in index]
    assert [column for column in CODES if getattr(figure(scene), column) == NO_QUESTION] == unasked


def test_a_value_outweighs_a_later_absence(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse, full_answers(visit__booking=value("internet")))
    scene.project(first, later(scene, first, visit__booking={"absent": "not-asked"}))
    assert figure(scene).booking == "internet"


def test_of_two_values_the_latest_signed_stands(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse, full_answers(reasons__reason=value("douleur", "autre")))
    second = later(scene, first, reasons__reason=value("certificat_medical", "autre"))
    scene.project(second, first)
    assert codes(scene, "reason") == {"certificat_medical", "autre"}


def test_a_corrected_record_counts_as_corrected(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse, full_answers(visit__booking=value("internet")))
    scene.project(first)
    mended = scene.writer.record(
        scene.nurse,
        full_answers(visit__booking=value("telephone")),
        visit=first.payload["visit"],
        replaces={"record": first.envelope.identifier, "reason": "Erreur de saisie"},
    )
    scene.project(mended)
    assert figure(scene).booking == "telephone"
    assert [row.record_digest for row in scene.rows(SignedAct)] == [mended.digest]


def test_a_record_moved_to_another_visit_leaves_nothing_behind(scene: Scene) -> None:
    first = scene.writer.record(scene.nurse)
    moved = scene.writer.record(
        scene.nurse, replaces={"record": first.envelope.identifier, "reason": "Autre personne"}
    )
    scene.project(first)
    scene.project(moved)
    assert figure(scene).visit_id == moved.payload["visit"] != first.payload["visit"]


def test_a_record_entered_in_error_counts_for_nothing(scene: Scene) -> None:
    wrong = scene.writer.record(scene.nurse)
    kept = later(scene, wrong, visit__booking=value("internet"))
    scene.project(wrong, kept)
    with scene.store.session() as session:
        session.get_one(Record, wrong.digest).state = RecordState.ENTERED_IN_ERROR
    with scene.store.session() as session:
        figures.derive(session, {(wrong.payload["visit"], scene.seeded.team)})
    assert [row.record_digest for row in scene.rows(SignedAct)] == [kept.digest]


def test_a_visit_without_identity_is_nobody_known(scene: Scene) -> None:
    kept = {name: answer for name, answer in full_answers().items() if not name.startswith("identity.")}
    scene.project(scene.writer.record(scene.nurse, {"identity.mode": value("refused"), **kept}))
    row = figure(scene)
    assert (row.identified, row.age, row.age_missing, row.sex) == (False, None, NO_ANSWER, NO_ANSWER)


def test_an_unknown_commune_says_why_there_is_no_distance(scene: Scene) -> None:
    answers = full_answers(visit__commune={"absent": "asked-unknown"}, visit__distance_km=None)
    scene.project(scene.writer.record(scene.nurse, answers))
    row = figure(scene)
    assert (row.commune, row.distance_km, row.distance_missing) == ("asked-unknown", None, "asked-unknown")


@pytest.mark.parametrize("together", [True, False])
def test_each_signature_is_an_act_and_a_cosignature_one_apart(scene: Scene, *, together: bool) -> None:
    first = scene.writer.record(scene.nurse)
    signed = [{"envelope": first.envelope.identifier, "record": first.digest}]
    under = scene.writer.notice(scene.doctor, "cosignature", records=signed)
    for page in [(first, under)] if together else [(first,), (under,)]:
        scene.project(*page)
    acts = {(row.member_id, row.cosigned) for row in scene.rows(SignedAct)}
    assert acts == {(scene.seeded.nurse, False), (scene.seeded.doctor, True)}


def counted(version: str, minutes: int) -> _Counted:
    return _Counted(
        digest=new_uuid(),
        visit_id="v",
        team_id="t",
        campaign_id="c",
        stop_id="s",
        member_id="m",
        signed_at=NOON + timedelta(minutes=minutes),
        clock_offset_ms=0,
        form_url=FORM[0],
        form_version=version,
    )


LINK = "visit.booking"
WORD = st.sampled_from(["internet", "telephone", *ABSENCES, None])


@given(st.lists(st.tuples(WORD, st.sampled_from(["1.0.0", "unknown"])), min_size=1, max_size=4))
def test_a_value_beats_an_absence_and_an_absence_beats_silence(said: list[tuple[str | None, str]]) -> None:
    records = [counted(version, -minutes) for minutes, (_, version) in enumerate(said)]
    spoken = {}
    for record, (word, _) in zip(records, said, strict=True):
        missing = word in ABSENCES
        spoken[record.digest] = Spoken(
            {LINK: (word,)} if word and not missing else {}, {LINK: word} if word and missing else {}
        )
    (code,) = _Merged(records, spoken).codes(LINK)
    values = [word for word, _ in said if word and word not in ABSENCES]
    absences = [word for word, _ in said if word in ABSENCES]
    if values:
        assert code == values[0]
    elif absences:
        assert code == absences[0]
    else:
        asked = any(version == "1.0.0" for _, version in said)
        assert code == (NO_ANSWER if asked else NO_QUESTION)
    assert code not in MISSING or not values


@pytest.mark.parametrize("link_id", sorted(LINK_IDS))
def test_every_counted_item_is_in_the_form(link_id: str) -> None:
    assert any(link_id in form.index for form in published().values())
