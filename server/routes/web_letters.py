"""The pages of letters to the médecin traitant: write and preview, issue, read, tell how one was sent.

Clinical coordinators only. Addresses and the log hold ids; a name is in the file's name, and in the letter.
"""

import base64
from collections.abc import Callable
from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlmodel import Session

from server.auth import guards
from server.clock import local_day
from server.errors import Refused
from server.identifiers import is_uuid, new_uuid, sha256_hex
from server.letters import content, issue, listing, sending, typeset
from server.letters.content import LetterContent, Typed
from server.letters.errors import AlreadyReplaced, LetterRefused, NotPrintable
from server.letters.listing import LetterRow
from server.letters.sending import Channel, Sending, Told
from server.letters.visit import VisitSaid, visit_said
from server.projection.visits import number
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import NotReviewable, ReasonNeeded
from server.review.records import find_record
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


class LetterForm(msgspec.Struct):
    """What the form of a letter sends; ``message`` is the opening, ``basis`` what was previewed."""

    recipient: str = ""
    object: str = ""
    message: str = ""
    closing: str = ""
    replaces: str = ""
    letter: str = ""
    basis: str = ""
    step: str = "preview"

    @property
    def typed(self) -> Typed:
        """The texts of the letter."""
        return Typed(self.recipient, self.object, self.message, self.closing)


class SendingForm(msgspec.Struct):
    """What the form of a sending sends."""

    channel: str = ""
    recipient: str = ""
    day: str = ""


class _Desk:
    """One visit's letter on the desk of who writes it, within one session."""

    def __init__(self, request: PageRequest, session: Session, digest: str) -> None:
        self.services, self.coordinator = services_of(request), signed_in(request)
        self.session = session
        reader = reviewer(session, self.coordinator.member_id, self.coordinator.role)
        self.record: Record = find_record(session, reader, digest)
        self.said: VisitSaid = visit_said(
            session, self.services.forms, self.record.visit_id, self.record.team_id
        )
        check_open(session, reader, self.record, self.services.clock())

    @property
    def digests(self) -> tuple[str, ...]:
        """The records that are told of."""
        return tuple(record.digest for record in self.said.records)

    @property
    def basis(self) -> str:
        """What the letter rests on; another one when a record came or was corrected."""
        return sha256_hex("|".join(self.digests))

    def composed(self, typed: Typed, own: str = "", replaces: str = "") -> LetterContent:
        """Put the letter together."""
        return content.compose(
            self.session,
            self.said,
            typed,
            visit_number=number(self.record.visit_id),
            validated_by=self.coordinator.name,
            day=local_day(self.services.clock()),
            number=own,
            replaces=replaces,
        )

    def log(self, action: Action, kind: str, name: str) -> None:
        """Log what is done, with the rest of the session."""
        at = self.services.clock()
        access_log.append(self.session, actor(self.coordinator), action, kind, name, Outcome.DONE, at=at)


def _at_desk(
    request: PageRequest, digest: str, work: Callable[[_Desk], Response[str] | Response[None]]
) -> Response[str] | Response[None]:
    """Do something about the letter of a record's visit, or say why no letter may be made of it."""
    try:
        with services_of(request).store.session() as session:
            return work(_Desk(request, session, digest))
    except ReasonNeeded as needed:
        return reason_page(request, needed.record)
    except LetterRefused as refusal:
        return page(request, "letter_refused.html", status=409, reason=refusal.reason.value, digest=digest)


@get("/fiches/{digest:str}/courrier", sync_to_thread=True, guards=_CLINICAL)
def letter_form(request: PageRequest, digest: FromPath[str]) -> Response[str] | Response[None]:
    """Show the letter that the visit's records make, to be completed and previewed."""
    replaces = request.query_params.get("remplace", "")
    return _at_desk(request, digest, partial(_begin, request, replaces=replaces))


