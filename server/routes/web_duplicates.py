"""Probable duplicates: both people side by side, and the decision: one person, not, or later."""

import asyncio
import contextlib
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from server.auth import guards
from server.auth.sessions import Coordinator
from server.people import duplicates
from server.people.duplicates import Duplicate
from server.people.history import instant_after
from server.people.sheet import sheet
from server.people.sides import current_person, sides, teams_of
from server.projection.acts import MAX_NOTE, ActBody, QueueChange
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.acts import perform
from server.review.errors import NotReviewable
from server.review.reviewer import reviewer
from server.routes.services import Services
from server.routes.web_format import FORMATS
from server.routes.web_page import language_of, page, see, texts_of
from server.routes.web_people_words import Words
from server.routes.web_session import PageRequest, actor, services_of, signed_in

DUPLICATES = "/coordination/personnes/doublons"
SHOW_WITHIN_S = 5.0
_ACTIONS = {
    "same": Action.MERGE_PEOPLE,
    "different": Action.SEPARATE_PEOPLE,
    "later": Action.POSTPONE_DUPLICATE,
}


class VerdictForm(msgspec.Struct):
    """What the form of a proposal sends."""

    verdict: str = ""
    message: str = ""
    state: str = ""


def words_of(request: PageRequest) -> Words:
    """Return the words of the reader's language."""
    return Words(texts_of(request), FORMATS[language_of(request)])


def log_people(
    session: Session, services: Services, coordinator: Coordinator, action: Action, *people: str
) -> None:
    """Log an action on each of these people (person keys)."""
    for person in people:
        access_log.append(
            session, actor(coordinator), action, "person", person, Outcome.DONE, at=services.clock()
        )


@get("/personnes/doublons", sync_to_thread=True, guards=[guards.clinical_coordinator])
def duplicates_page(request: PageRequest) -> Response[str]:
    """Show the people who may be one, likeliest first; every name shown is logged as opened."""
    services, coordinator = services_of(request), signed_in(request)
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    with services.store.session() as session:
        teams = reviewer(session, coordinator.member_id, coordinator.role).teams
        found = duplicates.duplicates(session, teams, number)
        shown = sorted({key for each in found.rows for key in (each.proposal.first, each.proposal.second)})
        log_people(session, services, coordinator, Action.OPEN_PERSON, *shown)
    return page(request, "duplicates.html", found=found, words=words_of(request), max_message=MAX_NOTE)


@post(
    "/personnes/doublons/{first:str}/{second:str}",
    guards=[guards.own_form, guards.clinical_coordinator],
    status_code=200,
)
async def decide_on_duplicate(
    request: PageRequest,
    first: FromPath[str],
    second: FromPath[str],
    data: Annotated[VerdictForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Decide on a proposal; when somebody did in between, show what stands, and keep what was typed."""
    services, coordinator = services_of(request), signed_in(request)
    async with services.people.deciding:
        await shown(services)
        found, acts = await asyncio.to_thread(_acts, services, coordinator, (first, second), data)
        faults = _faults(data)
        if found is None or faults or found.state != data.state:
            return await asyncio.to_thread(_again, request, found, (first, second), data, faults)
        for act in acts:
            await perform(services.engine, services.keys, act, services.clock())
        await asyncio.to_thread(_log, services, coordinator, (first, second), _ACTIONS[data.verdict])
        await shown(services)
    return see(DUPLICATES)


async def shown(services: Services) -> None:
    """Wait until what was written is in the read model, a few seconds at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SHOW_WITHIN_S):
            await services.projection.caught_up()


def _faults(form: VerdictForm) -> tuple[str, ...]:
    wrong = {"verdict": form.verdict not in _ACTIONS, "too-long": len(form.message) > MAX_NOTE}
    return tuple(name for name, is_wrong in wrong.items() if is_wrong)


def _acts(
    services: Services, coordinator: Coordinator, pair: tuple[str, str], form: VerdictForm
) -> tuple[Duplicate | None, list[ActBody]]:
    reason = form.message.strip()[:MAX_NOTE]
    member, at = coordinator.member_id, services.clock()
    with services.store.session() as session:
        teams = reviewer(session, member, coordinator.role).teams
        found = duplicates.duplicate(session, teams, *pair)
        if found is None:
            return None, []
        past = duplicates.acts_between(session, found)
        at = instant_after(past, at)
        if form.verdict == "same":
            return found, duplicates.merging(found, past, member, at, reason)
    if form.verdict == "different":
        return found, duplicates.separating(found, member, at, reason)
    subject = duplicates.SUBJECT + found.proposal.key
    return found, [
        QueueChange(subject=subject, member=member, at=at, owner=member, closed=False, note=reason)
    ]


def _log(services: Services, coordinator: Coordinator, pair: tuple[str, str], action: Action) -> None:
    with services.store.session() as session:
        log_people(session, services, coordinator, action, *pair)


def _again(
    request: PageRequest,
    found: Duplicate | None,
    pair: tuple[str, str],
    typed: VerdictForm,
    faults: tuple[str, ...],
) -> Response[str]:
    """Show the proposal again, or what became of the two people, with what was typed."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        teams = reviewer(session, coordinator.member_id, coordinator.role).teams
        people = list(dict.fromkeys(key for each in pair if (key := current_person(session, each))))
        if not people or not set().union(*teams_of(session, people).values()) <= teams.keys():
            raise NotReviewable
        log_people(session, services, coordinator, Action.OPEN_PERSON, *people)
        known = sides(session, people, teams)
        sheets = [each for key in people if (each := sheet(session, teams, key)) is not None]
    acts = {act.document_id: act for each in sheets for act in each.acts}
    return page(
        request,
        "duplicate.html",
        status=422 if faults else 409,
        found=found,
        people=[known[key] for key in people if key in known],
        acts=sorted(acts.values(), key=lambda act: act.at, reverse=True),
        typed=typed,
        faults=faults,
        words=words_of(request),
        max_message=MAX_NOTE,
    )


pages = [duplicates_page, decide_on_duplicate]
