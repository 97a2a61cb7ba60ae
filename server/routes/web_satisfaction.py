"""``/satisfaction/<poster>``: the questionnaire on one's own phone. No cookie, no script, no trace."""

import asyncio

from litestar import Response, Router, get, post
from litestar.params import FromPath

from forms.definition import Form
from server.auth import guards
from server.clock import local_day
from server.identifiers import new_uuid
from server.questionnaire import fields
from server.questionnaire.asked import Given
from server.questionnaire.typed import Typed, name_of
from server.questionnaire.versions import latest
from server.routes.public_page import (
    EXCEPTION_HANDLERS,
    PublicRequest,
    address_of,
    public_page,
    said,
    see_public,
    sent,
    services_of,
)
from server.routes.services import Services
from server.satisfaction import posters
from server.satisfaction.responses import FORM_URL, asked_of, drawn_id, keep, monday
from server.satisfaction.service import ABOUT, only_service
from server.store.control import Organization
from server.store.satisfaction import Channel, SatisfactionPoster

PAGE = "/satisfaction"


def _poster(services: Services, address: str) -> tuple[SatisfactionPoster, Form] | Response[str]:
    """Return a poster in use and the form that it asks, or the page that says why there is none."""
    with services.store.session() as session:
        poster = posters.of_address(session, address)
    if poster is None:
        return said("poster-unknown", status=404)
    form = latest(services.forms, FORM_URL)
    if poster.ended_at is not None or form is None:
        return said("poster-ended", status=410)
    return poster, form


@get("/{address:str}", sync_to_thread=True)
def questionnaire(request: PublicRequest, address: FromPath[str]) -> Response[str]:
    """Show the questions."""
    services = services_of(request)
    found = _poster(services, address)
    if isinstance(found, Response):
        return found
    poster, form = found
    with services.store.session() as session:
        service = only_service(session, poster.campaign_id, form)
    # Chosen already, and changed like any other answer.
    typed = {} if service is None else {name_of(ABOUT, ""): (service,)}
    return _page(services, address, form, typed, None)


def _page(services: Services, address: str, form: Form, typed: Typed, given: Given | None) -> Response[str]:
    asked = asked_of(form, local_day(services.clock()))
    drawn = fields.blocks(asked, given or asked.nothing(), typed, person=True)
    with services.store.session() as session:
        organisation = session.get_one(Organization, services.organization.id).title
    return public_page(
        "satisfaction.html",
        status=422 if given is not None else 200,
        address=address,
        title=form.title,
        organisation=organisation,
        blocks=drawn,
        shown=fields.shown(drawn),
        refused=given is not None,
        drawn_id=next(iter(typed.get("id", ())), "") or new_uuid(),
    )


@post("/{address:str}", status_code=200, guards=[guards.own_site])
async def answer(request: PublicRequest, address: FromPath[str]) -> Response[str] | Response[None]:
    """Keep the answers and thank; the same page sent twice is kept once."""
    typed = await sent(request)
    return await asyncio.to_thread(_answer, request, address, typed)


def _answer(request: PublicRequest, address: str, typed: Typed) -> Response[str] | Response[None]:
    services = services_of(request)
    found = _poster(services, address)
    if isinstance(found, Response):
        return found
    poster, form = found
    today = local_day(services.clock())
    given = asked_of(form, today).given(typed)
    if not given.is_sound or not given.answers:
        return _page(services, address, form, typed, given)
    if wait_s := services.rates.satisfaction.charge(address_of(request)):
        return said("too-often", status=429, wait_s=wait_s)
    with services.store.session() as session:
        keep(
            session,
            drawn_id(next(iter(typed.get("id", ())), "")),
            campaign=poster.campaign_id,
            week=monday(today),
            channel=Channel.POSTER,
            form=form,
            given=given,
        )
    return see_public(f"{PAGE}/{address}/merci")


@get("/{address:str}/merci")
async def thanks(address: FromPath[str]) -> Response[str]:
    """Thank, and say what becomes of the answers."""
    del address
    return public_page("satisfaction_thanks.html")


route_handlers: list[Router] = [
    Router(
        PAGE,
        route_handlers=[questionnaire, answer, thanks],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
]
