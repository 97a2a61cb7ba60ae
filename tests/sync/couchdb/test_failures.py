"""What CouchDB and whatever stands before it answer, as the seam's errors; and addresses that are none."""

import pytest

from sync import errors
from sync.couchdb.address import Address, BadAddress
from sync.couchdb.documents import read_found
from sync.couchdb.failures import failure_of
from sync.document import MissingRevision
from sync.revision import Revision


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": "bad_request", "reason": "invalid UTF-8 JSON"}, errors.BadRequest),
        (400, {"error": "illegal_docid", "reason": "no"}, errors.InvalidIdentifier),
        (400, {"error": "doc_validation", "reason": "no"}, errors.InvalidDocument),
        (400, {"error": "illegal_database_name", "reason": "no"}, errors.InvalidDatabaseName),
        (401, {"error": "unauthorized", "reason": "no"}, errors.Unauthorized),
        (403, {"error": "forbidden", "reason": "no"}, errors.Forbidden),
        (404, {"error": "not_found", "reason": "Database does not exist."}, errors.DatabaseNotFound),
        (404, {"error": "not_found", "reason": "no_db_file"}, errors.DatabaseNotFound),
        (404, {"error": "not_found", "reason": "missing"}, errors.DocumentNotFound),
        (404, {"error": "not_found", "reason": "deleted"}, errors.DocumentNotFound),
        (404, {"error": "not_found", "reason": "unknown_config_value"}, errors.NotFound),
        (405, {"error": "method_not_allowed", "reason": "no"}, errors.MethodNotAllowed),
        (406, {"error": "not_acceptable", "reason": "no"}, errors.NotAcceptable),
        (409, {"error": "conflict", "reason": "no"}, errors.Conflict),
        (412, {"error": "file_exists", "reason": "no"}, errors.DatabaseExists),
        (413, {"error": "document_too_large", "reason": "no"}, errors.TooLarge),
        (429, None, errors.BadRequest),
        (500, {"error": "internal_server_error", "reason": "no"}, errors.StorageFailed),
        (501, {"error": "not_implemented", "reason": "no"}, errors.Unsupported),
        (502, None, errors.StorageFailed),
        (503, "<html>a proxy's page</html>", errors.StorageFailed),
        (507, {"error": "insufficient_storage", "reason": "no"}, errors.StorageFull),
    ],
)
def test_answers_are_errors_of_the_seam(status: int, body: object, expected: type[errors.SyncError]) -> None:
    assert type(failure_of(status, body)) is expected


def test_an_address_is_read_with_its_administrator() -> None:
    address = Address.parse("https://central:p%40ss%2Fw%3Ard@couch.example:6984/replication/\n")

    assert (address.root, address.user, address.password) == (
        "https://couch.example:6984/replication",
        "central",
        "p@ss/w:rd",
    )
    assert str(address) == address.root
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "couch:5984",
        "ftp://central:hunter2@couch",
        "http://couch:5984",
        "http://central@couch:5984",
        "http://central:hunter2@couch:port",
        "http://central:hunter2@couch:5984/?a=1",
        "http://central:hunter2@",
    ],
)
def test_what_is_no_address_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(BadAddress) as refused:
        Address.parse(text)

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("reason", ["missing", "deleted"])
def test_only_a_revision_that_is_not_there_is_missing(reason: str) -> None:
    told = {"error": {"id": "d", "rev": "1-a", "error": "not_found", "reason": reason}}

    assert read_found("d", told) == MissingRevision("d", Revision(1, "a"))


@pytest.mark.parametrize(
    "error",
    [
        {"error": "internal_server_error", "reason": "timeout"},
        {"error": "not_found", "reason": "no_db_file"},
        {},
    ],
)
def test_a_document_that_couchdb_fails_to_read_is_not_taken_for_missing(error: dict[str, str]) -> None:
    with pytest.raises(errors.StorageFailed):
        read_found("d", {"error": {"id": "d", "rev": "1-a", **error}})
