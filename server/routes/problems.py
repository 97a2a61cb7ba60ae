"""Refusals as RFC 9457 problems, one table for the whole API; pages have their own (``web_problems``)."""

import logging
import sqlite3
from typing import Any

import orjson
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import OperationalError

from server.errors import (
    Invalid,
    MethodRefused,
    NotAllowed,
    NotFound,
    Problem,
    StorageUnavailable,
    TooLarge,
    TooManyTries,
    Unavailable,
)
from sync.errors import EngineClosed, StorageError, StorageFull

log = logging.getLogger("server.routes")

MEDIA_TYPE = "application/problem+json"

AnyRequest = Request[Any, Any, Any]

_BY_STATUS: dict[int, Problem] = {
    403: NotAllowed.of("forbidden"),
    404: NotFound.of("not-found"),
    405: MethodRefused.of("method-not-allowed"),
    413: TooLarge.of("too-large"),
    429: TooManyTries.of("rate-limited"),
}


def problem(_request: AnyRequest, error: Problem) -> Response[bytes]:
    """Answer a refusal of ours as it is."""
    return _response(error, error.status)


def protocol(_request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer what the framework refuses; a body it cannot read is ``validation``, without quoting it."""
    known = _BY_STATUS.get(error.status_code)
    if known is not None:
        return _response(known, error.status_code)
    if error.status_code < 500:
        return _response(Invalid.of("validation"), error.status_code)
    return _unexpected(error)


def storage(_request: AnyRequest, error: StorageError) -> Response[bytes]:
    """Answer a store that is full or away; nothing of the request was kept."""
    if isinstance(error, StorageFull):
        return _response(StorageUnavailable.of("storage-full"), StorageUnavailable.status)
    if not isinstance(error, EngineClosed):
        log.error("storage failed", extra={"error": type(error).__name__})
    return _response(Unavailable.of("unavailable"), Unavailable.status)


def database(_request: AnyRequest, error: OperationalError) -> Response[bytes]:
    """Answer a relational store that is full or away; its transaction was rolled back."""
    log.error("storage failed", extra={"error": type(error.orig).__name__})
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return _response(StorageUnavailable.of("storage-full"), StorageUnavailable.status)
    return _response(Unavailable.of("unavailable"), Unavailable.status)


def nested(_request: AnyRequest, _error: RecursionError) -> Response[bytes]:
    """Answer a body nested deeper than its decoder follows, which the framework lets through as it is."""
    return _response(Invalid.of("validation"), 400)


def unexpected(_request: AnyRequest, error: Exception) -> Response[bytes]:
    """Own up to a defect; its text may quote an input, so only its type is logged."""
    return _unexpected(error)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Problem: problem,
    HTTPException: protocol,
    StorageError: storage,
    OperationalError: database,
    RecursionError: nested,
    Exception: unexpected,
}


def _unexpected(error: Exception) -> Response[bytes]:
    log.error("request failed", exc_info=error, extra={"error": type(error).__name__})
    return _response(Problem.of("internal"), 500)


def _response(error: Problem, status: int) -> Response[bytes]:
    body = orjson.dumps({**error.as_json(), "status": status})
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=error.headers)
