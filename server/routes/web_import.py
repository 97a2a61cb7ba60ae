"""Appointments from a spreadsheet: the file is read and shown, and taken in once it is confirmed."""

import asyncio

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from sqlmodel import Session

from forms.communes import table
from server.auth import guards
from server.planning import appointments_csv, preview, roster
from server.planning.appointment import StopChoice
from server.planning.appointment_columns import Column
from server.planning.appointments_csv import MAX_BYTES, MAX_LINES, Reading, Refusal
from server.planning.preview import PreviewLost
from server.review.access_log import Action
from server.review.reviewer import Reviewer
from server.routes.web_changes import Done, Logged, change, sent_form
from server.routes.web_page import page, see
from server.routes.web_session import PageRequest, services_of, signed_in
from server.routes.web_stops import FORM_GUARDS, STOPS, address, reading, today_of

IMPORT = f"{STOPS}/import"
_FORM_BYTES = MAX_BYTES + 16 * 1024
_PREVIEW_BYTES = 4 * MAX_BYTES
"""A preview holds what a file says, in longer words."""


def _offered(request: PageRequest, session: Session) -> list[StopChoice]:
    return roster.stops_to_import(session, reading(request, session).teams, today_of(request))


def _import_page(
    request: PageRequest,
    session: Session,
    *,
    chosen: str = "",
    fault: str | None = None,
    titles: tuple[str, ...] = (),
) -> Response[str]:
    return page(
        request,
        "import.html",
        status=422 if fault else 200,
        stops=_offered(request, session),
        chosen=chosen,
        fault=fault,
        titles=titles,
        sheet=None,
        max_lines=MAX_LINES,
        columns=tuple(Column),
    )


@get("/escales/import", sync_to_thread=True, guards=[guards.coordinator])
def import_page(request: PageRequest) -> Response[str]:
    """Show where a file is chosen, and what its columns may be."""
    with services_of(request).store.session() as session:
        return _import_page(request, session, chosen=request.query_params.get("escale", ""))


@post("/escales/import", guards=FORM_GUARDS, status_code=200, request_max_body_size=_FORM_BYTES)
async def preview_import(request: PageRequest) -> Response[str]:
    """Read a file and show what it says; nothing is recorded."""
    form = await request.form()
    file, chosen = form.get("file"), str(form.get("stop", ""))
    content = await file.read() if isinstance(file, UploadFile) else b""
    return await asyncio.to_thread(_preview, request, content, chosen)


def _preview(request: PageRequest, content: bytes, chosen: str) -> Response[str]:
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        offered = _offered(request, session)
        meant = [stop for stop in offered if stop.id == chosen] if chosen else offered
        if chosen and not meant:
            return _import_page(request, session, fault="stop")
        reading_of = Reading(
            today_of(request), table(), meant, roster.known(session, [stop.id for stop in meant])
        )
        sheet = appointments_csv.read(content, reading_of)
        if sheet.refusal is not None:
            return _refused(request, session, chosen, sheet.refusal, (*sheet.understood, *sheet.ignored))
    kept = [appointment for _, appointment in sheet.lines]
    return page(
        request,
        "import.html",
        stops=offered,
        chosen=chosen,
        fault=None,
        sheet=sheet,
        stop_names={stop.id: stop for stop in offered},
        communes=table().by_code,
        signed=preview.signed(kept, services.keys, coordinator.member_id, services.clock()),
    )


def _refused(
    request: PageRequest, session: Session, chosen: str, refusal: Refusal, read: tuple[str, ...]
) -> Response[str]:
    titles = read if refusal in (Refusal.NO_HEADER, Refusal.NO_HOUR) else ()
    return _import_page(request, session, chosen=chosen, fault=refusal.value, titles=titles)


@post("/escales/import/confirmer", guards=FORM_GUARDS, status_code=200, request_max_body_size=_PREVIEW_BYTES)
async def confirm_import(request: PageRequest) -> Response[str] | Response[None]:
    """Record the appointments of a preview."""
    services, coordinator = services_of(request), signed_in(request)
    sent = await sent_form(request)
    try:
        previewed = preview.opened(
            sent.fields.get("signed", ""), services.keys, coordinator.member_id, services.clock()
        )
    except PreviewLost:
        with services.store.session() as session:
            return _import_page(request, session, fault="preview-lost")

    def work(session: Session, reader: Reviewer) -> Done:
        stops = {stop.id for stop in roster.stops_to_import(session, reader.teams, today_of(request))}
        made = roster.take_in(session, [each for each in previewed if each.stop in stops])
        logged = tuple(Logged(Action.IMPORT_APPOINTMENTS, "stop", stop) for stop in sorted(made))
        return Done(logged, reader.teams, see=address(min(made)) if len(made) == 1 else STOPS)

    return see((await change(request, work)).see)


pages = [import_page, preview_import, confirm_import]