def _begin(request: PageRequest, desk: _Desk, *, replaces: str) -> Response[str]:
    proposed = content.defaults(desk.said)
    former = listing.find(desk.session, {desk.record.team_id}, replaces)
    if former is not None and former.letter.visit_id == desk.record.visit_id:
        stored = former.letter.content
        proposed = Typed(
            former.letter.recipient,
            stored["object"],
            "\n".join(stored["opening"]),
            "\n".join(stored["closing"]),
        )
    else:
        former = None
    texts = proposed.recipient, proposed.object, proposed.opening, proposed.closing
    form = LetterForm(*texts, replaces=former.letter.id if former else "")
    desk.log(Action.PREVIEW_LETTER, "visit", desk.record.visit_id)
    return _compose_page(request, desk, form)


@post("/fiches/{digest:str}/courrier", sync_to_thread=True, guards=_FORM, status_code=200)
def write_letter(
    request: PageRequest,
    digest: FromPath[str],
    data: Annotated[LetterForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str] | Response[None]:
    """Preview a letter as it would be sent; issue it once it was previewed and nothing changed since."""
    return _at_desk(request, digest, partial(_write, request, form=data))


def _write(request: PageRequest, desk: _Desk, *, form: LetterForm) -> Response[str] | Response[None]:
    faults = content.faults(form.typed)
    if faults:
        return _compose_page(request, desk, form, faults=faults)
    try:
        if form.step == "issue" and is_uuid(form.letter):
            if form.basis != desk.basis:
                return _compose_page(request, desk, form, faults=("records-changed",), status=409)
            return see(f"{LETTERS}/{_issue(request, desk, form).id}")
        desk.log(Action.PREVIEW_LETTER, "visit", desk.record.visit_id)
        pages = typeset.pages(desk.composed(form.typed, replaces=_former(desk, form)))
        return _compose_page(request, desk, form, pages=pages)
    except NotPrintable:
        return _compose_page(request, desk, form, faults=("not-printable",))
    except AlreadyReplaced:
        return _compose_page(request, desk, form, faults=("already-replaced",), status=409)


def _former(desk: _Desk, form: LetterForm) -> str:
    found = listing.find(desk.session, {desk.record.team_id}, form.replaces)
    return found.number if found is not None else ""


def _issue(request: PageRequest, desk: _Desk, form: LetterForm) -> Letter:
    order = issue.Order(
        letter_id=form.letter,
        visit_id=desk.record.visit_id,
        team_id=desk.record.team_id,
        records=desk.digests,
        compose=partial(desk.composed, form.typed),
        member=desk.coordinator.member_id,
        replaces=form.replaces or None,
    )
    made = issue.issue(desk.session, order, desk.services.clock())
    desk.log(Action.ISSUE_LETTER, "letter", made.id)
    web_counts.forget(request)
    return made


def _compose_page(
    request: PageRequest,
    desk: _Desk,
    form: LetterForm,
    *,
    faults: tuple[str, ...] = (),
    pages: list[bytes] | None = None,
    status: int | None = None,
) -> Response[str]:
    former = listing.find(desk.session, {desk.record.team_id}, form.replaces) if form.replaces else None
    existing = listing.letters_of_visit(desk.session, desk.record.visit_id, desk.record.team_id)
    return page(
        request,
        "letter_compose.html",
        status=status or (422 if faults else 200),
        digest=desk.record.digest,
        number=number(desk.record.visit_id),
        form=form,
        faults=faults,
        former=former,
        existing=[row for row in existing if row.letter.replaced_by is None],
        letter=desk.composed(form.typed),
        pages=[base64.b64encode(each).decode() for each in pages or ()],
        letter_id=new_uuid(),
        basis=desk.basis,
        sharing=desk.said.text("information.sharing"),
        objection=desk.said.text("information.objection"),
        max_line=content.MAX_LINE,
        max_lines=content.MAX_LINES,
        max_text=content.MAX_TEXT,
    )


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
            max_line=content.MAX_LINE,
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
    return content.file_name(
        letter.content["identity"], stop.day if stop is not None else local_day(letter.created_at)
    )


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


pages = [letter_form, write_letter, letters_page, letter_page, letter_file, send_letter]
