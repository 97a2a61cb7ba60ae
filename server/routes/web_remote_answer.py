"""A remote doctor's answer, taken once from the page of a link (wire §5.2, §6.1)."""

import asyncio
from dataclasses import dataclass

from litestar import Response, post
from litestar.params import FromPath

from server.auth import guards
from server.questionnaire.asked import Asked
from server.questionnaire.typed import Typed, first
from server.remote import answer, links
from server.remote.answer import AlreadyAnswered, Opinion
from server.remote.request import ConsentRefused, Request, RequestRestricted, request_of
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.routes.api_remote import PAGE
from server.routes.public_page import PublicRequest, said, see_public, sent, services_of
from server.routes.services import Services
from server.routes.web_remote_link import (
    FORM_TOKEN,
    Held,
    code_page,
    ended,
    given_back,
    held_link,
)
from server.routes.web_remote_request import closed_page, drawn, request_page


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

    held: Held
    request: Request
    opinion: Opinion
    pleased: Asked | None


def _to_keep(request: PublicRequest, secret: str, typed: Typed) -> _Kept | Response[str]:
    held = held_link(request, secret)
    if not isinstance(held, Held):
        return held
    if (over := ended(held, typed)) is not None:
        return over
    if not held.is_open:
        return code_page(held, kept=typed, status=403)
    if not links.same(links.form_token(held.link, secret), first(typed, FORM_TOKEN)):
        return request_page(request, held, typed, status=403, fault="foreign")
    services = services_of(request)
    try:
        with services.store.session() as session:
            found = request_of(session, services.forms, held.link)
    except (RequestRestricted, ConsentRefused) as closed:
        return closed_page(closed, typed)
    if found is None:
        return said("request-gone", status=409, typed=given_back(typed))
    outcome, pleased = answer.outcome_asked(found), answer.satisfaction_asked(services.forms, found)
    opinion = answer.opinion_of(outcome, pleased, typed)
    if not opinion.is_sound:
        return drawn(services, held, found, outcome, pleased, opinion, typed, status=422, fault="")
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
    held = held_link(request, kept.held.secret)
    over = ended(held, typed) if isinstance(held, Held) else held
    return over if over is not None else said("unexpected", status=500)
