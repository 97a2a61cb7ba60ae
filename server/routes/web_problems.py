"""What went wrong, as a page: what happened, what is safe, what to do next, and the text that was typed."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from server.auth.errors import AuthenticationError, PasswordNotChosen, SessionMissing
from server.errors import Problem
from server.review.errors import NotReviewable
from server.routes.web_page import page, see

LOG = logging.getLogger(__name__)
LOGIN = "/coordination/connexion"
CHOOSE_PASSWORD = "/coordination/mot-de-passe"  # noqa: S105 - an address

AnyRequest = Request[Any, Any, Any]


def _page(request: AnyRequest, code: str, status: int, **parts: object) -> Response[Any]:
    return page(
        request,
        "problem.html",
        status=status,
        code=code,
        parts=parts,
        typed=request.scope["state"].get("typed", ""),
    )


def authentication(request: AnyRequest, error: AuthenticationError) -> Response[Any]:
    """Send a reader to the login or password page; explain a form or a page that is refused."""
    if isinstance(error, SessionMissing) and request.method == "GET":
        return see(LOGIN)
    if isinstance(error, PasswordNotChosen) and request.method == "GET":
        return see(CHOOSE_PASSWORD)
    return _page(request, error.code, error.status)


def not_reviewable(request: AnyRequest, _error: NotReviewable) -> Response[Any]:
    """Say that there is no such thing for this reader."""
    return _page(request, "not-found", 404)


def problem(request: AnyRequest, error: Problem) -> Response[Any]:
    """Show a refusal of another part of the server, in its own words."""
    return page(
        request,
        "problem.html",
        status=error.status,
        headers=error.headers,
        code="refused",
        parts={"title": error.title, "detail": error.detail},
        typed=request.scope["state"].get("typed", ""),
    )


def protocol(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Explain an address that does not exist, a method or a body that it does not take."""
    code = {404: "not-found", 405: "not-found", 413: "too-large"}.get(error.status_code, "malformed")
    return _page(request, code, error.status_code)


def unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    """Own up to a defect; its text may quote an input, so only its type is logged."""
    LOG.error("page failed", exc_info=error, extra={"error": type(error).__name__})
    return _page(request, "unexpected", 500)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    AuthenticationError: authentication,
    NotReviewable: not_reviewable,
    Problem: problem,
    HTTPException: protocol,
    Exception: unexpected,
}
