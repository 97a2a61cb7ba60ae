"""The stops' pages: a week of them, one with its appointments; made, changed, cancelled, copied."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from forms.communes import table
from server.auth import guards
from server.clock import local_day
from server.planning import campaigns, settings, stops
from server.planning.faults import Rejected
from server.planning.handles import handles
from server.planning.stops import Outrun, StopForm
from server.planning.themes import THEMES
from server.planning.typed import BOOKINGS, address_day
from server.review import access_log, agenda
from server.review.access_log import Action, Outcome
from server.review.reviewer import Reviewer, reviewer
from server.routes.web_changes import Done, Logged, SentForm, by_field, change, sent_form
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.control import Stop

STOPS = "/coordination/escales"
_A_WEEK = timedelta(days=7)
_CANDIDATES = 8
FORM_GUARDS = [guards.own_form, guards.coordinator]

Faults = Mapping[str, list[str]]


def address(stop: str) -> str:
    """Return the address of a stop's page."""
    return f"{STOPS}/{stop}"


def today_of(request: PageRequest) -> date:
    """Return the day it is for people."""
    return local_day(services_of(request).clock())


def reading(request: PageRequest, session: Session) -> Reviewer:
    """Return who reads."""
    coordinator = signed_in(request)
    return reviewer(session, coordinator.member_id, coordinator.role)


@get("/escales", sync_to_thread=True, guards=[guards.coordinator])
def week_page(request: PageRequest) -> Response[str]:
    """Show the stops of a week, this one unless the address names another."""
    today = today_of(request)
    asked = request.query_params.get("semaine", "")
    monday = _monday(asked, today)
    with services_of(request).store.session() as session:
        reader = reading(request, session)
        rows = agenda.stop_rows(session, reader.teams, monday, monday + _A_WEEK - timedelta(days=1))
    days = [monday + timedelta(days=number) for number in range(7)]
    return page(
        request,
        "stops.html",
        days=[(day, [row for row in rows if row.stop.day == day]) for day in days],
        monday=monday,
        before=monday - _A_WEEK,
        after=monday + _A_WEEK,
        today=today,
        unreadable=bool(asked) and address_day(asked) is None,
        teams=reader.teams,
    )


def _monday(text: str, today: date) -> date:
    day = address_day(text) or today
    return day - timedelta(days=day.weekday())


def _form_page(
    request: PageRequest,
    session: Session,
    *,
    stop: Stop | None,
    typed: Mapping[str, str],
    on_duty: tuple[str, ...],
    faults: Faults,
    outrun: Mapping[str, str] | None = None,
) -> Response[str]:
    reader = reading(request, session)
    teams = reader.teams if stop is None else {stop.team_id: reader.teams[stop.team_id]}
    named = "commune-unknown" in faults.get("commune", ()) or "commune-ambiguous" in faults.get("commune", ())
    return page(
        request,
        "stop_form.html",
        status=409 if outrun else 422 if faults else 200,
        stop=stop,
        # A form shown again for a fault stays upon what it was made upon, unless what stands is shown too.
        state=typed.get("state") if faults else stops.state_of(session, stop) if stop is not None else None,
        outrun=outrun or {},
        standing_on_duty=stops.on_duty(session, stop.id) if stop is not None else (),
        typed=typed,
        on_duty=on_duty,
        faults=faults,
        teams=teams,
        members={team: stops.members_of(session, team) for team in teams},
        campaigns=campaigns.campaigns(session),
        themes=THEMES,
        candidates=table().search(typed.get("commune", ""), _CANDIDATES) if named else [],
        back=STOPS if stop is None else address(stop.id),
    )


def _stop_form(request: PageRequest, session: Session, reader: Reviewer, team: str | None = None) -> StopForm:
    offered = {each.id: each for each in campaigns.campaigns(session)}
    return StopForm(today_of(request), table(), reader.teams, offered, team)


