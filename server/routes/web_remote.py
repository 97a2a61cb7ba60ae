"""``/avis/<secret>``: what a remote doctor sees of a link, and answers (wire §6.1).

The code comes first. The cookie that it gives opens this link and nothing else; it is made of the secret, so
that several devices of one doctor may hold it, and no table holds it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from sqlmodel import Session

from server.auth import guards
from server.questionnaire import fields
from server.questionnaire.asked import Asked
from server.questionnaire.typed import Typed
from server.remote import answer, links, photos
from server.remote.answer import AlreadyAnswered, Opinion
from server.remote.links import MAX_TRIES, LinkState
from server.remote.photos import PhotoShown
from server.remote.request import ConsentRefused, Request, RequestRestricted, request_of
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.routes.api_remote import PAGE
from server.routes.public_page import (
    EXCEPTION_HANDLERS,
    HEADERS,
    PublicRequest,
    address_of,
    public_page,
    said,
    see_public,
    sent,
    services_of,
)
from server.routes.services import Services
from server.routes.web_photo import MEDIA_TYPE
from server.store.control import Member
from server.store.remote import RemoteLink

COOKIE = "escale_avis"
_FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
_NOT_KEPT = frozenset({_FORM_TOKEN, "code"})
_STATUS = {LinkState.EXPIRED: 410, LinkState.LOCKED: 403}


@dataclass(frozen=True, slots=True)
class _Held:
    """A link that its secret found, and whether the caller gave its code."""

    link: RemoteLink
    secret: str
    state: LinkState
    is_open: bool


def _held(request: PublicRequest, secret: str) -> _Held | Response[str]:
    """Return the link, or the page that says why there is none to show."""
    services, address = services_of(request), address_of(request)
    if wait_s := services.rates.unknown_links.wait_s(address):
        return said("too-often", status=429, wait_s=wait_s)
    with services.store.session() as session:
        link = links.find(session, secret)
    if link is None:
        services.rates.unknown_links.charge(address)
        return said("link-unknown", status=404)
    state = links.state_of(link, services.clock())
    given = request.cookies.get(COOKIE, "")
    is_open = links.same(links.session_secret(link, secret), given)
    return _Held(link, secret, state, is_open)


def _ended(held: _Held, typed: Typed | None = None) -> Response[str] | None:
    """Return the page of a link through which nothing is shown or said any more."""
    if held.state is LinkState.ANSWERED:
        at = held.link.answered_at
        back = _given_back(typed)
        return public_page("remote_answered.html", status=409 if back else 200, at=at, typed=back)
    if held.state in _STATUS:
        return said(f"link-{held.state}", status=_STATUS[held.state], typed=_given_back(typed))
    return None


def _given_back(typed: Typed | None) -> list[tuple[str, str]]:
    """Return the texts that somebody wrote, for them to copy: a page that says no loses nothing."""
    wanted = ("outcome.notes", "signed_name")
    return [(name, text) for name in wanted for text in (typed or {}).get(name, ()) if text.strip()]


def _code_page(
    held: _Held, *, kept: Typed | None = None, wrong: bool = False, status: int = 200
) -> Response[str]:
    """Ask for the code. ``kept``: an answer sent without the cookie, which the page carries along."""
    carried = [
        (name, text) for name, texts in (kept or {}).items() for text in texts if name not in _NOT_KEPT
    ]
    return public_page(
        "remote_code.html",
        status=status,
        secret=held.secret,
        kept=carried,
        wrong=wrong,
        left=MAX_TRIES - held.link.tries,
    )


@get("/{secret:str}", sync_to_thread=True)
def remote_page(request: PublicRequest, secret: FromPath[str]) -> Response[str]:
    """Show what the link has come to: the code to give, the request, or that it is over."""
    held = _held(request, secret)
    if not isinstance(held, _Held):
        return held
    if (over := _ended(held)) is not None:
        return over
    return _request_page(request, held) if held.is_open else _code_page(held)


@post("/{secret:str}/code", status_code=200, guards=[guards.own_site])
async def give_code(request: PublicRequest, secret: FromPath[str]) -> Response[str] | Response[None]:
    """Compare the code; five wrong ones lock the link."""
    typed = await sent(request)
    return await asyncio.to_thread(_give_code, request, secret, typed)


def _give_code(request: PublicRequest, secret: str, typed: Typed) -> Response[str] | Response[None]:
    held = _held(request, secret)
    if not isinstance(held, _Held):
        return held
    if (over := _ended(held, typed)) is not None:
        return over
    services = services_of(request)
    if wait_s := services.rates.codes.charge(address_of(request)):
        return said("too-often", status=429, wait_s=wait_s, typed=_given_back(typed))
    code = next(iter(typed.get("code", ())), "")
    with services.store.session() as session:
        link = session.get_one(RemoteLink, held.link.id)
        is_right = links.try_code(session, link, secret, code, services.clock())
    now_held = _Held(link, secret, links.state_of(link, services.clock()), is_right)
    if (over := _ended(now_held, typed)) is not None:
        return over
    if not is_right:
        return _code_page(now_held, kept=typed, wrong=True, status=422)
    carries = any(name not in _NOT_KEPT for name in typed)
    response: Response[str] | Response[None] = (
        _request_page(request, now_held, typed) if carries else see_public(f"{PAGE}/{secret}")
    )
    response.set_cookie(_cookie(services, link, secret))
    return response


def _cookie(services: Services, link: RemoteLink, secret: str) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=links.session_secret(link, secret),
        path=f"{PAGE}/{secret}",
        httponly=True,
        samesite="strict",
        secure=services.settings.origin.startswith("https://"),
    )


def _request_page(
    request: PublicRequest, held: _Held, typed: Typed | None = None, *, status: int = 200, fault: str = ""
) -> Response[str]:
    """Show the request and the form; every showing is logged before anything is shown."""
    services = services_of(request)
    try:
        found = _opened(services, held.link)
    except (RequestRestricted, ConsentRefused) as closed:
        return _closed(closed, typed)
    if found is None:
        return public_page("remote_waiting.html")
    outcome, pleased = answer.outcome_asked(found), answer.satisfaction_asked(services.forms, found)
    opinion = answer.opinion_of(outcome, pleased, typed) if typed is not None else None
    return _drawn(services, held, found, outcome, pleased, opinion, typed or {}, status=status, fault=fault)


def _closed(closed: Exception, typed: Typed | None) -> Response[str]:
    """Say why nothing of the visit is shown or asked; what was written is given back."""
    code = "request-refused" if isinstance(closed, ConsentRefused) else "request-restricted"
    return said(code, status=403, typed=_given_back(typed))


def _opened(services: Services, link: RemoteLink) -> Request | None:
    with services.store.session() as session:
        found = request_of(session, services.forms, link)
        for record in found.records if found is not None else ():
            access_log.append(
                session,
                links.actor(link),
                Action.OPEN_REQUEST,
                "record",
                record.digest,
                Outcome.DONE,
                at=services.clock(),
            )
        return found


@get("/{secret:str}/photos/{photo:str}", sync_to_thread=True)
def request_photo(
    request: PublicRequest, secret: FromPath[str], photo: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Return a photo of the request, to whoever gave the code; logged, and kept by no cache."""
    held = _held(request, secret)
    if not isinstance(held, _Held):
        return held
    if held.state not in (LinkState.WAITING, LinkState.OPENED) or not held.is_open:
        return said("not-found", status=404)
    services = services_of(request)
    with services.store.session() as session:
        content = _photo_of(session, services, held.link, photo)
        if content is None:
            return said("not-found", status=404)
        access_log.append(
            session,
            links.actor(held.link),
            Action.OPEN_PHOTO,
            "photo",
            photo,
            Outcome.DONE,
            at=services.clock(),
        )
    return Response(content, media_type=MEDIA_TYPE, headers=HEADERS)


