"""The list of visits that a reviewer may read: filters, search by visit number, pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from forms.load import published
from server.projection.statements import among_visits
from server.review.pages import KeyPage, Place, key_page
from server.review.reviewer import Reviewer
from server.store.control import Stop
from server.store.figures import SignedAct, VisitFigure
from server.store.read import ENDED, Record, RecordState, Visit

_LISTED = (col(Visit.day), col(Visit.id), col(Visit.team_id))
_COUNTED = (col(VisitFigure.day), col(VisitFigure.visit_id), col(VisitFigure.team_id))
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """What to keep; ``None`` keeps all.

    ``form``: ``url|version``; ``number``: part of a visit's number.
    """

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
    """One visit as listed. ``records``: digests of its current records, the latest signed first; those that
    are about an act come last.

    ``person`` is ``None`` when the identity was not recorded, for reviewers who may not see names, and for
    all of a restricted visit (wire §2.3).
    """

    visit: Visit
    stop: str
    team: str
    person: str | None
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One page of the list, with where it lies (``pages.KeyPage``)."""

    rows: Sequence[VisitRow]
    keys: KeyPage

    @property
    def total(self) -> int:
        """How many visits are listed, over all pages; ``keys.more`` says when there are more than it."""
        return self.keys.total


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
        conditions.append(_has_number(wanted.number))
    if wanted.form is not None:
        url, _, version = wanted.form.rpartition("|")
        of_form = select(SignedAct.visit_id).where(
            SignedAct.visit_id == Visit.id,
            SignedAct.team_id == Visit.team_id,
            SignedAct.form_url == url,
            SignedAct.form_version == version,
        )
        conditions.append(of_form.correlate(Visit).exists())
    return conditions


def _has_number(typed: str) -> ColumnElement[bool]:
    digits = typed.upper().replace("-", "")
    if len(digits) == _DIGITS and digits.isalnum():
        # A whole number is the beginning of the id, which is indexed; a part of one is looked for.
        start = digits.lower()
        return col(Visit.id).between(start, f"{start}~")
    return func.replace(Visit.number, "-", "").contains(digits, autoescape=True)


def visits(
    session: Session, reviewer: Reviewer, wanted: VisitFilter, place: Place | None = None
) -> VisitPage:
    """Return one page of the visits of the reviewer's teams, the latest day first."""
    found = key_page(session, _LISTED, _conditions(reviewer, wanted), place or Place())
    return _page(session, reviewer, found)


def visits_behind(
    session: Session, reviewer: Reviewer, counted: Sequence[ColumnElement[bool]], place: Place | None = None
) -> VisitPage:
    """Return one page of the visits behind a figure: ``counted`` are its conditions on ``VisitFigure``."""
    conditions = [col(VisitFigure.team_id).in_(reviewer.teams), *counted]
    return _page(session, reviewer, key_page(session, _COUNTED, conditions, place or Place()))


def _page(session: Session, reviewer: Reviewer, keys: KeyPage) -> VisitPage:
    wanted = [(key.visit, key.team) for key in keys.keys]
    found = {
        (visit.id, visit.team_id): visit
        for visit in session.exec(
            select(Visit).where(among_visits(col(Visit.id), col(Visit.team_id), wanted))
        )
    }
    stops = _stop_names(session, {visit.stop_id for visit in found.values()})
    current = _current_records(session, set(found))
    rows = [
        VisitRow(
            visit=found[key],
            stop=stops.get(found[key].stop_id, ""),
            team=reviewer.teams[key[1]],
            person=found[key].person if reviewer.is_clinical and not found[key].restricted else None,
            records=tuple(current.get(key, ())),
        )
        for key in wanted
        if key in found
    ]
    return VisitPage(rows, keys)


def _stop_names(session: Session, ids: set[str]) -> dict[str, str]:
    return dict(session.exec(select(Stop.id, Stop.name).where(col(Stop.id).in_(ids))).all())


def _current_records(session: Session, visits: set[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    by_visit: dict[tuple[str, str], list[str]] = {}
    found = session.exec(
        select(Record.visit_id, Record.team_id, Record.digest, Record.form_url)
        .where(
            among_visits(col(Record.visit_id), col(Record.team_id), visits),
            col(Record.state).not_in(ENDED),
        )
        .order_by(col(Record.signed_at).desc(), col(Record.digest))
    ).all()
    about_acts = {form.url for form in published().values() if form.use == "act"}
    for visit_id, team_id, digest, _ in sorted(found, key=lambda row: row[3] in about_acts):
        by_visit.setdefault((visit_id, team_id), []).append(digest)
    return by_visit


@dataclass(frozen=True, slots=True)
class VisitChoices:
    """What the filters offer: (value, text) pairs."""

    stops: tuple[tuple[str, str], ...]
    teams: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]


def choices(
    session: Session, reviewer: Reviewer, day: date | None, published: Iterable[tuple[str, str]]
) -> VisitChoices:
    """Return what a reviewer can filter by; stops are those of ``day`` when it is given.

    ``published``: forms as (url, version), of which those in use are offered.
    """
    stops = select(Stop).where(col(Stop.team_id).in_(reviewer.teams))
    if day is not None:
        stops = stops.where(Stop.day == day)
    found = session.exec(stops.order_by(col(Stop.day).desc(), col(Stop.opens), col(Stop.name))).all()
    return VisitChoices(
        stops=tuple((stop.id, stop.name if day else f"{stop.name} ({stop.day:%d/%m/%Y})") for stop in found),
        teams=tuple(reviewer.teams.items()),
        forms=tuple(
            f"{url}|{version}"
            for url, version in sorted(published)
            if _is_used(session, reviewer, url, version)
        ),
    )


def _is_used(session: Session, reviewer: Reviewer, url: str, version: str) -> bool:
    """Whether a current record of the reviewer's teams was captured with a form: one look into an index."""
    found = session.exec(
        select(SignedAct.visit_id)
        .where(
            SignedAct.form_url == url,
            SignedAct.form_version == version,
            col(SignedAct.team_id).in_(reviewer.teams),
        )
        .limit(1)
    )
    return found.first() is not None
