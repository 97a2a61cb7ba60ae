"""Words that agree with a person's sex, and stay open where it is not known."""

import pytest

from server.letters.agreement import agreed
from server.letters.typed import DEFAULT_OPENING
from tests.server.letters.test_letter import issue, text_of
from tests.server.projection.scene import Scene
from tests.support.records import full_answers


@pytest.mark.parametrize(
    ("sex", "said"),
    [
        ("F", "Votre patiente a été reçue"),
        ("M", "Votre patient a été reçu"),
        ("I", "Votre patient(e) a été reçu(e)"),
        ("", "Votre patient(e) a été reçu(e)"),
        (None, "Votre patient(e) a été reçu(e)"),
    ],
)
def test_endings_agree_where_the_sex_is_known(sex: str | None, said: str) -> None:
    assert said in agreed(DEFAULT_OPENING, sex)


@pytest.mark.parametrize(
    ("sex", "seen", "born"),
    [("F", "Vue à La Gresle", "née le 30/06/1954"), ("M", "Vu à La Gresle", "né le 30/06/1954")],
)
def test_a_letter_agrees_with_the_sex_that_is_recorded(scene: Scene, sex: str, seen: str, born: str) -> None:
    record = scene.writer.record(
        scene.nurse, full_answers(identity__sex={"values": [sex]}, history__pregnancy=None)
    )
    scene.project(record)
    said = text_of(issue(scene, record).pdf)
    assert seen in said
    assert born in said
    assert "(e)" not in said


def test_of_a_sex_that_nobody_recorded_both_endings_stay(scene: Scene) -> None:
    record = scene.writer.record(
        scene.nurse, full_answers(identity__sex={"values": ["I"]}, history__pregnancy=None)
    )
    scene.project(record)
    said = text_of(issue(scene, record).pdf)
    assert "Vu(e) à La Gresle" in said
    assert "né(e) le 30/06/1954" in said
