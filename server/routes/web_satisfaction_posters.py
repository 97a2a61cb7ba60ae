"""Posters that lead to the questionnaire: made, printed and ended by coordinators."""

import asyncio
from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from server.auth import guards
from server.questionnaire.typed import Typed, first
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable
from server.routes import web_qr
from server.routes.public_page import sent
from server.routes.web_page import page, see
from server.routes.web_satisfaction import PAGE as PUBLIC
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.satisfaction import posters
from server.satisfaction.campaigns import by_title
from server.satisfaction.posters import MAX_PLACE
from server.store.control import Campaign
from server.store.satisfaction import SatisfactionPoster

POSTERS = "/coordination/satisfaction/affiches"

Faults = Mapping[str, Sequence[str]]


def _posters_page(
    request: PageRequest, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    with services_of(request).store.session() as session:
        campaigns = by_title(session)
        found = posters.all_of(session)
    return page(
        request,
        "satisfaction_posters.html",
        status=422 if faults else 200,
        campaigns=campaigns,
        titles={each.id: each.title for each in campaigns},
        posters=found,
        typed=typed or {},
        faults=faults or {},
        max_place=MAX_PLACE,
    )


@get("/satisfaction/affiches", sync_to_thread=True, guards=[guards.coordinator])
def posters_page(request: PageRequest) -> Response[str]:
    """List the posters, and offer to make one."""
    return _posters_page(request)


@post("/satisfaction/affiches", guards=[guards.own_form, guards.coordinator], status_code=200)
async def create_poster(request: PageRequest) -> Response[str] | Response[None]:
    """Make a poster and show it, to be printed."""
    typed = await sent(request)
    return await asyncio.to_thread(_create_poster, request, typed)


def _create_poster(request: PageRequest, typed: Typed) -> Response[str] | Response[None]:
    services, coordinator = services_of(request), signed_in(request)
    campaign, place = first(typed, "campaign"), " ".join(first(typed, "place").split())
    faults: dict[str, list[str]] = {}
    with services.store.session() as session:
        if session.get(Campaign, campaign) is None:
            faults["campaign"] = ["choice"]
        if not place or len(place) > MAX_PLACE:
            faults["place"] = ["missing" if not place else "too-long"]
        if not faults:
            now = services.clock()
            made = posters.create(session, campaign, place, coordinator.member_id, now)
            who = actor(coordinator)
            access_log.append(session, who, Action.CREATE_POSTER, "poster", made.id, Outcome.DONE, at=now)
            return see(f"{POSTERS}/{made.id}")
    return _posters_page(request, {"campaign": campaign, "place": place}, faults)


def _found(session: Session, poster: str) -> SatisfactionPoster:
    found = session.get(SatisfactionPoster, poster)
    if found is None:
        raise NotReviewable
    return found


@get("/satisfaction/affiches/{poster:str}", sync_to_thread=True, guards=[guards.coordinator])
def poster_page(request: PageRequest, poster: FromPath[str]) -> Response[str]:
    """Show a poster as it is printed, on one A4 sheet."""
    services = services_of(request)
    with services.store.session() as session:
        found = _found(session, poster)
        campaign = session.get_one(Campaign, found.campaign_id).title
    link = f"{services.settings.origin}{PUBLIC}/{found.address}"
    return page(
        request,
        "satisfaction_poster.html",
        poster=found,
        campaign=campaign,
        link=link,
        qr=web_qr.draw(link),
        organisation=services.organization.title,
    )


@post(
    "/satisfaction/affiches/{poster:str}/fin",
    guards=[guards.own_form, guards.coordinator],
    status_code=200,
    sync_to_thread=True,
)
def end_poster(request: PageRequest, poster: FromPath[str]) -> Response[None]:
    """End a poster: its link then says so."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        found, now = _found(session, poster), services.clock()
        if posters.end(session, found, now):
            who = actor(coordinator)
            access_log.append(session, who, Action.END_POSTER, "poster", found.id, Outcome.DONE, at=now)
    return see(POSTERS)


pages = [posters_page, create_poster, poster_page, end_poster]
