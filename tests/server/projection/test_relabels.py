"""Records put under another label of their stop: in whatever order, undone, and followed by corrections."""

from datetime import timedelta
from typing import Any

import pytest

from server.identifiers import new_uuid
from server.projection import relabels
from server.projection.acts import Relabel, Relabelled
from server.projection.examine import StoredDocument
from server.store.figures import VisitFigure
from server.store.people import VisitIdentity
from server.store.read import Record, Visit
from tests.server.projection.scene import Scene
from tests.support.organisation import NOON
from tests.support.records import SealedRecord, answers_to, form_named

STAND = "prevention-stand"


@pytest.fixture
def labels() -> tuple[str, str]:
    """The visits of two labels."""
    return new_uuid(), new_uuid()


def signed(scene: Scene, base: str, visit: str, minutes: int = 0, **of: Any) -> SealedRecord:
    """Sign a base of answers of the stand, and do not project it yet."""
    at = NOON.replace(hour=9) + timedelta(minutes=minutes)
    form = form_named(STAND)
    return scene.writer.record(scene.nurse, answers_to(STAND, base), visit=visit, of=form, signed_at=at, **of)


def relabel(scene: Scene, *moves: tuple[SealedRecord, str], minutes: int = 0) -> StoredDocument:
    """An act that puts records under visits."""
    return scene.act(
        Relabel(
            subject=relabels.subject(scene.seeded.stop, scene.seeded.team),
            member=scene.seeded.clinical,
            at=NOON + timedelta(minutes=minutes),
            records=tuple(Relabelled(record.digest, visit) for record, visit in moves),
            reason="Étiquettes échangées.",
        )
    )


def places(scene: Scene) -> dict[str, str]:
    """Under which visit each record is."""
    return {record.digest: record.visit_id for record in scene.rows(Record)}


def test_two_records_exchange_their_labels_and_everything_follows(
    scene: Scene, labels: tuple[str, str]
) -> None:
    one, other = labels
    first, second = signed(scene, "reception", one), signed(scene, "station", one, 5)
    third = signed(scene, "station", other, 6)
    scene.project(first, second, third)
    assert {row.id: row.records for row in scene.rows(Visit)} == {one: 2, other: 1}
    scene.decide(relabel(scene, (second, other), (third, one)))
    assert places(scene) == {first.digest: one, second.digest: other, third.digest: one}
    assert {row.visit_id for row in scene.rows(VisitIdentity) if row.birth_date} == {one}
    assert {row.visit_id for row in scene.rows(VisitFigure)} == {one, other}

    scene.decide(relabel(scene, (second, one), minutes=1))
    assert {row.id: row.records for row in scene.rows(Visit)} == {one: 3}
    assert {row.visit_id for row in scene.rows(VisitFigure)} == {one}


def test_what_arrives_first_changes_nothing(scene: Scene, labels: tuple[str, str]) -> None:
    one, other = labels
    record = signed(scene, "station", one)
    act = relabel(scene, (record, other))
    scene.decide(act)
    assert scene.rows(Visit) == []
    scene.project(record)
    assert {row.id for row in scene.rows(Visit)} == {other}
    later = signed(scene, "station", one, 9)
    scene.project(later)
    assert places(scene) == {record.digest: other, later.digest: one}


def test_a_correction_under_the_same_label_follows_and_one_that_says_otherwise_does_not(
    scene: Scene, labels: tuple[str, str]
) -> None:
    one, other = labels
    record = signed(scene, "station", one)
    replaces = {"record": record.envelope.identifier, "reason": "Une faute de frappe"}
    corrected = signed(scene, "station", one, 10, replaces=replaces)
    scene.project(corrected)
    scene.decide(relabel(scene, (record, other)))
    assert places(scene) == {corrected.digest: one}
    scene.project(record)
    assert places(scene) == {record.digest: other, corrected.digest: other}

    again = {"record": corrected.envelope.identifier, "reason": "Ce n’était pas cette personne"}
    third = new_uuid()
    elsewhere = signed(scene, "station", third, 20, replaces=again)
    scene.project(elsewhere)
    assert places(scene)[elsewhere.digest] == third
    assert {row.id for row in scene.rows(Visit)} == {third}
