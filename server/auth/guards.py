"""Guards of the coordinators' pages: each route names the ones it needs.

``connection.user`` is the ``Coordinator`` that the session middleware found, or ``None``.
"""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from server.auth.errors import FormForeign, PasswordNotChosen, RoleRefused, SessionMissing
from server.auth.sessions import Coordinator

FORM_TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
TYPED_FIELD = "message"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})

Connection = ASGIConnection[Any, Any, Any, Any]


def _user(connection: Connection) -> Coordinator:
    user = connection.user
    if not isinstance(user, Coordinator):
        raise SessionMissing
    return user


def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let anybody with a session through; raise ``SessionMissing`` otherwise."""
    _user(connection)


def coordinator(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let a coordinator through who chose their password; raise ``PasswordNotChosen`` otherwise."""
    if _user(connection).must_choose_password:
        raise PasswordNotChosen


def clinical_coordinator(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a clinical coordinator through; raise ``RoleRefused`` for the others."""
    coordinator(connection, handler)
    if not _user(connection).is_clinical:
        raise RoleRefused


async def own_site(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Refuse a form that a browser says comes from another site (``Sec-Fetch-Site``, Fetch Metadata).

    The ``Origin`` header cannot tell: it is ``null`` under the referrer policy ``no-referrer``.
    """
    method = connection.scope.get("method", "GET")
    if method not in _SAFE_METHODS and connection.headers.get("sec-fetch-site", "none") not in _OWN_SITES:
        raise FormForeign


async def own_form(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a form through that carries this session's token (synchroniser token).

    Raise ``FormForeign`` otherwise. A text that was typed is remembered first (``state.typed``), for the
    page that says no to give it back.
    """
    if not isinstance(connection, Request) or connection.method in _SAFE_METHODS:
        return
    form = await connection.form()
    typed = form.get(TYPED_FIELD)
    connection.scope["state"]["typed"] = typed if isinstance(typed, str) else ""
    await own_site(connection, handler)
    token = form.get(FORM_TOKEN_FIELD)
    if not isinstance(token, str) or not _user(connection).sent(token):
        raise FormForeign
