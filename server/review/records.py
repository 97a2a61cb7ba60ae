"""One record as a reviewer may read it: all of it, or its administrative part and how complete it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, or_, select

from forms.definition import Form
from forms.present import Language, Row, rows
from forms.response import Response, read
from server.projection.figure_items import PART
from server.projection.visits import number
from server.review.around import Around, around
from server.review.completeness import Completeness, completeness
from server.review.difference import Change, difference
from server.review.errors import NotReviewable
from server.review.opinion import OpinionShown, opinion_shown
from server.review.recomputed import Recomputed, recomputed
from server.review.restricted import is_restricted
from server.review.reviewer import Reviewer
from server.review.versions import versions
from server.store.control import Device, Member, Stop
from server.store.people import VisitIdentity
from server.store.read import ENDED, Decision, Finding, Receipt, Record, Visit

Forms = Mapping[tuple[str, str], Form]

_DAY = len("YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a record, in the form's order."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One version in the history; ``changes`` are against the version that ``record`` replaces."""

    record: Record
    signer: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class RecordDetail:
    """What the record page shows; ``hidden``: how many answered questions this reviewer may not see.

    ``number`` is the visit's. ``receipt``: what central last told the tablets, if anything.
    ``names``: members by id, for signers, other authors and deciders. ``siblings``: the other current
    records of the visit; ``titles``: what they and it are, by digest. ``person`` is ``None`` when not
    recorded, or not for this reviewer; so is ``person_key``, and for a restricted visit. ``restricted``:
    the visit is (wire §2.3); a reviewer who is not clinical is then shown no answer at all. ``questions``:
    the texts of the items that photos answer.
    """

    record: Record
    number: str
    stop: Stop | None
    team: str
    device: Device | None
    names: dict[str, Member]
    form: Form
    sections: tuple[Section, ...]
    hidden: int
    completeness: Completeness
    receipt: Receipt | None
    titles: dict[str, str]
    person: str | None
    birth_date: date | None
    person_key: str | None
    history: tuple[Version, ...]
    siblings: tuple[Record, ...]
    findings: tuple[Finding, ...]
    recomputed: tuple[Recomputed, ...]
    decisions: tuple[Decision, ...]
    around: Around
    questions: dict[str, str]
    restricted: bool
    opinion: OpinionShown | None


def find_record(session: Session, reviewer: Reviewer, digest: str) -> Record:
    """Return a record of the reviewer's teams; raise ``NotReviewable`` for any other."""
    record = session.get(Record, digest)
    if record is None or not reviewer.reads(record.team_id):
        raise NotReviewable
    return record


def record_detail(
    session: Session, reviewer: Reviewer, forms: Forms, record: Record, language: Language
) -> RecordDetail:
    """Return a record with everything around it, reduced to what the reviewer's role may see."""
    history = versions(session, record)
    restricted = is_restricted(session, record)
    may_see = partial(_may_see, reviewer, restricted=restricted)
    names = {member.id: member for member in session.exec(select(Member))}
    form, response = _response(forms, record)
    # What a form hides is no answer of anybody: a setting stands beside the results that read it.
    shown = [row for row in rows(form, response, language) if not row.hidden]
    visible = [row for row in shown if may_see(row)]
    stop, visit_date, findings = (
        session.get(Stop, record.stop_id),
        _visit_date(record),
        _findings(session, record),
    )
    named = _named(session, record, form) if reviewer.is_clinical else None
    siblings = _siblings(session, record, {version.digest for version, _ in history})
    return RecordDetail(
        record=record,
        number=number(record.visit_id),
        stop=stop,
        team=reviewer.teams[record.team_id],
        device=session.get(Device, record.device_id),
        names=names,
        form=form,
        sections=tuple(
            Section(title, tuple(found)) for title, found in groupby(visible, key=lambda row: row.section)
        ),
        hidden=len(shown) - len(visible),
        completeness=completeness(form, response, visit_date),
        receipt=session.get(Receipt, (record.database, record.envelope_id)),
        titles={each.digest: record_title(forms, each, language) for each in (record, *siblings)},
        person=named.person if named is not None else None,
        birth_date=named.birth_date if named is not None else None,
        person_key=_person_key(session, record) if reviewer.is_clinical else None,
        history=tuple(_version(may_see, forms, *pair, names, language) for pair in history),
        siblings=siblings,
        findings=findings,
        recomputed=recomputed(
            form,
            response,
            findings,
            visit_date=visit_date,
            stop=stop,
            may_see=may_see,
            language=language,
        ),
        decisions=_decisions(session, [version.digest for version, _ in history]),
        around=around(session, record),
        questions=_questions(form, language),
        restricted=restricted,
        opinion=opinion_shown(session, forms, record, language, may_see),
    )


