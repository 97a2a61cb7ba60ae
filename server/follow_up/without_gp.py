"""People without a médecin traitant who agreed to be helped, what came of it, and those who did not agree.

A person is counted once, by the latest visit at which they agreed. Who did not agree is counted and never
listed; who was not asked, or did not know, is not counted among them.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from forms.tasks import TaskKind, task_rules
from server.follow_up.board import TaskRow, tasks_of
from server.store.figures import VisitFigure
from server.store.follow_ups import Task, TaskState
from server.store.people import VisitIdentity
from server.store.read import Record

NO_OUTCOME = "none"
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: the task of their latest visit, the earlier ones, and what came of the search so far."""

    latest: TaskRow
    earlier: tuple[TaskRow, ...]
    outcome: str | None


@dataclass(frozen=True, slots=True)
class CaseBoard:
    """One page of the people of one case; ``totals`` counts all of them by outcome, and ``NO_OUTCOME``."""

    people: tuple[PersonRow, ...]
    totals: dict[str, int]
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-sum(self.totals.values()) // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class SearchBoard:
    """The page's content. ``declined`` and ``unsaid`` count visits: refused help; not asked or unknown."""

    search: CaseBoard
    undeclared: CaseBoard
    declined: int
    unsaid: int


class _Light(NamedTuple):
    """What is read of every task, to count; the rest only of those that are shown."""

    key: str
    restricted: bool
    person_key: str | None
    outcome: str | None
    changed_at: datetime | None


def search_board(
    session: Session, teams: Collection[str], today: date, *, clinical: bool, page: int = 1
) -> SearchBoard:
    """Return everybody of these teams' visits who has no médecin traitant, a page of each case."""
    declined, unsaid = _not_agreed(session, teams)
    search, undeclared = (
        _case(session, teams, kind, today, clinical=clinical, page=page)
        for kind in (TaskKind.ATTENDING_GP_SEARCH, TaskKind.UNDECLARED_GP)
    )
    return SearchBoard(search, undeclared, declined, unsaid)


def _case(
    session: Session, teams: Collection[str], kind: TaskKind, today: date, *, clinical: bool, page: int
) -> CaseBoard:
    people = list(_people(_tasks(session, teams, kind, clinical=clinical)).values())
    found = Counter(_outcome(tasks) or NO_OUTCOME for tasks in people)
    totals = {code: found[code] for code in (NO_OUTCOME, *task_rules().kinds[kind].outcomes)}
    page = min(max(1, page), max(1, -(-len(people) // PAGE_SIZE)))
    shown = people[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    keys = [task.key for tasks in shown for task in tasks]
    rows = tasks_of(session, teams, keys, today, clinical=clinical)
    listed = tuple(
        PersonRow(rows[tasks[0].key], tuple(rows[each.key] for each in tasks[1:]), _outcome(tasks))
        for tasks in shown
    )
    return CaseBoard(listed, totals, page)


def _tasks(session: Session, teams: Collection[str], kind: TaskKind, *, clinical: bool) -> list[_Light]:
    """Return the tasks of a kind that the reader may read, the latest visit first."""
    kept = [col(Task.team_id).in_(teams), col(Task.kind) == kind.value]
    if not clinical:
        kept.append(col(Task.restricted).is_(False))
    identity = and_(
        col(VisitIdentity.visit_id) == col(Task.visit_id), col(VisitIdentity.team_id) == col(Task.team_id)
    )
    # Of two visits of one day, the key's order says nothing: the later is the one signed later.
    signed = (
        select_columns(func.max(col(Record.signed_at)))
        .where(col(Record.visit_id) == col(Task.visit_id), col(Record.team_id) == col(Task.team_id))
        .correlate(Task)
        .scalar_subquery()
    )
    rows = session.execute(
        select_columns(
            col(Task.key),
            col(Task.restricted),
            col(VisitIdentity.person_key),
            col(TaskState.outcome),
            col(TaskState.changed_at),
        )
        .select_from(Task)
        .outerjoin(TaskState, col(TaskState.task_key) == col(Task.key))
        .outerjoin(VisitIdentity, identity)
        .where(*kept)
        .order_by(col(Task.day).desc(), signed.desc(), col(Task.key).desc())
    )
    return [_Light(*row) for row in rows]


def _people(tasks: Sequence[_Light]) -> dict[str, list[_Light]]:
    """Put the tasks of one person together, in the order of their latest visit."""
    grouped: dict[str, list[_Light]] = {}
    for task in tasks:
        # A restricted visit stays by itself: beside others it would bear their name.
        person = task.key if task.restricted else task.person_key
        grouped.setdefault(person or task.key, []).append(task)
    return grouped


def _outcome(tasks: Sequence[_Light]) -> str | None:
    """Return the last outcome that anybody wrote for the person."""
    written = [
        (task.changed_at, task.outcome) for task in tasks if task.outcome is not None and task.changed_at
    ]
    return max(written)[1] if written else None


def _not_agreed(session: Session, teams: Collection[str]) -> tuple[int, int]:
    """Count the visits without médecin traitant whose person refused help, and those where it is not said."""
    rule = next(each for each in task_rules().rules if each.kind is TaskKind.ATTENDING_GP_SEARCH)
    found = dict(
        session.exec(
            select(VisitFigure.gp_search, func.count())
            .where(col(VisitFigure.team_id).in_(teams), col(VisitFigure.attending_gp).in_(rule.codes))
            .group_by(col(VisitFigure.gp_search))
        ).all()
    )
    declined = found.pop("false", 0)
    found.pop("true", None)
    return declined, sum(found.values())
