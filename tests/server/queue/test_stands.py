"""The labels of a stand in the queue: lost, swapped, given twice; each by the number printed on it."""

from datetime import timedelta
from typing import Any

import pytest

from server.identifiers import new_uuid
from server.planning import labels
from server.queue import build
from server.queue.item import Item
from server.store.control import Stop
from tests.server.projection.scene import Scene
from tests.support.organisation import NOON
from tests.support.records import SealedRecord, answers_to, form_named

STAND, BREATH = "prevention-stand", "bpco-reperage"


@pytest.fixture
def sheet(scene: Scene) -> str:
    """The seed of the stop's labels."""
    with scene.store.session() as session:
        stop = session.get_one(Stop, scene.seeded.stop)
        labels.extend(session, stop, 24)
        assert stop.label_seed is not None
        return stop.label_seed


def write(
    scene: Scene, base: str, visit: str, minutes: int = 0, of: str = STAND, **changed: Any
) -> SealedRecord:
    """Project a base of answers; ``changed`` replaces some (``__`` for the dot)."""
    answers = answers_to(of, base)
    answers |= {link_id.replace("__", "."): {"values": [value]} for link_id, value in changed.items()}
    at = NOON.replace(hour=9) + timedelta(minutes=minutes)
    record = scene.writer.record(scene.nurse, answers, visit=visit, of=form_named(of), signed_at=at)
    scene.project(record)
    return record


def asked(scene: Scene, *, days: int = 0) -> list[Item]:
    """What the queue asks about labels, so many days after."""
    with scene.store.session() as session:
        at = NOON + timedelta(days=days)
        scope = build.scope_of(session, {scene.seeded.team: "Stand"}, at, clinical=True)
        return [row.item for row in build.build(session, scope).open if "label" in row.item.text]


def test_a_label_without_reception_is_asked_about_once_the_day_is_over(scene: Scene, sheet: str) -> None:
    write(scene, "station", labels.visit(sheet, 7))
    assert asked(scene) == []
    (item,) = asked(scene, days=1)
    assert item.text == "queue.say.label-alone"
    assert item.parts == {"label": "\N{NO-BREAK SPACE}7"}
    write(scene, "reception", labels.visit(sheet, 7), minutes=5)
    assert asked(scene, days=1) == []


def test_a_year_of_birth_that_is_not_the_receptions_tells_of_a_swap(scene: Scene, sheet: str) -> None:
    write(scene, "reception", labels.visit(sheet, 8))
    write(scene, "station", labels.visit(sheet, 8), minutes=5, stand__birth_year=1978)
    assert asked(scene) == []
    record = write(scene, "station", labels.visit(sheet, 8), minutes=9, stand__birth_year=1951)
    (item,) = asked(scene)
    assert item.text == "queue.say.label-swapped"
    assert item.parts == {"label": "\N{NO-BREAK SPACE}8"}
    assert item.address.endswith(record.digest)


def test_a_date_of_birth_told_at_another_station_tells_of_a_swap_too(scene: Scene, sheet: str) -> None:
    visit = labels.visit(sheet, 8)
    write(scene, "reception", visit)
    write(scene, "station", visit, minutes=5, of=BREATH, identity__birth_date="1978-03-02")
    assert asked(scene) == []
    record = write(scene, "station", visit, minutes=9, of=BREATH, identity__birth_date="1978-03-20")
    (item,) = asked(scene)
    assert item.text == "queue.say.label-swapped-date"
    assert item.address.endswith(record.digest)


def test_a_breath_whose_label_nobody_received_is_asked_about(scene: Scene, sheet: str) -> None:
    write(scene, "station", labels.visit(sheet, 7), of=BREATH)
    (item,) = asked(scene, days=1)
    assert item.text == "queue.say.label-alone"


def test_a_label_given_twice_leads_to_who_was_received_last(scene: Scene, sheet: str) -> None:
    visit = labels.visit(sheet, 9)
    last = write(scene, "reception", visit, minutes=30, identity__birth_name="ZARKA")
    write(scene, "reception", visit, minutes=10)
    (item,) = asked(scene)
    assert item.text == "queue.say.label-twice"
    assert item.address.endswith(last.digest)


def test_labels_are_looked_at_over_the_stops_of_the_last_ninety_days(scene: Scene, sheet: str) -> None:
    write(scene, "station", labels.visit(sheet, 7))
    write(scene, "reception", labels.visit(sheet, 9), minutes=10)
    write(scene, "reception", labels.visit(sheet, 9), minutes=30, identity__birth_name="ZARKA")
    write(scene, "reception", labels.visit(sheet, 8), minutes=40)
    write(scene, "station", labels.visit(sheet, 8), minutes=50, stand__birth_year=1901)
    assert len(asked(scene, days=90)) == 3
    assert asked(scene, days=91) == []


def test_a_label_of_another_sheet_has_no_number(scene: Scene, sheet: str) -> None:
    write(scene, "station", new_uuid())
    (item,) = asked(scene, days=1)
    assert item.parts == {"label": ""}
