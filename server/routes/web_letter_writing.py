"""The pages on which a letter to the médecin traitant is written, previewed and issued.

Clinical coordinators only. Addresses and the log hold ids, never a name.
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
from server.identifiers import is_uuid, new_uuid, sha256_hex
from server.letters import content, issue, listing, typed, typeset
from server.letters.content import LetterContent
from server.letters.errors import AlreadyReplaced, LetterRefused, NotPrintable
from server.letters.typed import Typed
from server.letters.visit import VisitSaid, visit_said
from server.projection.visits import number
from server.review import access_log
from server.review.access_log import Action, Outcome
from server.review.errors import ReasonNeeded
from server.review.records import find_record
from server.review.restricted import check_open
from server.review.reviewer import reviewer
from server.routes import web_counts
from server.routes.web_letters import LETTERS
from server.routes.web_page import page, see
from server.routes.web_restricted import reason_page
from server.routes.web_session import PageRequest, actor, services_of, signed_in
from server.store.letters import Letter
from server.store.read import Record

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

    def composed(self, texts: Typed, own: str = "", replaces: str = "") -> LetterContent:
        """Put the letter together."""
        return content.compose(
            self.session,
            self.said,
            texts,
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
    proposed = typed.defaults(desk.said)
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
    faults = typed.faults(form.typed)
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
        max_line=typed.MAX_LINE,
        max_lines=typed.MAX_LINES,
        max_text=typed.MAX_TEXT,
    )


pages = [letter_form, write_letter]
