"""CouchDB's answers that are no success, as the seam's errors (docs.couchdb.org, "HTTP Status Codes")."""

from collections.abc import Callable, Mapping
from typing import Final

from sync import errors

AWAY: Final = "CouchDB does not answer: try again later."

_BAD_REQUESTS: Final[Mapping[str, Callable[[str], errors.SyncError]]] = {
    "illegal_docid": errors.InvalidIdentifier,
    "doc_validation": errors.InvalidDocument,
    "illegal_database_name": errors.InvalidDatabaseName,
}

_STATUSES: Final[Mapping[int, Callable[[str], errors.SyncError]]] = {
    401: errors.Unauthorized,
    403: errors.Forbidden,
    406: errors.NotAcceptable,
    409: errors.Conflict,
    412: errors.DatabaseExists,
    413: errors.TooLarge,
    501: errors.Unsupported,
    507: errors.StorageFull,
}


def failure_of(status: int, body: object) -> errors.SyncError:
    """Return the error that a status and a body `{"error", "reason"}` stand for.

    A body may be anything: a proxy in front of CouchDB answers in its own words.
    """
    told = body if isinstance(body, Mapping) else {}
    reason = str(told.get("reason") or f"CouchDB answered {status}.")
    if status == 404:
        return _not_found(reason)
    if status == 405:
        return errors.MethodNotAllowed(())
    if status in _STATUSES:
        return _STATUSES[status](reason)
    if 400 <= status < 500:
        return _BAD_REQUESTS.get(str(told.get("error")), errors.BadRequest)(reason)
    return errors.StorageFailed(f"{AWAY} ({status})")


def _not_found(reason: str) -> errors.NotFound:
    if reason in ("missing", "deleted"):
        return errors.DocumentNotFound(reason)
    if "atabase does not exist" in reason or reason == "no_db_file":
        return errors.DatabaseNotFound()
    return errors.NotFound(reason)
