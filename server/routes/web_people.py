"""One person's page: identity, visits, what coordinators decided, and how to undo it."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from server.auth import guards
from server.auth.sessions import Coordinator
from server.people.history import PastAct, instant_after
from server.people.sheet import Sheet, detaching, sheet, undoing
from server.people.sides import current_person, teams_of
from server.projection.acts import MAX_NOTE, ActBody
from server.review.access_log import Action
from server.review.acts import perform
from server.review.errors import NotReviewable
from server.review.reviewer import reviewer
from server.routes.services import Services
from server.routes.web_duplicates import log_people, shown, words_of
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, services_of, signed_in

PEOPLE = "/coordination/personnes"
_ACTIONS = {
    "merge": Action.MERGE_PEOPLE,
    "separate": Action.SEPARATE_PEOPLE,
    "detach": Action.DETACH_VISIT,
    "attach": Action.ATTACH_VISIT,
}


class ActForm(msgspec.Struct):
    """What the forms of the page send: the act to undo, or the visit (``visit:team``) to take away."""

    undo: str = ""
    visit: str = ""
    message: str = ""
    state: str = ""


def _person_page(
    request: PageRequest, key: str, *, typed: ActForm | None = None, faults: tuple[str, ...] = ()
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        teams = reviewer(session, coordinator.member_id, coordinator.role).teams
        found = sheet(session, teams, key)
        if found is None:
            raise NotReviewable
        log_people(session, services, coordinator, Action.OPEN_PERSON, found.side.person_key)
    return page(
        request,
        "person.html",
        status=_status(faults),
        found=found,
        typed=typed or ActForm(),
        faults=faults,
        words=words_of(request),
        max_message=MAX_NOTE,
    )


def _status(faults: tuple[str, ...]) -> int:
    if not faults:
        return 200
    return 409 if "outrun" in faults else 422


@get("/personnes/{key:str}", sync_to_thread=True, guards=[guards.clinical_coordinator])
def person_page(request: PageRequest, key: FromPath[str]) -> Response[str]:
    """Show a person, under whichever of their keys."""
    return _person_page(request, key)


@post(
    "/personnes/{key:str}/acte",
    guards=[guards.own_form, guards.clinical_coordinator],
    status_code=200,
)
async def act_on_person(
    request: PageRequest,
    key: FromPath[str],
    data: Annotated[ActForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Undo an act, or take a visit away; refused when the person is no longer what was shown."""
    services, coordinator = services_of(request), signed_in(request)
    async with services.people.deciding:
        await shown(services)
        found, act, faults = await asyncio.to_thread(_wanted, services, coordinator, key, data)
        if act is None or faults:
            return await asyncio.to_thread(_person_page, request, key, typed=data, faults=faults)
        await perform(services.engine, services.keys, act, services.clock())
        await asyncio.to_thread(_log, services, coordinator, found, act)
        await shown(services)
    return see(f"{PEOPLE}/{found.side.person_key}")


def _wanted(
    services: Services, coordinator: Coordinator, key: str, form: ActForm
) -> tuple[Sheet, ActBody | None, tuple[str, ...]]:
    """Return the person, the act asked for, and what is wrong with it."""
    member, at, reason = coordinator.member_id, services.clock(), form.message.strip()
    with services.store.session() as session:
        teams = reviewer(session, member, coordinator.role).teams
        found = sheet(session, teams, key)
        if found is None or not found.whole:
            raise NotReviewable
        at = instant_after(found.acts, at)
        if found.state != form.state:
            return found, None, ("outrun",)
        if len(reason) > MAX_NOTE or not reason:
            return found, None, ("too-long" if reason else "message",)
        if form.visit:
            visit, _, team = form.visit.partition(":")
            if not any((each.visit_id, each.team_id) == (visit, team) for each in found.side.visits):
                raise NotReviewable
            return found, detaching(visit, team, member, at, reason), ()
        past = next((act for act in found.acts if act.document_id == form.undo and act.stands), None)
        if past is None:
            raise NotReviewable
        others = {person for end in _ends(past) if (person := current_person(session, end))}
        if not set().union(*teams_of(session, others).values()) <= teams.keys():
            return found, None, ("elsewhere",)
        return found, undoing(past, member, at, reason), ()


def _ends(act: PastAct) -> list[str]:
    return [end for end in (act.first, act.second) if end is not None]


def _log(services: Services, coordinator: Coordinator, found: Sheet, act: ActBody) -> None:
    kind = str(msgspec.to_builtins(act)["act"])
    with services.store.session() as session:
        log_people(session, services, coordinator, _ACTIONS[kind], found.side.person_key)


pages = [person_page, act_on_person]
