"""What a link shows: the visit's current teleconsultation records of the link's team, as central has them.

Nothing of it once the person refused the teleconsultation, or asked for secrecy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, select

from forms.definition import Form
from forms.present import rows
from forms.response import Answer, Response, read
from server.clock import local_day
from server.remote.photos import shown_photos
from server.remote.reading import Reading, reading_of, years_between
from server.review.records import questionnaire_response
from server.store.control import Member, Stop
from server.store.read import ENDED, Record
from server.store.read import Answer as AnswerRow
from server.store.remote import RemoteLink

Forms = Mapping[tuple[str, str], Form]

FORM_URL: Final = "https://escale.example/fhir/Questionnaire/teleconsultation"
PART: Final = "identity.part"
PHYSICIANS_PART: Final = "medical"
CONSENT: Final = "consent.teleconsultation"
REFUSED: Final = "no"
PROVISIONAL: Final = "PROV"


class RequestRestricted(Exception):
    """The person asked for secrecy: a link shows nothing of the visit (wire §2.3)."""


class ConsentRefused(Exception):
    """The person refused the teleconsultation: the act did not take place, and nothing is shown of it."""


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """One record of the request. ``author``: name and profession of whoever signed it."""

    digest: str
    signed_at: datetime
    author: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Request:
    """What the remote doctor reads, and what their answer is checked with.

    ``form``: of the last record, which the answer follows; ``context``: what it answers already, as
    ``identity.part`` ``medical`` where the form has parts; ``day``: of the visit. ``sex``: the code recorded;
    ``age``: whole years on that day; ``is_provisional``: no document proves who the person is.
    """

    records: tuple[ShownRecord, ...]
    person: str | None
    birth_date: date | None
    age: int | None
    sex: str | None
    is_provisional: bool
    stop: str | None
    form: Form
    context: Mapping[str, Answer]
    day: date


def consent_refused(session: Session, visit: str, team: str) -> bool:
    """Whether the last that the visit's current records say of the consent is a refusal; silence is none."""
    said = session.exec(
        select(AnswerRow.value_code)
        .join(Record, col(Record.digest) == col(AnswerRow.record_digest))
        .where(
            Record.visit_id == visit,
            Record.team_id == team,
            Record.form_url == FORM_URL,
            col(Record.state).not_in(ENDED),
            AnswerRow.link_id == CONSENT,
            col(AnswerRow.value_code).is_not(None),
        )
        .order_by(col(Record.signed_at).desc(), col(Record.digest).desc())
        .limit(1)
    )
    return said.first() == REFUSED


def request_of(session: Session, forms: Forms, link: RemoteLink) -> Request | None:
    """Return the request, None when central has no record of it yet.

    Raises ``RequestRestricted``, ``ConsentRefused``.
    """
    of_visit = (Record.visit_id == link.visit_id, Record.team_id == link.team_id)
    closed = select(Record.digest).where(*of_visit, col(Record.restricted).is_(True)).limit(1)
    if session.exec(closed).first() is not None:
        raise RequestRestricted
    if consent_refused(session, link.visit_id, link.team_id):
        raise ConsentRefused
    found = session.exec(
        select(Record)
        .where(*of_visit, Record.form_url == FORM_URL, col(Record.state).not_in(ENDED))
        .order_by(col(Record.signed_at), col(Record.digest))
    ).all()
    if not found:
        return None
    last = found[-1]
    form = forms[last.form_url, last.form_version]
    stop = session.get(Stop, link.stop_id)
    named = next((record for record in reversed(found) if record.person), last)
    day = local_day(last.signed_at)
    age = years_between(named.birth_date, day) if named.birth_date is not None else None
    context: dict[str, Answer] = {}
    shown = []
    for record in found:
        own = forms[record.form_url, record.form_version]
        response = read(own, questionnaire_response(record.content))
        context.update(response.answers)
        shown.append(_shown(session, record, own, response, age))
    return Request(
        records=tuple(shown),
        person=named.person,
        birth_date=named.birth_date,
        age=age,
        sex=_code(context, "identity.sex"),
        is_provisional=_code(context, "identity.status") == PROVISIONAL,
        stop=stop.name if stop is not None else None,
        form=form,
        context=_as_the_physicians(form, context),
        day=day,
    )


def _code(answers: Mapping[str, Answer], link_id: str) -> str | None:
    answer = answers.get(link_id)
    return str(answer.values[0]) if answer is not None and answer.values else None


def _shown(session: Session, record: Record, form: Form, response: Response, age: int | None) -> ShownRecord:
    author = session.get(Member, record.member_id)
    photos = shown_photos(session, record.team_id, response)
    return ShownRecord(
        digest=record.digest,
        signed_at=record.signed_at,
        author=f"{author.name} ({author.profession})" if author is not None else "",
        reading=reading_of(form, response, rows(form, response), photos, age),
    )


def _as_the_physicians(form: Form, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers with the part that opens the physician's questions, in a form that has parts."""
    part = form.index.get(PART)
    if part is None or PHYSICIANS_PART not in part.options:
        return dict(answers)
    return {**answers, PART: Answer(values=(PHYSICIANS_PART,))}
