"""What coordinators change: one transaction with its line in the access log, then what teams are told."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from litestar import Response
from sqlmodel import Session

from server.planning.faults import Fault, Rejected
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.reviewer import Reviewer, reviewer
from server.routes.web_page import see
from server.routes.web_session import PageRequest, actor, services_of, signed_in


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the access log: what was done to what."""

    action: Action
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed. ``teams`` are told; ``withdrawn`` lose their access on the tablets of these teams.

    ``withdrawn``: a member, and teams (None: every team). ``see``: the page to show next.
    """

    logged: tuple[Logged, ...]
    teams: Collection[str] = ()
    withdrawn: tuple[str, Collection[str] | None] | None = None
    see: str = ""


async def change(request: PageRequest, work: Callable[[Session, Reviewer], Done]) -> Done:
    """Do ``work`` in one transaction, log it there, then publish; what ``work`` raises changes nothing."""
    services, coordinator = services_of(request), signed_in(request)

    def run() -> Done:
        with services.store.session() as session:
            done = work(session, reviewer(session, coordinator.member_id, coordinator.role))
            session.flush()
            for line in done.logged:
                access_log.append(
                    session,
                    actor(coordinator),
                    line.action,
                    line.kind,
                    line.name,
                    Outcome.DONE,
                    at=services.clock(),
                )
            return done

    done = await asyncio.to_thread(run)
    if done.withdrawn is not None:
        await services.enrolment.withdraw_member(*done.withdrawn)
    await services.enrolment.publish(done.teams)
    return done


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it was sent: the fields, and those that may be ticked several times."""

    fields: Mapping[str, str]
    ticked: Mapping[str, tuple[str, ...]]


async def sent_form(request: PageRequest, *several: str) -> SentForm:
    """Read a form; ``several`` are the names that may come more than once."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    ticked = {name: tuple(str(value) for value in form.getall(name, [])) for name in several}
    return SentForm(fields, ticked)


def by_field(faults: Collection[Fault]) -> dict[str, list[str]]:
    """Return the codes of what is wrong, by field, as templates show them."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(fault.code)
    return found


async def done_or_again(
    request: PageRequest,
    work: Callable[[Session, Reviewer], Done],
    again: Callable[[Mapping[str, list[str]]], Response[str]],
) -> Response[str] | Response[None]:
    """Do ``work`` and show what follows; show the form ``again``, as typed, when it is rejected."""
    try:
        done = await change(request, work)
    except Rejected as rejected:
        return await asyncio.to_thread(again, by_field(rejected.faults))
    return see(done.see)
