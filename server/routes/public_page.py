"""Pages for people without an account: no script but our own, no cache, no index, no referrer."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from server.auth.errors import FormForeign
from server.plain_text import without_controls
from server.routes.services import Services
from server.routes.web_catalogue import DEFAULT_LANGUAGE, TRANSLATORS
from server.routes.web_format import FORMATS
from server.routes.web_page import ENVIRONMENT

PublicRequest = Request[None, None, State]
AnyRequest = Request[Any, Any, Any]

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
"""Of every answer to somebody without an account."""

_log = logging.getLogger(__name__)


def services_of(request: AnyRequest) -> Services:
    """Return the application's services."""
    services: Services = request.app.state.services
    return services


def address_of(request: AnyRequest) -> str:
    """Return who calls, for a rate that is kept in memory; a trusted proxy has said so."""
    return request.client.host if request.client else "unknown"


def public_page(
    template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
) -> Response[str]:
    """Render a page in French; nothing of it is kept by a cache, shared or not."""
    text = ENVIRONMENT.get_template(template).render(
        t=TRANSLATORS[DEFAULT_LANGUAGE], f=FORMATS[DEFAULT_LANGUAGE], language=DEFAULT_LANGUAGE, **context
    )
    return Response(
        without_controls(text),
        status_code=status,
        media_type=MediaType.HTML,
        headers={**HEADERS, **(headers or {})},
    )


def said(code: str, *, status: int, wait_s: int = 0, typed: Sequence[tuple[str, str]] = ()) -> Response[str]:
    """Say in a page of its own why nothing else is shown. ``typed``: what the reader wrote, given back."""
    headers = {"retry-after": str(wait_s)} if wait_s else None
    minutes = -(-wait_s // 60)
    return public_page(
        "public_said.html", status=status, headers=headers, code=code, minutes=minutes, typed=typed
    )


def see_public(path: str) -> Redirect:
    """Answer a form that was accepted by the page to see next."""
    return Redirect(path, status_code=303, headers=HEADERS)


async def sent(request: AnyRequest) -> dict[str, list[str]]:
    """Return every text of a sent form, by field name; files are none of it."""
    form = await request.form()
    typed: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            typed.setdefault(name, []).append(value)
    return typed


def _protocol(_request: AnyRequest, error: HTTPException) -> Response[str]:
    code = {404: "not-found", 405: "not-found", 413: "too-large"}.get(error.status_code, "malformed")
    return said(code, status=error.status_code)


def _foreign(_request: AnyRequest, error: FormForeign) -> Response[str]:
    return said("foreign", status=error.status)


def _unexpected(_request: AnyRequest, error: Exception) -> Response[str]:
    _log.error("page failed", exc_info=error, extra={"error": type(error).__name__})
    return said("unexpected", status=500)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    HTTPException: _protocol,
    FormForeign: _foreign,
    Exception: _unexpected,
}