def _photo_of(session: Session, services: Services, link: RemoteLink, photo: str) -> bytes | None:
    """Return a photo that the page shows now; None of any other, of a closed visit too."""
    try:
        found = request_of(session, services.forms, link)
    except (RequestRestricted, ConsentRefused):
        return None
    shown = {
        each.id
        for record in (found.records if found is not None else ())
        for named in record.photos.values()
        for each in named
        if each.shown is PhotoShown.WHOLE
    }
    return photos.bytes_of(session, link.team_id, photo) if photo in shown else None


def _drawn(
    services: Services,
    held: _Held,
    found: Request,
    outcome: Asked,
    pleased: Asked | None,
    opinion: Opinion | None,
    typed: Typed,
    *,
    status: int,
    fault: str,
) -> Response[str]:
    drawn = fields.blocks(outcome, opinion.outcome if opinion else outcome.nothing(), typed)
    asked_after: Sequence[fields.Block] = ()
    if pleased is not None:
        given = opinion.satisfaction if opinion is not None else None
        asked_after = fields.blocks(pleased, given or pleased.nothing(), typed)
    with services.store.session() as session:
        member = session.get(Member, held.link.member_id)
    return public_page(
        "remote_request.html",
        status=status,
        secret=held.secret,
        form_token=links.form_token(held.link, held.secret),
        request=found,
        asked_by=f"{member.name} ({member.profession})" if member is not None else "",
        expires_at=held.link.expires_at,
        outcome=drawn,
        satisfaction=asked_after,
        satisfaction_touched=pleased is not None and answer.is_touched(pleased, typed),
        satisfaction_title=pleased.form.title if pleased is not None else "",
        shown=" ".join((fields.shown(drawn), fields.shown(asked_after))),
        signature=opinion.signature if opinion is not None else None,
        typed_name=_typed(typed, "signed_name", held.link.physician or ""),
        typed_rpps=_typed(typed, "rpps", ""),
        refused=opinion is not None and not opinion.is_sound,
        fault=fault,
        max_name=answer.MAX_NAME,
    )


