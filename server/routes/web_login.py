"""Signing in and out, choosing a password, choosing a language."""

import hmac
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from server.auth import guards, login, sessions
from server.auth.errors import LoginRefused, TooManyTries
from server.identifiers import new_secret
from server.review import access_log
from server.review.access_log import ANONYMOUS, Action, Actor, Outcome
from server.routes.services import Services
from server.routes.web_catalogue import LANGUAGES
from server.routes.web_page import HOME, page, see
from server.routes.web_session import (
    LANGUAGE_COOKIE,
    PageRequest,
    actor,
    plain_cookie,
    services_of,
    session_cookie,
    signed_in,
)

LOGIN_FORM_COOKIE = "escale_login_form"
_YEAR_S = 365 * 24 * 3600


class LoginForm(msgspec.Struct):
    """What the login page sends."""

    login: str = ""
    password: str = ""
    form_token: str = ""


class PasswordForm(msgspec.Struct):
    """What the password page sends."""

    current: str = ""
    chosen: str = ""
    repeated: str = ""


def _login_page(
    request: PageRequest, *, typed: str = "", fault: str | None = None, status: int = 200, wait_s: int = 0
) -> Response[str]:
    """Show the login page with a token of its own, in the form and in a cookie (double submission)."""
    services = services_of(request)
    token = request.cookies.get(LOGIN_FORM_COOKIE) or new_secret()
    response = page(
        request,
        "login.html",
        status=status,
        headers={"retry-after": str(wait_s)} if wait_s else None,
        login_token=token,
        typed=typed,
        fault=fault,
        wait_s=wait_s,
    )
    response.set_cookie(plain_cookie(services, LOGIN_FORM_COOKIE, token, max_age_s=None))
    return response


@get("/connexion", sync_to_thread=True)
def login_page(request: PageRequest) -> Response[str] | Response[None]:
    """Show the login page, or the home page to somebody who is signed in."""
    return see(HOME) if request.user is not None else _login_page(request)


@post("/connexion", sync_to_thread=True, guards=[guards.own_site], status_code=200)
def sign_in(
    request: PageRequest,
    data: Annotated[LoginForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Begin a session; a wrong password, a running delay or an old page show the form again, as typed."""
    services = services_of(request)
    expected = request.cookies.get(LOGIN_FORM_COOKIE, "")
    if not expected or not hmac.compare_digest(expected.encode(), data.form_token.encode()):
        return _login_page(request, typed=data.login, fault="login.page-expired", status=403)
    address = request.client.host if request.client else "unknown"
    try:
        signed = login.sign_in(services.store, data.login, data.password, address, services.clock())
    except TooManyTries as refusal:
        _log_refused(services, data.login)
        return _login_page(
            request, typed=data.login, fault="login.too-many-tries", status=429, wait_s=refusal.wait_s
        )
    except LoginRefused:
        _log_refused(services, data.login)
        return _login_page(request, typed=data.login, fault="login.refused", status=401)
    _log(services, Actor(signed.member_id, signed.role), Action.LOGIN, signed.member_id, Outcome.DONE)
    response = see(HOME)
    response.set_cookie(session_cookie(services, signed.secret))
    return response


def _log(services: Services, who: Actor, action: Action, member_id: str, outcome: Outcome) -> None:
    with services.store.session() as session:
        access_log.append(session, who, action, "member", member_id, outcome, at=services.clock())


def _log_refused(services: Services, typed_login: str) -> None:
    """Log a failed login: the member it aims at, never what was typed."""
    with services.store.session() as session:
        member = login.member_of(session, typed_login)
        aimed_at = member.id if member is not None else access_log.NOBODY
        access_log.append(
            session, ANONYMOUS, Action.LOGIN, "member", aimed_at, Outcome.REFUSED, at=services.clock()
        )


@post("/deconnexion", sync_to_thread=True, guards=[guards.own_form, guards.signed_in], status_code=200)
def sign_out(request: PageRequest) -> Response[None]:
    """End the session."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        sessions.end(session, coordinator.session_digest)
        access_log.append(
            session,
            actor(coordinator),
            Action.LOGOUT,
            "member",
            coordinator.member_id,
            Outcome.DONE,
            at=services.clock(),
        )
    response = see("/coordination/connexion")
    response.set_cookie(session_cookie(services, ""))
    return response


@get("/mot-de-passe", sync_to_thread=True, guards=[guards.signed_in])
def password_page(request: PageRequest) -> Response[str]:
    """Show the form that replaces the password."""
    return page(request, "password.html", faults=())


@post("/mot-de-passe", sync_to_thread=True, guards=[guards.own_form, guards.signed_in], status_code=200)
def choose_password(
    request: PageRequest,
    data: Annotated[PasswordForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Replace the password and every session by one new session; say all that is wrong at once otherwise."""
    services, coordinator = services_of(request), signed_in(request)
    try:
        secret, found = login.choose_password(
            services.store, coordinator, data.current, data.chosen, data.repeated, services.clock()
        )
    except TooManyTries as refusal:
        return page(
            request,
            "password.html",
            status=429,
            headers={"retry-after": str(refusal.wait_s)},
            faults=("too-many-tries",),
        )
    except LoginRefused:
        _log(
            services,
            actor(coordinator),
            Action.CHOOSE_PASSWORD,
            coordinator.member_id,
            Outcome.REFUSED,
        )
        return page(request, "password.html", status=422, faults=("current",))
    if found:
        return page(request, "password.html", status=422, faults=tuple(found))
    _log(services, actor(coordinator), Action.CHOOSE_PASSWORD, coordinator.member_id, Outcome.DONE)
    response = see(HOME)
    response.set_cookie(session_cookie(services, secret))
    return response


@post("/langue/{chosen:str}", guards=[guards.own_site], status_code=200)
async def choose_language(request: PageRequest, chosen: FromPath[str]) -> Response[None]:
    """Remember the language of the pages for a year."""
    response = see(HOME)
    if chosen in LANGUAGES:
        cookie: Cookie = plain_cookie(services_of(request), LANGUAGE_COOKIE, chosen, max_age_s=_YEAR_S)
        response.set_cookie(cookie)
    return response


pages = [login_page, sign_in, sign_out, password_page, choose_password, choose_language]
