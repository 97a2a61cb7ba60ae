"""The session cookie of the coordinators' pages, and who a request comes from."""

import asyncio
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from server.auth import sessions
from server.auth.errors import SessionMissing
from server.auth.sessions import Coordinator
from server.review.access_log import Actor
from server.routes.services import Services

PageRequest = Request[Coordinator | None, None, State]

LANGUAGE_COOKIE = "escale_language"
_SESSION_COOKIE = "escale_session"


def services_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Services:
    """Return the application's services."""
    services: Services = connection.app.state.services
    return services


def cookie_name(services: Services) -> str:
    """Return the session cookie's name, with ``__Host-`` where browsers enforce it (RFC 6265bis, https)."""
    return f"__Host-{_SESSION_COOKIE}" if _is_secure(services) else _SESSION_COOKIE


def _is_secure(services: Services) -> bool:
    return services.settings.origin.startswith("https://")


def session_cookie(services: Services, secret: str) -> Cookie:
    """Return the cookie that holds a session's secret, until the browser closes; an empty one forgets it."""
    return Cookie(
        key=cookie_name(services),
        value=secret,
        path="/",
        httponly=True,
        samesite="strict",
        secure=_is_secure(services),
        max_age=None if secret else 0,
    )


def plain_cookie(services: Services, name: str, value: str, *, max_age_s: int | None) -> Cookie:
    """Return a cookie that opens nothing: the language, or the token of the login form."""
    return Cookie(
        key=name,
        value=value,
        path="/coordination",
        httponly=True,
        samesite="strict",
        secure=_is_secure(services),
        max_age=max_age_s,
    )


class CoordinatorSession(AbstractAuthenticationMiddleware):
    """Sets ``request.user`` to the ``Coordinator`` of the session cookie, or ``None``; guards decide."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Look the session up, off the event loop."""
        services = services_of(connection)
        secret = connection.cookies.get(cookie_name(services))
        if not secret:
            return AuthenticationResult(user=None, auth=None)
        return AuthenticationResult(user=await asyncio.to_thread(_find, services, secret), auth=None)


def _find(services: Services, secret: str) -> Coordinator | None:
    with services.store.session() as session:
        return sessions.find(session, secret, services.clock())


def signed_in(request: PageRequest) -> Coordinator:
    """Return who is signed in, on a route that a guard protects; raise ``SessionMissing`` on any other."""
    if request.user is None:
        raise SessionMissing
    return request.user


def actor(coordinator: Coordinator) -> Actor:
    """Return a coordinator as the access log names them."""
    return Actor(coordinator.member_id, coordinator.role)