@get("/escales/nouvelle", sync_to_thread=True, guards=[guards.coordinator])
def new_stop_page(request: PageRequest) -> Response[str]:
    """Show an empty stop's form, with the slots that the settings propose."""
    with services_of(request).store.session() as session:
        kept = settings.read(session)
        typed = {
            "day": request.query_params.get("jour", ""),
            "minutes": str(kept.slot_minutes),
            "emergencies": str(kept.emergency_slots),
            "with_slots": "oui",
        }
        return _form_page(request, session, stop=None, typed=typed, on_duty=(), faults={})


async def _save(
    request: PageRequest, work: Callable[[Session, Reviewer, SentForm], Done], stop: str | None = None
) -> Response[str] | Response[None]:
    """Do what a stop's form asks, or show it again as it was typed."""
    sent = await sent_form(request, "on_duty")
    try:
        done = await change(request, lambda session, reader: work(session, reader, sent))
    except Rejected as rejected:
        return await asyncio.to_thread(_again, request, stop, sent, by_field(rejected.faults))
    except Outrun:
        return await asyncio.to_thread(_again, request, stop, sent, {})
    return see(done.see)


def _again(request: PageRequest, stop: str | None, sent: SentForm, faults: Faults) -> Response[str]:
    """Show a form as it was typed with its faults; without any, somebody else was first: what stands too."""
    with services_of(request).store.session() as session:
        found = stops.find(session, stop, reading(request, session).teams) if stop else None
        return _form_page(
            request,
            session,
            stop=found,
            typed=sent.fields,
            on_duty=sent.ticked["on_duty"],
            faults=faults,
            outrun=_standing(found) if found is not None and not faults else None,
        )


@post("/escales/nouvelle", guards=FORM_GUARDS, status_code=200)
async def create_stop(request: PageRequest) -> Response[str] | Response[None]:
    """Make a stop."""

    def work(session: Session, reader: Reviewer, sent: SentForm) -> Done:
        form = _stop_form(request, session, reader)
        made = stops.create(session, stops.order(session, sent.fields, sent.ticked["on_duty"], form))
        logged = Logged(Action.CREATE_STOP, "stop", made.id)
        return Done((logged,), [made.team_id], see=address(made.id))

    return await _save(request, work)


def _standing(stop: Stop) -> dict[str, str]:
    """Return a stop as its form writes it."""
    commune = table().by_code.get(stop.commune)
    return {
        "name": stop.name,
        "commune": commune.name if commune else stop.commune,
        "insee": stop.commune,
        "latitude": f"{stop.latitude:g}",
        "longitude": f"{stop.longitude:g}",
        "day": stop.day.isoformat(),
        "opens": f"{stop.opens:%H:%M}",
        "closes": f"{stop.closes:%H:%M}",
        "campaign": stop.campaign_id,
        "theme": stop.theme or "",
        "team": stop.team_id,
    }


@get("/escales/{stop:str}/modifier", sync_to_thread=True, guards=[guards.coordinator])
def edit_stop_page(request: PageRequest, stop: FromPath[str]) -> Response[str]:
    """Show a stop's form."""
    with services_of(request).store.session() as session:
        found = stops.find(session, stop, reading(request, session).teams)
        kept = settings.read(session)
        typed = {
            **_standing(found),
            "minutes": str(kept.slot_minutes),
            "emergencies": str(kept.emergency_slots),
        }
        on_duty = tuple(stops.on_duty(session, found.id))
        return _form_page(request, session, stop=found, typed=typed, on_duty=on_duty, faults={})


@post("/escales/{stop:str}/modifier", guards=FORM_GUARDS, status_code=200)
async def edit_stop(request: PageRequest, stop: FromPath[str]) -> Response[str] | Response[None]:
    """Change a stop."""

    def work(session: Session, reader: Reviewer, sent: SentForm) -> Done:
        found = stops.find(session, stop, reader.teams)
        form = _stop_form(request, session, reader, found.team_id)
        asked = stops.order(session, sent.fields, sent.ticked["on_duty"], form)
        stops.edit(session, found, asked, after=sent.fields.get("state"))
        logged = Logged(Action.EDIT_STOP, "stop", found.id)
        return Done((logged,), [found.team_id], see=address(found.id))

    return await _save(request, work, stop)


