"""The list of visits that a reviewer may read: filters, search by visit number, pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import Session, and_, col, func, select

from server.review.reviewer import Reviewer
from server.store.control import Stop
from server.store.read import Record, RecordState, Visit

PAGE_SIZE = 50
_KEY = tuple_(col(Visit.id), col(Visit.team_id))


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """What to keep; ``None`` keeps all. ``form``: ``url|version``; ``number``: part of a visit's number."""

    first_day: date | None = None
    last_day: date | None = None
    stop: str | None = None
    team: str | None = None
    state: RecordState | None = None
    form: str | None = None
    number: str | None = None

    @property
    def only_day(self) -> date | None:
        """The day when only one is kept."""
        return self.first_day if self.first_day == self.last_day else None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit as listed. ``records``: digests of its current records, the latest signed first.

    ``person`` is ``None`` when the identity was not recorded, and for reviewers who may not see names.
    """

    visit: Visit
    stop: str
    team: str
    person: str | None
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One page of the list; pages count from 1, ``total`` counts visits of all pages."""

    rows: Sequence[VisitRow]
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def _conditions(reviewer: Reviewer, wanted: VisitFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Visit.team_id).in_(reviewer.teams)]
    if wanted.first_day is not None:
        conditions.append(col(Visit.day) >= wanted.first_day)
    if wanted.last_day is not None:
        conditions.append(col(Visit.day) <= wanted.last_day)
    for column, value in (
        (col(Visit.stop_id), wanted.stop),
        (col(Visit.team_id), wanted.team),
        (col(Visit.state), wanted.state),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.number is not None:
        digits = func.replace(Visit.number, "-", "")
        conditions.append(digits.contains(wanted.number.upper().replace("-", ""), autoescape=True))
    if wanted.form is not None:
        url, _, version = wanted.form.rpartition("|")
        of_form = select(Record.visit_id, Record.team_id).where(
            Record.form_url == url, Record.form_version == version
        )
        conditions.append(_KEY.in_(of_form))
    return conditions


def visits(session: Session, reviewer: Reviewer, wanted: VisitFilter, page: int = 1) -> VisitPage:
    """Return one page of the visits of the reviewer's teams, the latest day first, then by number.

    A page past the end is the last one.
    """
    kept = and_(*_conditions(reviewer, wanted))
    total = session.exec(select(func.count()).select_from(Visit).where(kept)).one()
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    found = session.exec(
        select(Visit)
        .where(kept)
        .order_by(col(Visit.day).desc(), col(Visit.number), col(Visit.id), col(Visit.team_id))
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    stops = _stop_names(session, {visit.stop_id for visit in found})
    current = _current_records(session, {(visit.id, visit.team_id) for visit in found})
    rows = [
        VisitRow(
            visit=visit,
            stop=stops.get(visit.stop_id, ""),
            team=reviewer.teams[visit.team_id],
            person=visit.person if reviewer.is_clinical else None,
            records=tuple(current.get((visit.id, visit.team_id), ())),
        )
        for visit in found
    ]
    return VisitPage(rows, page, total)


def _stop_names(session: Session, ids: set[str]) -> dict[str, str]:
    return dict(session.exec(select(Stop.id, Stop.name).where(col(Stop.id).in_(ids))).all())


def _current_records(session: Session, visits: set[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    by_visit: dict[tuple[str, str], list[str]] = {}
    for visit_id, team_id, digest in session.exec(
        select(Record.visit_id, Record.team_id, Record.digest)
        .where(
            tuple_(col(Record.visit_id), col(Record.team_id)).in_(visits),
            Record.state != RecordState.SUPERSEDED,
        )
        .order_by(col(Record.signed_at).desc(), col(Record.digest))
    ):
        by_visit.setdefault((visit_id, team_id), []).append(digest)
    return by_visit


@dataclass(frozen=True, slots=True)
class VisitChoices:
    """What the filters offer: (value, text) pairs."""

    stops: tuple[tuple[str, str], ...]
    teams: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]


def choices(session: Session, reviewer: Reviewer, day: date | None) -> VisitChoices:
    """Return what a reviewer can filter by; stops are those of ``day`` when it is given."""
    stops = select(Stop).where(col(Stop.team_id).in_(reviewer.teams))
    if day is not None:
        stops = stops.where(Stop.day == day)
    found = session.exec(stops.order_by(col(Stop.day).desc(), col(Stop.opens), col(Stop.name))).all()
    forms = session.exec(
        select(Record.form_url, Record.form_version)
        .where(col(Record.team_id).in_(reviewer.teams))
        .distinct()
        .order_by(Record.form_url, Record.form_version)
    )
    return VisitChoices(
        stops=tuple((stop.id, stop.name if day else f"{stop.name} ({stop.day:%d/%m/%Y})") for stop in found),
        teams=tuple(reviewer.teams.items()),
        forms=tuple(f"{url}|{version}" for url, version in forms),
    )
