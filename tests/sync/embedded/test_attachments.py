"""Attachments: kept by stubs, found by name and revision, digested, compressed as CouchDB does."""

import base64
import gzip
import hashlib

import pytest

from sync.attachment import PIECE_BYTES, Arrival, Content, IncomingAttachment
from sync.document import IncomingDocument
from sync.errors import (
    AttachmentNotFound,
    BadRequest,
    DigestMismatch,
    DocumentNotFound,
    MissingStub,
)
from sync.node_engine import NodeEngine
from tests.sync.embedded.attached import attachment, document, positions, read, stub, written
from tests.sync.envelopes import replicated, revision_path

pytestmark = pytest.mark.anyio

DB = "t1"
PHOTO = bytes(range(256)) * 8


def md5(data: bytes) -> str:
    return "md5-" + base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


async def test_an_attachment_is_read_back_with_what_describes_it(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("photo.png", PHOTO)))

    found = (await engine.get(DB, "a")).attachments["photo.png"]

    assert found.to_json() == {
        "content_type": "image/png",
        "revpos": 1,
        "digest": md5(PHOTO),
        "length": len(PHOTO),
        "stub": True,
    }
    assert await read(engine, DB, "a", "photo.png") == PHOTO


async def test_an_edit_keeps_only_what_its_stubs_name(engine: NodeEngine) -> None:
    first = await written(engine, DB, document("a", attachment("x", b"x"), attachment("y", b"y")))
    second = await written(engine, DB, document("a", stub("x"), attachment("z", b"z"), path=(str(first),)))

    assert await positions(engine, DB, "a") == {"x": 1, "z": 2}
    assert await read(engine, DB, "a", "x") == b"x"
    with pytest.raises(AttachmentNotFound):
        await read(engine, DB, "a", "y", str(second))
    assert await read(engine, DB, "a", "y", str(first)) == b"y"


async def test_new_bytes_under_an_old_name_have_a_new_position(engine: NodeEngine) -> None:
    first = await written(engine, DB, document("a", attachment("x", b"x")))
    await written(engine, DB, document("a", attachment("x", b"other"), path=(str(first),)))

    assert (await positions(engine, DB, "a"), await read(engine, DB, "a", "x")) == ({"x": 2}, b"other")


@pytest.mark.parametrize("named", [stub("y"), stub("x", revpos=2)])
async def test_a_stub_that_names_nothing_refuses_the_whole_call(
    engine: NodeEngine, named: IncomingAttachment
) -> None:
    first = await written(engine, DB, document("a", attachment("x", b"x")))

    with pytest.raises(MissingStub) as refused:
        await engine.write(DB, [document("b"), document("a", named, path=(str(first),))], new_edits=True)

    assert refused.value.reason == f"Invalid attachment stub in a for {named.name}"
    assert (await engine.information(DB)).doc_count == 1


async def test_a_new_document_has_nothing_for_a_stub_to_name(engine: NodeEngine) -> None:
    with pytest.raises(MissingStub):
        await engine.write(DB, [document("a", stub("x"))], new_edits=True)


async def test_a_conflict_is_told_before_a_missing_stub(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("x", b"x")))

    (refused,) = await engine.write(DB, [document("a", stub("y"))], new_edits=True)

    assert refused.error == "conflict"


async def test_a_replicated_revision_keeps_the_position_it_came_with(engine: NodeEngine) -> None:
    await written(
        engine,
        DB,
        document("a", attachment("x", b"x", revpos=2), path=("3-c", "2-b", "1-a")),
        new_edits=False,
    )

    assert await positions(engine, DB, "a") == {"x": 2}


async def test_a_replicated_stub_stands_for_what_the_nearest_ancestor_here_has(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("x", b"x", revpos=1), path=("1-a",)), new_edits=False)
    await written(engine, DB, document("a", stub("x", revpos=1), path=("3-c", "2-b", "1-a")), new_edits=False)

    assert await read(engine, DB, "a", "x", "3-c") == b"x"


async def test_a_replicated_stub_of_an_unknown_history_is_missing(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("x", b"x", revpos=1), path=("1-a",)), new_edits=False)

    with pytest.raises(MissingStub):
        await engine.write(DB, [document("a", stub("x", 1), path=("2-d", "1-b"))], new_edits=False)


async def test_a_revision_known_already_needs_no_bytes_for_its_stubs(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("x", b"x", revpos=1), path=("1-a",)), new_edits=False)
    before = await engine.information(DB)

    await written(engine, DB, document("a", stub("x", 1), path=("1-a",)), new_edits=False)

    assert await engine.information(DB) == before


async def test_conflicting_revisions_each_have_their_own(engine: NodeEngine) -> None:
    await written(
        engine, DB, document("a", attachment("x", b"left", revpos=1), path=("1-a",)), new_edits=False
    )
    await written(
        engine, DB, document("a", attachment("x", b"right", revpos=1), path=("1-b",)), new_edits=False
    )

    assert [await read(engine, DB, "a", "x", revision) for revision in ("1-a", "1-b")] == [b"left", b"right"]


