"""Errors as CouchDB answers them: one table of statuses, one shape of body."""

from typing import Final

from sync import errors
from sync.http.response import JsonResponse

STATUSES: Final[dict[type[errors.SyncError], int]] = {
    errors.BadRequest: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    errors.RequestTimeout: 408,
    errors.Conflict: 409,
    errors.RevisionNotFound: 409,
    errors.DatabaseExists: 412,
    errors.MissingStub: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.RangeNotSatisfiable: 416,
    errors.Unsupported: 501,
    errors.StorageFull: 507,
    errors.StorageError: 503,
    errors.SyncError: 500,
}


def failure(error: errors.SyncError, challenge: str = "Bearer") -> JsonResponse:
    """Return the answer to a request that ended with `error`: `{"error", "reason"}` and its status."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    headers = {"allow": ",".join(error.allowed)} if isinstance(error, errors.MethodNotAllowed) else {}
    if isinstance(error, errors.Unauthorized):
        headers = {"www-authenticate": challenge}
    return JsonResponse({"error": error.error, "reason": error.reason}, status, headers)
