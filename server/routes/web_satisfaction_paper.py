"""The questionnaire on paper: printed blank, and typed afterwards by a coordinator."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from litestar import Response, get, post

from forms.definition import Form
from server.auth import guards
from server.clock import local_day
from server.identifiers import new_uuid
from server.questionnaire import fields
from server.questionnaire.asked import Given
from server.questionnaire.typed import Typed, first
from server.questionnaire.versions import latest
from server.review.errors import NotReviewable
from server.routes.public_page import sent
from server.routes.web_page import language_of, page, see
from server.routes.web_session import PageRequest, services_of
from server.satisfaction.campaigns import by_title
from server.satisfaction.responses import FORM_URL, asked_of, drawn_id, keep, monday
from server.store.control import Campaign
from server.store.satisfaction import Channel

PAPER = "/coordination/satisfaction/saisie"

Faults = Mapping[str, Sequence[str]]


def _form(request: PageRequest) -> Form:
    form = latest(services_of(request).forms, FORM_URL)
    if form is None:
        raise NotReviewable
    return form


def _paper_page(
    request: PageRequest,
    typed: Typed,
    given: Given | None = None,
    faults: Faults | None = None,
    *,
    kept: bool = False,
) -> Response[str]:
    services, form = services_of(request), _form(request)
    today = local_day(services.clock())
    asked = asked_of(form, today)
    drawn = fields.blocks(asked, given or asked.nothing(), typed, language_of(request))
    with services.store.session() as session:
        campaigns = by_title(session)
    shown_typed = {
        "campaign": first(typed, "campaign"),
        "day": first(typed, "day") or today.isoformat(),
    }
    return page(
        request,
        "satisfaction_paper.html",
        status=422 if given is not None else 200,
        title=form.title if language_of(request) == "fr" else form.title_en,
        campaigns=campaigns,
        blocks=drawn,
        shown=fields.shown(drawn),
        refused=given is not None,
        typed=shown_typed,
        faults=faults or {},
        kept=kept,
        drawn_id=first(typed, "id") or new_uuid(),
    )


@get("/satisfaction/saisie", sync_to_thread=True, guards=[guards.coordinator])
def paper_page(
    request: PageRequest,
) -> Response[str]:
    """Show the questionnaire, to type what somebody wrote on paper; the next one is of the same pile."""
    asked = request.query_params
    pile = {"campaign": [str(asked.get("campagne", ""))], "day": [str(asked.get("jour", ""))]}
    return _paper_page(request, pile, kept="garde" in asked)


@post("/satisfaction/saisie", guards=[guards.own_form, guards.coordinator], status_code=200)
async def type_paper(request: PageRequest) -> Response[str] | Response[None]:
    """Keep one paper questionnaire. Who typed it is kept nowhere: it would lead towards who wrote it."""
    typed = await sent(request)
    return await asyncio.to_thread(_type_paper, request, typed)


def _type_paper(request: PageRequest, typed: Typed) -> Response[str] | Response[None]:
    services, form = services_of(request), _form(request)
    today = local_day(services.clock())
    campaign, day = first(typed, "campaign"), _day(first(typed, "day"))
    given = asked_of(form, today).given(typed)
    faults: dict[str, list[str]] = {}
    with services.store.session() as session:
        if session.get(Campaign, campaign) is None:
            faults["campaign"] = ["choice"]
        if day is None or day > today or day.year < 2020:
            faults["day"] = ["date"]
        if not given.answers and given.is_sound:
            faults["answers"] = ["nothing"]
        if day is not None and not faults and given.is_sound:
            keep(
                session,
                drawn_id(first(typed, "id")),
                campaign=campaign,
                week=monday(day),
                channel=Channel.PAPER,
                form=form,
                given=given,
            )
            return see(f"{PAPER}?campagne={campaign}&jour={day.isoformat()}&garde=1")
    return _paper_page(request, typed, given, faults)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@get("/satisfaction/papier", sync_to_thread=True, guards=[guards.coordinator])
def blank_page(request: PageRequest) -> Response[str]:
    """Show the questionnaire as paper, to be printed and written on."""
    form = _form(request)
    asked = asked_of(form, local_day(services_of(request).clock()))
    # On paper every question is there: what opens one is said by the question before it.
    everything = Given({}, {}, frozenset(item.link_id for item in asked.items))
    drawn = fields.blocks(asked, everything, {}, person=True)
    return page(request, "satisfaction_blank.html", title=form.title, blocks=drawn)


pages = [paper_page, type_paper, blank_page]
