"""Photos come in pieces, in any order, and one that is bad blocks nothing (wire §2.2)."""

import hashlib
import random
from typing import Any

import pytest

from server.identifiers import new_uuid
from server.projection import photos
from server.projection.jpeg import MAX_BYTES
from server.store.notices import Photo, PhotoState
from server.store.read import Finding, FindingCode, Receipt, Record, RecordState
from tests.server.projection.scene import Scene
from tests.support.photos import jpeg, naming_photo, photo_notices
from tests.support.records import SealedRecord

IMAGE = jpeg()
VISIT = new_uuid()


def test_a_photo_is_whole_once_all_pieces_have_come_in_any_order(any_scene: Scene) -> None:
    pieces = [*photo_notices(any_scene.writer, any_scene.nurse, VISIT, IMAGE, pieces=4)]
    random.Random(1).shuffle(pieces)
    any_scene.project(*pieces[:3])
    (row,) = any_scene.rows(Photo)
    assert (row.state, row.arrived, row.pieces) == (PhotoState.INCOMPLETE, 3, 4)
    any_scene.project(pieces[3])
    (row,) = any_scene.rows(Photo)
    assert (row.state, row.arrived, row.reason, row.visit_id) == (PhotoState.COMPLETE, 4, None, VISIT)
    with any_scene.store.session() as session:
        assert photos.image(session, row) == IMAGE


@pytest.mark.parametrize(
    ("image", "members", "reason"),
    [
        (IMAGE, {"digest": hashlib.sha256(b"another").hexdigest()}, "photo-digest"),
        (b"\xff\xd8no image", {}, "photo-format"),
        (IMAGE, {"width": 65}, "photo-size"),
        (jpeg(comment="48.85, 2.35"), {}, "photo-metadata"),
    ],
)
def test_a_bad_photo_is_set_aside_told_and_blocks_nothing(
    scene: Scene, image: bytes, members: dict[str, Any], reason: str
) -> None:
    pieces = photo_notices(scene.writer, scene.nurse, VISIT, image, pieces=2, **members)
    scene.project(*pieces, scene.writer.record(scene.nurse))
    (photo,), (record,) = scene.rows(Photo), scene.rows(Record)
    assert (photo.state, photo.reason) == (PhotoState.REFUSED, reason)
    assert record.state is RecordState.INTEGRATED
    (finding,) = scene.rows(Finding)
    assert (finding.code, finding.details["code"]) == (FindingCode.PHOTO_REFUSED, reason)
    for piece in pieces:
        receipt = scene.receipt(piece.envelope)
        assert (receipt.state, receipt.turn, receipt.reasons) == ("integrated", None, [reason])


def test_the_first_pieces_receipts_change_when_the_last_shows_it_bad(scene: Scene) -> None:
    first, last = photo_notices(scene.writer, scene.nurse, VISIT, b"\xff\xd8no image", pieces=2)
    scene.project(first)
    assert scene.receipt(first.envelope).reasons == []
    scene.project(last)
    assert scene.receipt(first.envelope).reasons == ["photo-format"]


def naming(scene: Scene, photo: str, **named: Any) -> SealedRecord:
    """A record that answers with a photo."""
    return scene.writer.record(scene.nurse, naming_photo(scene.writer, photo), **named)


@pytest.mark.parametrize("record_first", [True, False])
def test_the_author_reads_it_with_the_record_that_names_the_photo(scene: Scene, record_first: bool) -> None:
    photo = new_uuid()
    writer, record = scene.writer, naming(scene, photo, visit=VISIT)
    pieces = photo_notices(
        writer, scene.nurse, VISIT, b"no image", photo=photo, link_id="photos.prescription"
    )
    signed = [record, *pieces] if record_first else [*pieces, record]
    for each in signed:
        scene.project(each)
    assert scene.reasons() == {}
    assert scene.receipt(record.envelope).reasons == ["photo-format"]


def test_a_record_given_to_another_visit_still_reads_why_its_photo_was_set_aside(scene: Scene) -> None:
    photo = new_uuid()
    wrong = naming(scene, photo, visit=VISIT)
    replaces = {"record": wrong.envelope.identifier, "reason": "Autre personne"}
    right = naming(scene, photo, replaces=replaces)
    scene.project(
        wrong,
        right,
        *photo_notices(
            scene.writer, scene.nurse, VISIT, b"no image", photo=photo, link_id="photos.prescription"
        ),
    )
    assert scene.receipt(right.envelope).reasons == ["photo-format"]


def test_a_piece_that_contradicts_the_others_does_not_spoil_a_whole_photo(scene: Scene) -> None:
    photo = new_uuid()
    good = photo_notices(scene.writer, scene.nurse, VISIT, IMAGE, pieces=2, photo=photo)
    other = photo_notices(scene.writer, scene.doctor, VISIT, b"\xff\xd8no image", photo=photo)
    scene.project(*other)
    scene.project(*good)
    (row,) = scene.rows(Photo)
    assert (row.state, row.member_id) == (PhotoState.COMPLETE, scene.seeded.nurse)
    assert {receipt.state for receipt in scene.rows(Receipt)} == {"integrated"}
    assert scene.rows(Finding) == []


def test_the_largest_photo_passes_in_twelve_pieces(scene: Scene) -> None:
    image = jpeg(900, 900, quality=97)
    assert 1_000_000 < len(image) <= MAX_BYTES
    pieces = photo_notices(scene.writer, scene.nurse, VISIT, image, pieces=12, width=900, height=900)
    scene.project(*pieces)
    (row,) = scene.rows(Photo)
    assert row.state is PhotoState.COMPLETE


def test_a_restricted_photo_is_kept_as_restricted(scene: Scene) -> None:
    scene.project(*photo_notices(scene.writer, scene.nurse, VISIT, IMAGE, restricted=True))
    (row,) = scene.rows(Photo)
    assert (row.state, row.restricted) == (PhotoState.COMPLETE, True)
