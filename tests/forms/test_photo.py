"""A photo as an answer: exactly what a tablet writes, or no value at all (wire §2.2)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import build
from forms.definition import Form
from forms.photo import LARGEST, LONGEST_SIDE, PHOTO_DIGEST, Photo, attachment, checked, read_attachment
from forms.present import rows
from forms.response import Answer, Response, read

PHOTO = Photo("00000001-0000-4000-8000-000000000000", "1" * 64, 148_000, 1240, 1600)
SIDES = st.integers(1, LONGEST_SIDE)
PHOTOS = st.builds(
    Photo,
    st.uuids(version=4).map(str),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.integers(1, LARGEST),
    SIDES,
    SIDES,
)


@given(PHOTOS)
def test_a_photo_comes_back_as_it_was_written(photo: Photo) -> None:
    assert read_attachment(json.loads(json.dumps(attachment(photo)))) == photo


def _changed(**members: object) -> dict[str, Any]:
    written = attachment(PHOTO)
    return {name: value for name, value in (written | members).items() if value is not None}


def _extension(place: int, **members: object) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(attachment(PHOTO)))
    written["extension"][place].update(members)
    return written


@pytest.mark.parametrize(
    "written",
    [
        None,
        "photo.jpg",
        {},
        _changed(contentType="image/png"),
        _changed(contentType=None),
        _changed(url="https://example.org/photo.jpg"),
        _changed(url="urn:uuid:" + "A" * 36),
        _changed(url=3),
        _changed(size=0),
        _changed(size=LARGEST + 1),
        _changed(size=True),
        _changed(size="148000"),
        _changed(data="/9j/4AAQ"),
        _changed(title="Photo de Mme Martin"),
        _changed(extension=None),
        _changed(extension={}),
        _changed(extension=[]),
        _changed(extension=[{"url": PHOTO_DIGEST, "valueString": "1" * 64}] * 3),
        _extension(0, valueString="1" * 63),
        _extension(0, valueString="G" * 64),
        _extension(0, valueString=None),
        _extension(0, id="x"),
        _extension(1, valueInteger=LONGEST_SIDE + 1),
        _extension(1, valueInteger=0),
        _extension(2, valueInteger=12.5),
        _extension(2, url=PHOTO_DIGEST),
        _extension(2, url="https://example.org/gps"),
    ],
)
def test_anything_else_is_no_photo(latest: Form, written: object) -> None:
    assert read_attachment(written) is None
    item = {"linkId": "photos.wound", "answer": [{"valueAttachment": written}]}
    resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": latest.canonical,
        "item": [{"linkId": "photos", "item": [item]}],
    }

    assert [(f.link_id, f.code) for f in read(latest, resource).findings] == [("photos.wound", "wrong-type")]


@pytest.mark.parametrize("removed", Photo.__struct_fields__)
def test_a_flat_photo_has_every_member_and_no_other(removed: str) -> None:
    flat = {name: getattr(PHOTO, name) for name in Photo.__struct_fields__}

    assert checked(flat) == PHOTO
    assert checked({name: value for name, value in flat.items() if name != removed}) is None
    assert checked(flat | {"title": "x"}) is None


def test_a_photo_is_shown_by_its_sides(latest: Form) -> None:
    answered = Response({"photos.wound": Answer(values=(PHOTO,))})

    assert rows(latest, answered)[0].values == ("Photo (1240 × 1600)",)
    assert rows(latest, answered, "en")[0].values == ("Photo (1240 × 1600)",)


@pytest.mark.parametrize("answer", [Answer(values=("none",)), Answer(absent="asked-unknown")])
def test_a_carried_answer_keeps_the_day_it_was_given(latest: Form, answer: Answer) -> None:
    carried = Answer(answer.values, answer.absent, carried_from="2026-09-14")
    resource = json.loads(json.dumps(build.resource(latest, {"history.allergies_status": carried})))

    response = read(latest, resource)

    assert response.answers["history.allergies_status"].carried_from == "2026-09-14"
    assert rows(latest, response)[0].carried_from == "2026-09-14"


def test_a_carried_day_that_is_no_date_is_no_day(latest: Form) -> None:
    carried = Answer(values=("none",), carried_from="2026-02-30")
    resource = build.resource(latest, {"history.allergies_status": carried})

    assert read(latest, resource).answers["history.allergies_status"].carried_from is None