def _questions(form: Form, language: Language) -> dict[str, str]:
    photos = (item for item in form.index.values() if item.type == "attachment")
    return {item.link_id: item.text if language == "fr" else item.text_en for item in photos}


def _may_see(reviewer: Reviewer, row: Row, *, restricted: bool) -> bool:
    return reviewer.is_clinical or (row.item_class == "administrative" and not restricted)


def _response(forms: Forms, record: Record) -> tuple[Form, Response]:
    """Return the form that a record was captured with, and its answers; a stored record always has both."""
    form = forms[record.form_url, record.form_version]
    return form, read(form, questionnaire_response(record.content))


def _visit_date(record: Record) -> date:
    """Return the day of the visit, by the clock of the tablet; that of the signature when it is not told."""
    authored = questionnaire_response(record.content).get("authored")
    try:
        return date.fromisoformat(str(authored)[:_DAY])
    except ValueError:
        return record.signed_at.date()


def questionnaire_response(bundle: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the QuestionnaireResponse of a record's bundle (wire §2.1)."""
    return next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "QuestionnaireResponse"
    )


def _version(
    may_see: Callable[[Row], bool],
    forms: Forms,
    record: Record,
    replaced: Record | None,
    names: Mapping[str, Member],
    language: Language,
) -> Version:
    changes: list[Change] = []
    if replaced is not None:
        before, after = (
            [row for row in rows(*_response(forms, version), language) if may_see(row)]
            for version in (replaced, record)
        )
        changes = difference(before, after)
    signer = names.get(record.member_id)
    return Version(record, signer.name if signer else record.member_id, tuple(changes))


def record_title(forms: Forms, record: Record, language: Language) -> str:
    """Return what a record is, among others of its visit: its form, and the part that it holds."""
    form, response = _response(forms, record)
    title = form.title if language == "fr" else form.title_en
    said = response.answers.get(PART)
    part = form.index[PART].options.get(str(said.values[0])) if said is not None and said.values else None
    if part is None:
        return title
    return f"{title} – {part.display if language == 'fr' else part.display_en}"


def _named(session: Session, record: Record, form: Form) -> Record | Visit | None:
    """Return what names the person: of what is said about an act, the visit itself."""
    if form.use != "act":
        return record
    visit = session.get(Visit, (record.visit_id, record.team_id))
    return None if visit is None or visit.restricted else visit


def _person_key(session: Session, record: Record) -> str | None:
    """Return whom the visit is of; None of a restricted one, which that person's page does not show."""
    identity = session.get(VisitIdentity, (record.visit_id, record.team_id))
    return None if identity is None or identity.restricted else identity.person_key


def _siblings(session: Session, record: Record, own: set[str]) -> tuple[Record, ...]:
    found = session.exec(
        select(Record)
        .where(
            Record.visit_id == record.visit_id,
            Record.team_id == record.team_id,
            col(Record.state).not_in(ENDED),
        )
        .order_by(col(Record.signed_at))
    )
    return tuple(sibling for sibling in found if sibling.digest not in own)


def _findings(session: Session, record: Record) -> tuple[Finding, ...]:
    """Return the findings that name this record, or its tablet's sequence as a whole."""
    return tuple(
        session.exec(
            select(Finding)
            .where(
                or_(
                    col(Finding.envelope_id) == record.envelope_id,
                    col(Finding.envelope_id).is_(None) & (col(Finding.device_id) == record.device_id),
                )
            )
            .order_by(Finding.key)
        )
    )


def _decisions(session: Session, digests: list[str]) -> tuple[Decision, ...]:
    return tuple(
        session.exec(
            select(Decision)
            .where(col(Decision.record_digest).in_(digests))
            .order_by(col(Decision.decided_at).desc())
        )
    )