async def test_a_deletion_takes_the_attachments_from_the_document_only(engine: NodeEngine) -> None:
    first = await written(engine, DB, document("a", attachment("x", b"x")))
    await engine.delete(DB, "a", revision=str(first))

    with pytest.raises(DocumentNotFound, match="deleted"):
        await read(engine, DB, "a", "x")
    assert await read(engine, DB, "a", "x", str(first)) == b"x"


async def test_attachments_are_part_of_what_makes_a_revision(engine: NodeEngine) -> None:
    revisions = [
        await written(engine, DB, document(identifier, *attachments))
        for identifier, attachments in {
            "none": [],
            "one": [attachment("x", b"x")],
            "again": [attachment("x", b"x")],
            "bytes": [attachment("x", b"y")],
            "name": [attachment("z", b"x")],
            "type": [attachment("x", b"x", "image/jpeg")],
        }.items()
    ]

    assert revisions[1] == revisions[2]
    assert len(set(revisions)) == 5


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/plain; charset=utf-8", "application/json", "Application/XML"]
)
async def test_text_is_stored_compressed(engine: NodeEngine, content_type: str) -> None:
    text = b"escale " * 1000
    await written(engine, DB, document("a", attachment("x", text, content_type)))

    found = (await engine.get(DB, "a")).attachments["x"]
    stored = await read(engine, DB, "a", "x")

    assert gzip.decompress(stored) == text
    assert (found.encoding, found.length, found.encoded_length) == ("gzip", len(text), len(stored))
    # The digest is that of the bytes stored, as in CouchDB.
    assert found.digest == md5(stored)


async def test_what_is_compressed_already_is_stored_as_it_came(engine: NodeEngine) -> None:
    encoded = gzip.compress(b"escale " * 1000)
    incoming = IncomingAttachment(
        "x",
        "text/plain",
        Arrival.FOLLOWS,
        Content(encoded),
        revpos=1,
        digest=md5(encoded),
        length=7000,
        encoding="gzip",
        encoded_length=len(encoded),
    )
    await written(engine, DB, document("a", incoming, path=("1-a",)), new_edits=False)

    found = (await engine.get(DB, "a")).attachments["x"]
    assert (found.digest, found.length, found.encoded_length) == (md5(encoded), 7000, len(encoded))
    assert await read(engine, DB, "a", "x") == encoded


@pytest.mark.parametrize(
    ("incoming", "error", "reason"),
    [
        (IncomingAttachment("x", arrival=Arrival.FOLLOWS), BadRequest, "did not follow"),
        (
            IncomingAttachment("x", "image/png", Arrival.FOLLOWS, Content(b"xy"), encoded_length=1),
            BadRequest,
            "longer than expected",
        ),
        (
            IncomingAttachment("x", "image/png", Arrival.FOLLOWS, Content(b"x"), encoded_length=2),
            BadRequest,
            "shorter than expected",
        ),
        (
            IncomingAttachment("x", "image/png", Arrival.FOLLOWS, Content(b"x"), digest=md5(b"y")),
            DigestMismatch,
            "corruption",
        ),
        (IncomingAttachment("x", content=Content(b"text"), encoding="gzip"), BadRequest, "not gzip"),
        (
            IncomingAttachment("x", content=Content(gzip.compress(PHOTO)[:-9]), encoding="gzip"),
            BadRequest,
            "not gzip",
        ),
    ],
)
async def test_bytes_that_are_not_those_announced_are_refused(
    engine: NodeEngine, incoming: IncomingAttachment, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        await engine.write(DB, [document("a", incoming)], new_edits=True)


async def test_any_part_of_a_large_attachment_is_read_by_itself(engine: NodeEngine) -> None:
    data = PHOTO * 400
    await written(engine, DB, document("a", attachment("x", data)))
    opened = await engine.open_attachment(DB, "a", "x")

    for start, end in [(0, None), (5, 9), (PIECE_BYTES - 1, PIECE_BYTES + 1), (len(data) - 1, len(data) + 5)]:
        assert b"".join([piece async for piece in opened.pieces(start, end)]) == data[start:end]


async def test_an_empty_attachment_is_one(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("x", b"")))

    assert (await read(engine, DB, "a", "x"), (await engine.get(DB, "a")).attachments["x"].length) == (b"", 0)


async def test_listings_name_attachments(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("x", b"x")), replicated_later := document("b"))

    page = await engine.changes(DB, include_docs=True)

    assert replicated_later.attachments == {}
    assert [list(change.document.attachments) for change in page.results if change.document] == [["x"], []]


async def test_what_is_asked_for_must_be_there(engine: NodeEngine) -> None:
    await written(engine, DB, replicated("a", "1-a"), new_edits=False)

    for identifier, revision, error in [
        ("a", None, AttachmentNotFound),
        ("a", "1-b", DocumentNotFound),
        ("b", None, DocumentNotFound),
    ]:
        with pytest.raises(error):
            await engine.open_attachment(DB, identifier, "x", revision=revision)


async def test_a_refused_document_brings_no_attachment(engine: NodeEngine) -> None:
    await written(engine, DB, document("a", attachment("x", b"x")))

    results = await engine.write(
        DB,
        [IncomingDocument("a", {}, revision_path("1-b"), attachments={"y": attachment("y", b"y")})],
        new_edits=True,
    )

    assert [result.error for result in results] == ["conflict"]
    assert await positions(engine, DB, "a") == {"x": 1}