async def _set_cancelled(
    request: PageRequest, stop: str, *, cancelled: bool
) -> Response[str] | Response[None]:
    def work(session: Session, reader: Reviewer) -> Done:
        found = stops.find(session, stop, reader.teams)
        stops.cancel(session, found, cancelled=cancelled)
        action = Action.CANCEL_STOP if cancelled else Action.RESTORE_STOP
        return Done((Logged(action, "stop", found.id),), [found.team_id])

    try:
        await change(request, work)
    except Rejected as rejected:
        again = partial(stop_page_with, cancel_faults=by_field(rejected.faults))
        return await asyncio.to_thread(again, request, stop)
    return see(address(stop))


@post("/escales/{stop:str}/annuler", guards=FORM_GUARDS, status_code=200)
async def cancel_stop(request: PageRequest, stop: FromPath[str]) -> Response[str] | Response[None]:
    """Cancel a stop: tablets say so, its appointments stay."""
    return await _set_cancelled(request, stop, cancelled=True)


@post("/escales/{stop:str}/retablir", guards=FORM_GUARDS, status_code=200)
async def restore_stop(request: PageRequest, stop: FromPath[str]) -> Response[str] | Response[None]:
    """Take a cancellation back."""
    return await _set_cancelled(request, stop, cancelled=False)


@post("/escales/{stop:str}/copier", guards=FORM_GUARDS, status_code=200)
async def copy_stop(request: PageRequest, stop: FromPath[str]) -> Response[str] | Response[None]:
    """Make the same stop on other days."""
    sent = await sent_form(request)

    def work(session: Session, reader: Reviewer) -> Done:
        found = stops.find(session, stop, reader.teams)
        days = stops.copy_days(session, sent.fields, found, today_of(request))
        made = stops.copy(session, found, days)
        logged = tuple(Logged(Action.CREATE_STOP, "stop", each.id) for each in made)
        return Done(logged, [found.team_id], see=f"{STOPS}?semaine={days[0].isoformat()}")

    try:
        done = await change(request, work)
    except Rejected as rejected:
        again = partial(stop_page_with, copied=sent.fields, copy_faults=by_field(rejected.faults))
        return await asyncio.to_thread(again, request, stop)
    return see(done.see)


@get("/escales/{stop:str}", sync_to_thread=True, guards=[guards.coordinator])
def stop_page(request: PageRequest, stop: FromPath[str]) -> Response[str]:
    """Show a stop and its appointments; that the names were opened is logged."""
    return stop_page_with(request, stop)


def stop_page_with(
    request: PageRequest,
    stop: str,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    copied: Mapping[str, str] | None = None,
    copy_faults: Faults | None = None,
    cancel_faults: Faults | None = None,
) -> Response[str]:
    """Show a stop's page, with a form of it as it was typed when it could not be done."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        reader = reading(request, session)
        found = stops.find(session, stop, reader.teams)
        access_log.append(
            session,
            actor(coordinator),
            Action.OPEN_ROSTER,
            "stop",
            found.id,
            Outcome.DONE,
            at=services.clock(),
        )
        (row,) = agenda.stop_rows(session, reader.teams, found.day, found.day, found.id)
        return page(
            request,
            "stop.html",
            status=422 if faults or copy_faults or cancel_faults else 200,
            row=row,
            appointments=agenda.appointments(session, found),
            handles=handles(session),
            walk_ins=agenda.walk_ins(session, found),
            free=agenda.free_slots(session, found.id),
            communes=table().by_code,
            bookings=BOOKINGS,
            typed=typed or {},
            faults=faults or {},
            copied=copied or {},
            copy_faults=copy_faults or {},
            cancel_faults=cancel_faults or {},
            took_place=stops.is_signed(session, found.id),
        )


pages = [
    week_page,
    new_stop_page,
    create_stop,
    stop_page,
    edit_stop_page,
    edit_stop,
    cancel_stop,
    restore_stop,
    copy_stop,
]
