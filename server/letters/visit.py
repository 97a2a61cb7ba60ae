"""What the current records of one visit say together: the nurse's part and the doctor's, as one.

The latest record that values a question stands; what another said differently stays beside it. An absence
counts only where no record has a value. What a remote doctor answered through a link is told too: a record
of the team outweighs it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from forms.build import answers_from_flat
from forms.definition import Form
from forms.present import Row, rows
from forms.response import Answer, Response, read
from server.letters.errors import LetterRefused, Refusal
from server.projection.figure_items import PART, STATION
from server.store.read import ENDED, Record
from server.store.remote import Opinion

Forms = Mapping[tuple[str, str], Form]
_SHARING = "information.sharing"
_IDENTITY = "identity."
_REPORT = "consent.report_to_gp"


@dataclass(frozen=True, slots=True)
class Said:
    """One question of the visit: its standing answer, and other values given by other records."""

    row: Row
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitSaid:
    """``records``: those told of, the first signed first. ``said``: by linkId, in the forms' order.

    ``forms``: theirs, in their latest versions, the first recorded first; none that is about an act
    (``escale:use``). ``answers``: as recorded, by linkId. ``advised_by``: the name that a remote doctor
    declared with what they answered; ``link_by``: the member whose link it was.
    """

    records: tuple[Record, ...]
    forms: tuple[Form, ...]
    said: dict[str, Said]
    answers: dict[str, Answer]
    advised_by: str | None = None
    link_by: str | None = None

    def text(self, link_id: str) -> str | None:
        """Return the standing answer's first value as recorded; None without a value."""
        answer = self.answers.get(link_id)
        return str(answer.values[0]) if answer is not None and answer.values else None


def visit_said(session: Session, forms: Forms, visit_id: str, team_id: str) -> VisitSaid:
    """Read the current records of a visit; raise ``LetterRefused``.

    One restricted record is enough: a letter of the others would tell that its person came.
    """
    current = _current(session, visit_id, team_id)
    told = [record for record in current if forms[record.form_url, record.form_version].use == "record"]
    if not told:
        raise LetterRefused(Refusal.NOTHING)
    if any(record.restricted for record in current):
        raise LetterRefused(Refusal.RESTRICTED)
    for link_id, refusal in ((_SHARING, Refusal.SHARING), (_REPORT, Refusal.REPORT)):
        if _agreed(forms, told, link_id) is False:
            raise LetterRefused(refusal)
    latest = {record.form_url: forms[record.form_url, record.form_version] for record in told}
    merged: dict[str, Said] = {}
    answers: dict[str, Answer] = {}
    opinion = session.get(Opinion, (visit_id, team_id))
    advice = forms.get((opinion.form_url, opinion.form_version)) if opinion is not None else None
    spoken = [(form, read(form, _response(record.content))) for form, record in _with_forms(forms, told)]
    if opinion is not None and advice is not None:
        spoken.insert(0, (advice, Response(answers_from_flat(opinion.answers))))
    for own, response in spoken:
        station = _is_of_station(response)
        for row in rows(own, response):
            if station and row.link_id.startswith(_IDENTITY):
                continue
            before = merged.get(row.link_id)
            merged[row.link_id] = _joined(before, row)
            if row.values or before is None:
                answers[row.link_id] = response.answers[row.link_id]
    index = dict.fromkeys(link_id for form in latest.values() for link_id in form.index)
    order = {link_id: position for position, link_id in enumerate(index)}
    said = dict(sorted(merged.items(), key=lambda pair: order.get(pair[0], len(order))))
    told_of = opinion if advice is not None else None
    return VisitSaid(
        records=tuple(told),
        forms=tuple(latest.values()),
        said=said,
        answers=answers,
        advised_by=told_of.signed_name if told_of is not None else None,
        link_by=told_of.member_id if told_of is not None else None,
    )


def _is_of_station(response: Response) -> bool:
    """Whether a stand's station wrote it: what it asks of birth and sex names nobody."""
    said = response.answers.get(PART)
    return said is not None and STATION in said.values


def _with_forms(forms: Forms, records: Sequence[Record]) -> list[tuple[Form, Record]]:
    return [(forms[record.form_url, record.form_version], record) for record in records]


def _current(session: Session, visit_id: str, team_id: str) -> list[Record]:
    found = session.exec(
        select(Record).where(
            Record.visit_id == visit_id, Record.team_id == team_id, col(Record.state).not_in(ENDED)
        )
    )
    return sorted(
        found,
        key=lambda each: (each.signed_at + timedelta(milliseconds=each.clock_offset_ms or 0), each.digest),
    )


def _agreed(forms: Forms, records: Sequence[Record], link_id: str) -> bool | None:
    """Return the last yes or no to a question; None when nobody gave one."""
    said: bool | None = None
    for record in records:
        form = forms[record.form_url, record.form_version]
        answer = read(form, _response(record.content)).answers.get(link_id)
        if answer is not None and answer.values:
            said = answer.values[0] is True
    return said


def _joined(before: Said | None, row: Row) -> Said:
    if before is None:
        return Said(row)
    if not row.values:
        return before if before.row.values else Said(row)
    others = [value for value in (*before.others, *before.row.values) if value not in row.values]
    return Said(row, tuple(dict.fromkeys(others)))


def _response(bundle: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the QuestionnaireResponse of a record's bundle (wire §2.1)."""
    resources = (entry["resource"] for entry in bundle["entry"])
    return next(each for each in resources if each["resourceType"] == "QuestionnaireResponse")
