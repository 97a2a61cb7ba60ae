"""What is known of a visit from rows beside its own: the stop's list, letters, tasks, the next visit.

Each fact is a code that a visit has or has not; none is ever missing.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, and_, exists, false, not_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Integer
from sqlmodel import col, func, select

from server.projection.figure_items import FORM, MISSING
from server.report.facts import OPEN, TASK_FACTS, Fact
from server.store.control import RosterEntry
from server.store.figures import VisitCode, VisitFigure
from server.store.follow_ups import Task, TaskState
from server.store.letters import Letter, LetterSending

ICOPE = "icope-step1"
SAID_BEFORE = "icope_step2_before"
"""The fact of a step 1 that says whether the step 2 proposed at the one before was done."""
DONE_ON = "icope_step2_on"
"""The fact of a step 1 that gives the day of its own step 2."""
FOLLOW_UP_FROM, FOLLOW_UP_TO = 120, 240
"""Days after a step 1 within which the next one is its follow-up at six months (docs/clinical/icope.md)."""


class days_between(FunctionElement[int]):  # noqa: N801 - named as the SQL function it stands for
    """Whole days from the first date to the second, which SQLite and PostgreSQL write differently."""

    name = "days_between"
    type = Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


@compiles(days_between)
def _elsewhere(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({second} - {first})"


def related(fact: Fact, codes: tuple[str, ...]) -> ColumnElement[bool]:
    """Return the condition under which a visit has one of these codes of a related fact."""
    if fact.name == "letter":
        return or_(false(), *(_letter(code) for code in codes))
    if fact.name == "list":
        return or_(false(), *(_listed(code) for code in codes))
    if fact.name == "icope_follow_up":
        return or_(false(), *(_followed(code) for code in codes))
    if fact.name == "icope_step2_told":
        return or_(false(), *(_told(code) for code in codes))
    return _task(fact, codes)


def _listed(code: str) -> ColumnElement[bool]:
    """Whether somebody was expected at the stop under this visit, or came without appointment."""
    entry = exists().where(col(RosterEntry.id) == col(VisitFigure.visit_id)).correlate(VisitFigure)
    return entry if code == "expected" else not_(entry)


def _letter(code: str) -> ColumnElement[bool]:
    letters = exists().where(
        col(Letter.visit_id) == col(VisitFigure.visit_id),
        col(Letter.team_id) == col(VisitFigure.team_id),
        col(Letter.replaced_by).is_(None),
    )
    if code == "sent":
        letters = letters.where(col(Letter.id).in_(select(LetterSending.letter_id)))
    return letters.correlate(VisitFigure)


def _task(fact: Fact, codes: tuple[str, ...]) -> ColumnElement[bool]:
    state = (
        select(TaskState.outcome)
        .where(col(TaskState.task_key) == col(Task.key))
        .correlate(Task)
        .scalar_subquery()
    )
    return (
        exists()
        .where(
            col(Task.visit_id) == col(VisitFigure.visit_id),
            col(Task.team_id) == col(VisitFigure.team_id),
            col(Task.kind) == TASK_FACTS[fact.name],
            col(Task.vanished).is_(False),
            func.coalesce(state, OPEN).in_(codes),
        )
        .correlate(VisitFigure)
    )


def _followed(code: str) -> ColumnElement[bool]:
    """Whether the person of a step 1 came to the next one in time.

    ``not_followed`` only once the time is over: some visit of the read model is later than it.
    """
    latest = select(func.max(VisitFigure.day, type_=Date())).correlate(None).scalar_subquery()
    over = days_between(col(VisitFigure.day), latest) > FOLLOW_UP_TO
    if code == "followed":
        return and_(_is_icope(VisitFigure), _next_in_time())
    late = over if code == "not_followed" else not_(over)
    return and_(_is_icope(VisitFigure), not_(_next_in_time()), late)


def _next_in_time() -> ColumnElement[bool]:
    later = aliased(VisitFigure)
    apart = days_between(col(VisitFigure.day), later.day)
    return (
        exists()
        .where(
            col(later.person_key) == col(VisitFigure.person_key),
            apart.between(FOLLOW_UP_FROM, FOLLOW_UP_TO),
            _is_icope(later),
        )
        .correlate(VisitFigure)
    )


def _told(code: str) -> ColumnElement[bool]:
    """Whether a step 2 is said to be done: by the day in its record, else by the person's next step 1."""
    dated = (
        exists()
        .where(
            col(VisitCode.visit_id) == col(VisitFigure.visit_id),
            col(VisitCode.team_id) == col(VisitFigure.team_id),
            col(VisitCode.item) == DONE_ON,
            col(VisitCode.code).not_in(MISSING),
        )
        .correlate(VisitFigure)
    )
    if code == "done":
        return or_(dated, _told_next_time(code))
    return and_(not_(dated), _told_next_time(code))


def _told_next_time(code: str) -> ColumnElement[bool]:
    """Whether the person's next step 1 says that the step 2 proposed at this one was done, or was not."""
    following, between = aliased(VisitFigure), aliased(VisitFigure)
    nearer = exists().where(
        col(between.person_key) == col(VisitFigure.person_key),
        col(between.day) > col(VisitFigure.day),
        col(between.day) < col(following.day),
        _is_icope(between),
    )
    return and_(
        _is_icope(VisitFigure),
        exists()
        .where(
            col(following.person_key) == col(VisitFigure.person_key),
            col(following.day) > col(VisitFigure.day),
            col(VisitCode.visit_id) == col(following.visit_id),
            col(VisitCode.team_id) == col(following.team_id),
            col(VisitCode.item) == SAID_BEFORE,
            col(VisitCode.code) == ("true" if code == "done" else "false"),
            not_(nearer.correlate(VisitFigure, following)),
        )
        .correlate(VisitFigure),
    )


def _is_icope(visit: Any) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            col(VisitCode.visit_id) == visit.visit_id,
            col(VisitCode.team_id) == visit.team_id,
            col(VisitCode.item) == FORM,
            col(VisitCode.code) == ICOPE,
        )
        .correlate(visit)
    )