def _typed(typed: Mapping[str, Sequence[str]], name: str, otherwise: str) -> str:
    return next(iter(typed.get(name, ())), otherwise)


@post("/{secret:str}", status_code=200, guards=[guards.own_site])
async def give_answer(request: PublicRequest, secret: FromPath[str]) -> Response[str] | Response[None]:
    """Keep the answer, once; whatever is not right with it is said, and what was typed stays."""
    typed = await sent(request)
    found = await asyncio.to_thread(_to_keep, request, secret, typed)
    if not isinstance(found, _Kept):
        return found
    services, at = services_of(request), services_of(request).clock()
    await asyncio.to_thread(_log, services, found, Outcome.DONE)
    act = answer.act_of(found.held.link, found.request, found.opinion, found.pleased, at)
    try:
        await answer.write(services.engine, services.keys, act, at)
    except AlreadyAnswered:
        await asyncio.to_thread(_log, services, found, Outcome.REFUSED)
        await asyncio.to_thread(_close, services, found)
        return await asyncio.to_thread(_answered_before, request, found, typed)
    await asyncio.to_thread(_close, services, found)
    return see_public(f"{PAGE}/{secret}")


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer that may be kept."""

    held: _Held
    request: Request
    opinion: Opinion
    pleased: Asked | None


def _to_keep(request: PublicRequest, secret: str, typed: Typed) -> _Kept | Response[str]:
    held = _held(request, secret)
    if not isinstance(held, _Held):
        return held
    if (over := _ended(held, typed)) is not None:
        return over
    if not held.is_open:
        return _code_page(held, kept=typed, status=403)
    if not links.same(links.form_token(held.link, secret), _typed(typed, _FORM_TOKEN, "")):
        return _request_page(request, held, typed, status=403, fault="foreign")
    services = services_of(request)
    try:
        with services.store.session() as session:
            found = request_of(session, services.forms, held.link)
    except (RequestRestricted, ConsentRefused) as closed:
        return _closed(closed, typed)
    if found is None:
        return said("request-gone", status=409, typed=_given_back(typed))
    outcome, pleased = answer.outcome_asked(found), answer.satisfaction_asked(services.forms, found)
    opinion = answer.opinion_of(outcome, pleased, typed)
    if not opinion.is_sound:
        return _drawn(services, held, found, outcome, pleased, opinion, typed, status=422, fault="")
    return _Kept(held, found, opinion, pleased)


def _close(services: Services, kept: _Kept) -> None:
    with services.store.session() as session:
        answer.close(session, kept.held.link, services.clock())


def _log(services: Services, kept: _Kept, outcome: Outcome) -> None:
    """Log the answer with each record that it is about: before it is written, as every act."""
    with services.store.session() as session:
        for record in kept.request.records:
            access_log.append(
                session,
                links.actor(kept.held.link),
                Action.ANSWER_REQUEST,
                "record",
                record.digest,
                outcome,
                at=services.clock(),
            )


def _answered_before(request: PublicRequest, kept: _Kept, typed: Typed) -> Response[str]:
    held = _held(request, kept.held.secret)
    over = _ended(held, typed) if isinstance(held, _Held) else held
    return over if over is not None else said("unexpected", status=500)


route_handlers: list[Router] = [
    Router(
        PAGE,
        route_handlers=[remote_page, request_photo, give_code, give_answer],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
]
