"""``/avis/<secret>``: the pages of a remote doctor's link, the code first (wire §6.1)."""

import asyncio

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server.auth import guards
from server.questionnaire.typed import Typed, first
from server.remote import links
from server.routes.api_remote import PAGE
from server.routes.public_page import (
    EXCEPTION_HANDLERS,
    PublicRequest,
    address_of,
    said,
    see_public,
    sent,
    services_of,
)
from server.routes.web_remote_answer import give_answer
from server.routes.web_remote_link import NOT_KEPT, Held, code_page, cookie, ended, given_back, held_link
from server.routes.web_remote_request import request_page, request_photo
from server.store.remote import RemoteLink


@get("/{secret:str}", sync_to_thread=True)
def remote_page(request: PublicRequest, secret: FromPath[str]) -> Response[str]:
    """Show what the link has come to: the code to give, the request, or that it is over."""
    held = held_link(request, secret)
    if not isinstance(held, Held):
        return held
    if (over := ended(held)) is not None:
        return over
    return request_page(request, held) if held.is_open else code_page(held)


@post("/{secret:str}/code", status_code=200, guards=[guards.own_site])
async def give_code(request: PublicRequest, secret: FromPath[str]) -> Response[str] | Response[None]:
    """Compare the code; five wrong ones lock the link. What is no code at all is said, and is no try."""
    typed = await sent(request)
    return await asyncio.to_thread(_give_code, request, secret, typed)


def _give_code(request: PublicRequest, secret: str, typed: Typed) -> Response[str] | Response[None]:
    held = held_link(request, secret)
    if not isinstance(held, Held):
        return held
    if (over := ended(held, typed)) is not None:
        return over
    code = links.read_code(first(typed, "code"))
    if code is None:
        return code_page(held, kept=typed, fault="malformed", status=422)
    services = services_of(request)
    if wait_s := services.rates.codes.charge(address_of(request)):
        return said("too-often", status=429, wait_s=wait_s, typed=given_back(typed))
    with services.store.session() as session:
        link = session.get_one(RemoteLink, held.link.id)
        is_right = links.try_code(session, link, secret, code, services.clock())
    now_held = Held(link, secret, links.state_of(link, services.clock()), is_right)
    if (over := ended(now_held, typed)) is not None:
        return over
    if not is_right:
        return code_page(now_held, kept=typed, fault="wrong", status=422)
    carries = any(name not in NOT_KEPT for name in typed)
    response: Response[str] | Response[None] = (
        request_page(request, now_held, typed) if carries else see_public(f"{PAGE}/{secret}")
    )
    response.set_cookie(cookie(services, link, secret))
    return response


route_handlers: list[Router] = [
    Router(
        PAGE,
        route_handlers=[remote_page, request_photo, give_code, give_answer],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
]
