"""Appointments typed by hand: added to a stop, changed, moved to another, cancelled."""

import asyncio
from collections.abc import Mapping
from functools import partial

from litestar import Response, get, post
from litestar.params import FromPath
from sqlmodel import Session, col, select

from forms.communes import table
from server.auth import guards
from server.planning import roster, stops
from server.planning.faults import Rejected
from server.planning.handles import handles
from server.planning.typed import BOOKINGS
from server.review import access_log, agenda
from server.review.access_log import Action, Outcome
from server.review.reviewer import Reviewer
from server.routes.web_changes import Done, Logged, by_field, change, sent_form
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.routes.web_stops import FORM_GUARDS, Faults, address, reading, stop_page_with, today_of
from server.store.control import RosterEntry, Stop


@post("/escales/{stop:str}/rendez-vous", guards=FORM_GUARDS, status_code=200)
async def add_appointment(request: PageRequest, stop: FromPath[str]) -> Response[str] | Response[None]:
    """Add an appointment to a stop."""
    sent = await sent_form(request)

    def work(session: Session, reader: Reviewer) -> Done:
        found = stops.find(session, stop, reader.teams)
        asked = roster.order(
            session,
            {**sent.fields, "stop": found.id},
            {found.id: found},
            today=today_of(request),
            communes=table(),
        )
        entry = roster.add(session, asked)
        return Done((Logged(Action.ADD_APPOINTMENT, "appointment", entry.id),), [found.team_id])

    try:
        await change(request, work)
    except Rejected as rejected:
        again = partial(stop_page_with, typed=sent.fields, faults=by_field(rejected.faults))
        return await asyncio.to_thread(again, request, stop)
    return see(f"{address(stop)}#rendez-vous")


def _elsewhere(session: Session, request: PageRequest, stop: Stop) -> dict[str, Stop]:
    """Return where an appointment may be: its stop, and those to come of the same team."""
    found = session.exec(
        select(Stop)
        .where(Stop.team_id == stop.team_id, Stop.day >= today_of(request), col(Stop.cancelled).is_(False))
        .order_by(col(Stop.day), col(Stop.opens))
    )
    return {stop.id: stop, **{each.id: each for each in found}}


def _entry_page(
    request: PageRequest, entry: str, typed: Mapping[str, str] | None = None, faults: Faults | None = None
) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        found, stop = roster.find(session, handles(session).entry(entry), reading(request, session).teams)
        access_log.append(
            session,
            actor(coordinator),
            Action.OPEN_ROSTER,
            "appointment",
            found.id,
            Outcome.DONE,
            at=services.clock(),
        )
        free = agenda.free_slots(session, stop.id)
        own = [
            row.slot for row in agenda.appointments(session, stop) if row.entry.id == found.id and row.slot
        ]
        return page(
            request,
            "appointment.html",
            status=422 if faults else 200,
            entry=found,
            handle=entry,
            stop=stop,
            stops=_elsewhere(session, request, stop),
            free=sorted({slot.id: slot for slot in [*own, *free]}.values(), key=lambda slot: slot.starts),
            bookings=BOOKINGS,
            typed=typed or _typed(found),
            faults=faults or {},
            came=roster.has_come(session, found.id),
        )


def _typed(entry: RosterEntry) -> dict[str, str]:
    commune = table().by_code.get(entry.commune or "")
    return {
        "stop": entry.stop_id,
        "slot": entry.slot_id or "",
        "hour": f"{entry.expected_at:%H:%M}",
        "birth_name": entry.birth_name,
        "first_name": entry.first_name,
        "birth_date": entry.birth_date.isoformat() if entry.birth_date else "",
        "sex": entry.sex or "",
        "commune": f"{commune.name} ({commune.code[:2]})" if commune else entry.commune or "",
        "phone": entry.phone or "",
        "booking": entry.booking,
    }


@get("/rendez-vous/{entry:str}", sync_to_thread=True, guards=[guards.coordinator])
def appointment_page(request: PageRequest, entry: FromPath[str]) -> Response[str]:
    """Show an appointment's form; that it was opened is logged."""
    return _entry_page(request, entry)


@post("/rendez-vous/{entry:str}", guards=FORM_GUARDS, status_code=200)
async def edit_appointment(request: PageRequest, entry: FromPath[str]) -> Response[str] | Response[None]:
    """Change an appointment, or move it to another stop."""
    sent = await sent_form(request)

    def work(session: Session, reader: Reviewer) -> Done:
        found, stop = roster.find(session, handles(session).entry(entry), reader.teams)
        asked = roster.order(
            session,
            sent.fields,
            _elsewhere(session, request, stop),
            today=today_of(request),
            communes=table(),
            entry=found,
        )
        roster.edit(session, found, asked)
        logged = Logged(Action.EDIT_APPOINTMENT, "appointment", found.id)
        return Done((logged,), [stop.team_id], see=f"{address(found.stop_id)}#rendez-vous")

    try:
        done = await change(request, work)
    except Rejected as rejected:
        faults = by_field(rejected.faults)
        return await asyncio.to_thread(_entry_page, request, entry, sent.fields, faults)
    return see(done.see)


async def _set_cancelled(request: PageRequest, entry: str, *, cancelled: bool) -> Response[None]:
    def work(session: Session, reader: Reviewer) -> Done:
        found, stop = roster.find(session, handles(session).entry(entry), reader.teams)
        roster.cancel(session, found, cancelled=cancelled)
        action = Action.CANCEL_APPOINTMENT if cancelled else Action.RESTORE_APPOINTMENT
        logged = Logged(action, "appointment", found.id)
        return Done((logged,), [stop.team_id], see=f"{address(stop.id)}#rendez-vous")

    return see((await change(request, work)).see)


@post("/rendez-vous/{entry:str}/annuler", guards=FORM_GUARDS, status_code=200)
async def cancel_appointment(request: PageRequest, entry: FromPath[str]) -> Response[None]:
    """Cancel an appointment: its slot is free again."""
    return await _set_cancelled(request, entry, cancelled=True)


@post("/rendez-vous/{entry:str}/retablir", guards=FORM_GUARDS, status_code=200)
async def restore_appointment(request: PageRequest, entry: FromPath[str]) -> Response[None]:
    """Take a cancellation back."""
    return await _set_cancelled(request, entry, cancelled=False)


pages = [add_appointment, appointment_page, edit_appointment, cancel_appointment, restore_appointment]
