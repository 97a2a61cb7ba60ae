"""The pages of the letters that were issued: list them, read one, tell how it was sent.

Clinical coordinators only. Addresses and the log hold ids; a name is in the file's name, and in the letter.
"""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from server.auth import guards
from server.clock import local_day
from server.errors import Refused
from server.letters import issue, listing, sending
from server.letters.file_name import file_name
from server.letters.listing import LetterRow
from server.letters.sending import Channel, Sending, Told
from server.letters.typed import MAX_LINE
from server.projection.visits import number
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable, ReasonNeeded
from server.review.restricted import check_open
from server.review.reviewer import reviewer
from server.routes import web_counts
from server.routes.web_page import page, see
from server.routes.web_restricted import reason_page
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.control import Stop
from server.store.letters import Letter
from server.store.read import Record

LETTERS = "/coordination/courriers"
_CLINICAL = [guards.clinical_coordinator]
_FORM = [guards.own_form, guards.clinical_coordinator]


class SendingForm(msgspec.Struct):
    """What the form of a sending sends."""

    channel: str = ""
    recipient: str = ""
    day: str = ""


@get("/courriers", sync_to_thread=True, guards=_CLINICAL)
def letters_page(request: PageRequest) -> Response[str]:
    """Show the letters of the reader's teams: numbers and visits, no names."""
    services, coordinator = services_of(request), signed_in(request)
    asked = request.query_params.get("page", "1")
    wanted = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
    with services.store.session() as session:
        reader = reviewer(session, coordinator.member_id, coordinator.role)
        rows = listing.letters(session, reader.teams, wanted)
    return page(
        request, "letters.html", rows=rows, page=wanted, more=len(rows) == listing.PAGE_SIZE, number=number
    )


def _find_open(request: PageRequest, session: Session, letter_id: str) -> LetterRow:
    """Return a letter of the reader's teams; ``ReasonNeeded`` when its visit has become restricted since."""
    coordinator = signed_in(request)
    reader = reviewer(session, coordinator.member_id, coordinator.role)
    row = listing.find(session, reader.teams, letter_id)
    if row is None:
        raise NotReviewable
    for record in listing.records_of(session, row.letter):
        check_open(session, reader, record, services_of(request).clock())
    return row


def _letter_page(
    request: PageRequest, letter_id: str, *, typed: SendingForm | None = None, faults: tuple[str, ...] = ()
) -> Response[str]:
    try:
        return _open_letter_page(request, letter_id, typed=typed, faults=faults)
    except ReasonNeeded as needed:
        return reason_page(request, needed.record, letter=letter_id)


def _open_letter_page(
    request: PageRequest, letter_id: str, *, typed: SendingForm | None, faults: tuple[str, ...]
) -> Response[str]:
    services = services_of(request)
    with services.store.session() as session:
        row = _find_open(request, session, letter_id)
        _log(request, session, Action.OPEN_LETTER, letter_id)
        replacing = session.get(Letter, row.letter.replaced_by) if row.letter.replaced_by else None
        shown = typed or SendingForm(
            recipient=row.letter.recipient.partition("\n")[0], day=local_day(services.clock()).isoformat()
        )
        return page(
            request,
            "letter.html",
            status=422 if faults else 200,
            row=row,
            visit=number(row.letter.visit_id),
            replaced_by=issue.number_text(replacing.year, replacing.number) if replacing else None,
            channels=tuple(Channel),
            typed=shown,
            faults=faults,
            max_line=MAX_LINE,
        )


def _log(request: PageRequest, session: Session, action: Action, letter_id: str) -> None:
    services, coordinator = services_of(request), signed_in(request)
    access_log.append(
        session, actor(coordinator), action, "letter", letter_id, Outcome.DONE, at=services.clock()
    )


@get("/courriers/{letter:str}", sync_to_thread=True, guards=_CLINICAL)
def letter_page(request: PageRequest, letter: FromPath[str]) -> Response[str]:
    """Show a letter that was issued, its digest, and how it was sent."""
    return _letter_page(request, letter)


@get("/courriers/{letter:str}/pdf", sync_to_thread=True, guards=_CLINICAL)
def letter_file(
    request: PageRequest, letter: FromPath[str]
) -> Response[bytes] | Response[str] | Response[None]:
    """Give the file as issued, under the name that secure messaging expects (socle MSSanté ECO.2.1.6)."""
    try:
        return _letter_file(request, letter)
    except ReasonNeeded:
        return see(f"{LETTERS}/{letter}")


def _letter_file(request: PageRequest, letter: str) -> Response[bytes]:
    services = services_of(request)
    with services.store.session() as session:
        row = _find_open(request, session, letter)
        _log(request, session, Action.OPEN_LETTER, letter)
        stored = session.get_one(Letter, letter, populate_existing=True)
        name = _file_name(session, row)
        return Response(
            bytes(stored.pdf),
            media_type="application/pdf",
            headers={"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'},
        )


def _file_name(session: Session, row: LetterRow) -> str:
    letter = row.letter
    record = session.get(Record, letter.records[0])
    stop = session.get(Stop, record.stop_id) if record is not None else None
    return file_name(letter.content, stop.day if stop is not None else local_day(letter.created_at))


@post("/courriers/{letter:str}/envois", sync_to_thread=True, guards=_FORM, status_code=200)
def send_letter(
    request: PageRequest,
    letter: FromPath[str],
    data: Annotated[SendingForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Write down how a letter was sent; show what is wrong otherwise, as typed."""
    try:
        faults = _send(request, letter, data)
    except ReasonNeeded as needed:
        return reason_page(request, needed.record, letter=letter)
    return _letter_page(request, letter, typed=data, faults=faults) if faults else see(f"{LETTERS}/{letter}")


def _send(request: PageRequest, letter: str, data: SendingForm) -> tuple[str, ...]:
    """Write a sending down; return what is wrong with it otherwise."""
    services, coordinator = services_of(request), signed_in(request)
    with services.store.session() as session:
        row = _find_open(request, session, letter)
        if row.letter.replaced_by is not None:
            raise Refused(
                "letter-replaced",
                "Courrier remplacé",
                "Un autre l’annule et le remplace\u00a0: c’est lui qui s’envoie. Rien n’a été enregistré.",
            )
        told = sending.read(Told(data.channel, data.recipient, data.day), row.letter, services.clock())
        if isinstance(told, Sending):
            sending.record(session, row.letter, told, member=coordinator.member_id, at=services.clock())
            _log(request, session, Action.SEND_LETTER, letter)
            web_counts.forget(request)
            return ()
    return told


pages = [letters_page, letter_page, letter_file, send_letter]
