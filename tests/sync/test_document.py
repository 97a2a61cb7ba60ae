"""Documents as CouchDB's API writes them."""

import orjson
import pytest

from sync.document import Document, IncomingDocument
from sync.errors import BadRequest, InvalidDocument, InvalidIdentifier, InvalidRevision
from sync.revision import Revision
from tests.sync.envelopes import revision_path


def test_a_document_is_read_with_its_history() -> None:
    read = IncomingDocument.from_json(
        {"_id": "a", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}, "x": 1, "_deleted": True}
    )

    assert read == IncomingDocument("a", {"x": 1}, revision_path("2-b", "1-a"), deleted=True)


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ([], BadRequest),
        ({"_id": "a", "_unknown": 1}, InvalidDocument),
        ({"_id": "a", "_deleted": "yes"}, InvalidDocument),
        ({"_id": "a", "_revisions": {"start": 1, "ids": ["b", "a"]}}, InvalidDocument),
        ({"_id": "a", "_revisions": {"start": 1, "ids": []}}, InvalidDocument),
        ({"_id": "a", "_revisions": {"start": 1, "ids": [1]}}, InvalidDocument),
        ({"_id": "a", "_revisions": {"start": 1, "ids": ["/"]}}, InvalidRevision),
        ({"_id": "a", "_revisions": {"start": "1", "ids": ["a"]}}, InvalidDocument),
        ({"_id": "a", "_rev": None}, InvalidRevision),
        ({"_id": "_local/a"}, InvalidIdentifier),
        ({"_id": "a", "_rev": "nonsense"}, InvalidRevision),
        ({"_id": "", "x": 1}, InvalidIdentifier),
        ({"_id": "_private", "x": 1}, InvalidIdentifier),
        ({"_id": 3, "x": 1}, InvalidIdentifier),
        ({"x": 1}, InvalidIdentifier),
    ],
)
def test_a_malformed_document_is_refused(document: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        IncomingDocument.from_json(document)


def test_a_design_document_has_an_acceptable_id() -> None:
    assert IncomingDocument.from_json({"_id": "_design/x"}).identifier == "_design/x"


def test_a_document_is_written_with_the_members_asked_for() -> None:
    document = Document(
        "a",
        Revision(2, "b"),
        b'{"x":1}',
        ancestry=revision_path("2-b", "1-a"),
        conflicts=revision_path("1-c"),
        deleted_conflicts=revision_path("1-d"),
    )

    written = orjson.loads(orjson.dumps(document.to_json(revs=True, conflicts=True, deleted_conflicts=True)))

    assert written == {
        "_id": "a",
        "_rev": "2-b",
        "_revisions": {"start": 2, "ids": ["b", "a"]},
        "_conflicts": ["1-c"],
        "_deleted_conflicts": ["1-d"],
        "x": 1,
    }


def test_an_empty_tombstone_is_written_as_one() -> None:
    document = Document("a", Revision(2, "b"), b"{}", deleted=True)

    assert orjson.loads(orjson.dumps(document.to_json())) == {"_id": "a", "_rev": "2-b", "_deleted": True}


def test_a_history_stands_over_the_revision_beside_it() -> None:
    document = IncomingDocument.from_json(
        {"_id": "a", "_rev": "3-c", "_revisions": {"start": 2, "ids": ["c", "a"]}}
    )

    assert document.revisions == revision_path("2-c", "1-a")
