"""The tasks that coordinators see: filtered, with where each stands, the urgent and the soonest due first.

Who may see names or clinical kinds is the caller's to say (``named``, ``kinds``): decision 8.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from forms.tasks import TaskKind, task_rules
from server.projection.visits import number
from server.store.control import Member, Stop
from server.store.follow_ups import Task, TaskState
from server.store.people import Person, VisitIdentity
from server.store.read import ENDED, Record, Visit

PAGE_SIZE = 50


class Standing(StrEnum):
    """Where a task stands. Late is an open one past its day; ``CAME_AGAIN``: the step 1 asked for."""

    OPEN = "open"
    DONE = "done"
    CAME_AGAIN = "came_again"
    DECEASED = "deceased"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What to keep; None keeps all. ``owner``: a member's id, or ``NOBODY``."""

    kind: TaskKind | None = None
    team: str | None = None
    owner: str | None = None
    standing: Standing | None = Standing.OPEN
    late: bool = False


NOBODY = "-"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task; ``person`` is None where no name may be shown, or none is known. ``due_on``: as it stands."""

    task: Task
    state: TaskState | None
    standing: Standing
    due_on: date | None
    late: bool
    number: str
    stop: str
    owner: str | None
    person: str | None
    birth_date: date | None
    person_key: str | None

    @property
    def kind(self) -> TaskKind:
        """Its kind."""
        return TaskKind(self.task.kind)

    @property
    def act_id(self) -> str:
        """The act that stands, empty when there is none: what the next change is made upon."""
        return self.state.act_id if self.state is not None else ""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of the list; pages count from 1, ``total`` counts tasks of all pages."""

    rows: list[TaskRow]
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many tasks of one kind stand where."""

    open: int
    late: int
    done: int


def visible_kinds(*, clinical: bool) -> frozenset[TaskKind]:
    """Return the kinds whose tasks a coordinator may read one by one; the others are only counted."""
    kinds = task_rules().kinds
    return frozenset(kind for kind in TaskKind if clinical or not kinds[kind].is_clinical)


def tasks(
    session: Session,
    teams: Collection[str],
    wanted: TaskFilter,
    today: date,
    *,
    clinical: bool,
    page: int = 1,
) -> TaskPage:
    """Return one page of the tasks of these teams; a page past the end is the last.

    What is urgent and left to do comes first, then the soonest due.
    """
    kept = [_visible(teams, clinical=clinical), *_conditions(wanted, today)]
    total = session.execute(_joined(select_columns(func.count())).where(*kept)).scalar_one()
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    return TaskPage(
        list(_rows(session, kept, today, clinical=clinical, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)),
        page,
        total,
    )


def late_tasks(session: Session, teams: Collection[str], today: date, *, clinical: bool) -> list[TaskRow]:
    """Return every late task of these teams, of the kinds that the reader may read one by one."""
    kept = [_visible(teams, clinical=clinical), *_conditions(TaskFilter(late=True), today)]
    return list(_rows(session, kept, today, clinical=clinical))


def open_tasks_of(
    session: Session, teams: Collection[str], kinds: Collection[TaskKind], today: date, *, clinical: bool
) -> list[TaskRow]:
    """Return the open tasks of these kinds."""
    kept = [_visible(teams, clinical=clinical), _of_kinds(kinds), *_conditions(TaskFilter(), today)]
    return list(_rows(session, kept, today, clinical=clinical))


def tasks_of(
    session: Session, teams: Collection[str], keys: Collection[str], today: date, *, clinical: bool
) -> dict[str, TaskRow]:
    """Return these tasks, those of them that the reader may read, by key."""
    kept = [_visible(teams, clinical=clinical), col(Task.key).in_(keys)]
    return {row.task.key: row for row in _rows(session, kept, today, clinical=clinical)}


def find_task(
    session: Session, teams: Collection[str], handle: str, today: date, *, clinical: bool
) -> TaskRow | None:
    """Return one task, if it is of these teams and the reader may read it."""
    kept = [_visible(teams, clinical=clinical), col(Task.handle) == handle]
    return next(_rows(session, kept, today, clinical=clinical), None)


def record_of(session: Session, task: Task) -> str | None:
    """Return the digest of the visit's latest record, current if one is: what a task's page leads to."""
    ended = col(Record.state).in_(ENDED)
    return session.exec(
        select(Record.digest)
        .where(Record.visit_id == task.visit_id, Record.team_id == task.team_id)
        .order_by(ended, col(Record.signed_at).desc(), col(Record.digest))
        .limit(1)
    ).first()


def counts(session: Session, teams: Collection[str], today: date) -> dict[TaskKind, KindCount]:
    """Return how many tasks of each kind there are: what every coordinator may see."""
    left = _left(teams)
    past = case((col(Task.due_on) < today, 1), else_=0)
    found = session.execute(
        _joined(select_columns(col(Task.kind), func.count(), func.sum(past)))
        .where(left, func.coalesce(col(Person.deceased), false()).is_(False), not_(_came_again()))
        .group_by(col(Task.kind))
    ).all()
    done = session.execute(
        select_columns(col(Task.kind), func.count())
        .where(col(Task.team_id).in_(teams), col(Task.done))
        .group_by(col(Task.kind))
    ).all()
    still = {kind: (number_of, late) for kind, number_of, late in found}
    ended: dict[str, int] = {row[0]: row[1] for row in done}
    return {
        kind: KindCount(
            open=still.get(kind, (0, 0))[0], late=int(still.get(kind, (0, 0))[1]), done=ended.get(kind, 0)
        )
        for kind in TaskKind
    }


def _left(teams: Collection[str]) -> ColumnElement[bool]:
    """What is not done and still asked for, by the index that leaves the rest alone."""
    return and_(col(Task.team_id).in_(teams), col(Task.done).is_(False), col(Task.vanished).is_(False))


def _visible(teams: Collection[str], *, clinical: bool) -> ColumnElement[bool]:
    kinds = [kind.value for kind in visible_kinds(clinical=clinical)]
    visible = and_(col(Task.team_id).in_(teams), col(Task.kind).in_(kinds))
    return visible if clinical else and_(visible, col(Task.restricted).is_(False))


def _of_kinds(kinds: Collection[TaskKind]) -> ColumnElement[bool]:
    return col(Task.kind).in_([kind.value for kind in kinds])


def _is_pressing() -> ColumnElement[bool]:
    """Whether a task is urgent and nothing ended it."""
    left = and_(col(Task.done).is_(False), col(Task.vanished).is_(False))
    return case((and_(left, _of_kinds(task_rules().urgent)), true()), else_=false())


def _standing() -> ColumnElement[str]:
    return case(
        (col(Task.done), Standing.DONE.value),
        (col(Task.vanished), Standing.VANISHED.value),
        (func.coalesce(col(Person.deceased), false()), Standing.DECEASED.value),
        (_came_again(), Standing.CAME_AGAIN.value),
        else_=Standing.OPEN.value,
    )


def _came_again() -> ColumnElement[bool]:
    """Whether a later step 1 of the same person is known: it asks for the one after it, in its turn."""
    later, whose = aliased(Task), aliased(VisitIdentity)
    return and_(
        col(Task.kind) == TaskKind.ICOPE_NEXT.value,
        exists()
        .where(
            col(whose.person_key) == col(VisitIdentity.person_key),
            col(later.visit_id) == col(whose.visit_id),
            col(later.team_id) == col(whose.team_id),
            col(later.kind) == TaskKind.ICOPE_NEXT.value,
            col(later.vanished).is_(False),
            col(later.day) > col(Task.day),
        )
        .correlate(Task, VisitIdentity),
    )


def _joined(statement: Any) -> Any:
    return (
        statement.select_from(Task)
        .outerjoin(TaskState, col(TaskState.task_key) == col(Task.key))
        .outerjoin(
            VisitIdentity,
            and_(
                col(VisitIdentity.visit_id) == col(Task.visit_id),
                col(VisitIdentity.team_id) == col(Task.team_id),
            ),
        )
        .outerjoin(Person, col(Person.person_key) == col(VisitIdentity.person_key))
    )


def _conditions(wanted: TaskFilter, today: date) -> Iterator[ColumnElement[bool]]:
    if wanted.kind is not None:
        yield col(Task.kind) == wanted.kind.value
    if wanted.team is not None:
        yield col(Task.team_id) == wanted.team
    if wanted.owner == NOBODY:
        yield col(TaskState.owner_id).is_(None)
    elif wanted.owner is not None:
        yield col(TaskState.owner_id) == wanted.owner
    if wanted.late:
        yield and_(_is(Standing.OPEN), col(Task.due_on) < today)
    elif wanted.standing is not None:
        yield _is(wanted.standing)


def _is(standing: Standing) -> ColumnElement[bool]:
    """Say where a task stands in terms that an index serves."""
    left = and_(col(Task.done).is_(False), col(Task.vanished).is_(False))
    dead = func.coalesce(col(Person.deceased), false())
    return {
        Standing.OPEN: and_(left, dead.is_(False), not_(_came_again())),
        Standing.CAME_AGAIN: and_(left, dead.is_(False), _came_again()),
        Standing.DECEASED: and_(left, dead.is_(True)),
        Standing.DONE: col(Task.done).is_(True),
        Standing.VANISHED: and_(col(Task.vanished).is_(True), col(Task.done).is_(False)),
    }[standing]


def _rows(
    session: Session,
    kept: Collection[ColumnElement[bool]],
    today: date,
    *,
    clinical: bool,
    offset: int = 0,
    limit: int | None = None,
) -> Iterator[TaskRow]:
    statement = _joined(
        select_columns(
            Task,
            TaskState,
            _standing(),
            col(Task.due_on),
            col(VisitIdentity.person_key),
            col(Visit.person),
            col(Visit.birth_date),
        )
    ).outerjoin(Visit, and_(col(Visit.id) == col(Task.visit_id), col(Visit.team_id) == col(Task.team_id)))
    found = session.execute(
        statement.where(*kept)
        .order_by(
            _is_pressing().is_(False),
            col(Task.due_on).is_(None),
            col(Task.due_on),
            col(Task.day),
            col(Task.key),
        )
        .offset(offset)
        .limit(limit)
    ).all()
    stops = _names(session, Stop, {row[0].stop_id for row in found})
    owners = _names(session, Member, {row[1].owner_id for row in found if row[1] is not None})
    for task, state, standing, due_on, person_key, person, birth_date in found:
        named = clinical and not task.restricted
        yield TaskRow(
            task=task,
            state=state,
            standing=Standing(standing),
            due_on=due_on,
            late=standing == Standing.OPEN and due_on is not None and due_on < today,
            number=number(task.visit_id),
            stop=stops.get(task.stop_id, ""),
            owner=owners.get(state.owner_id) if state is not None else None,
            person=person if named else None,
            birth_date=birth_date if named else None,
            person_key=person_key,
        )


def _names(
    session: Session, model: type[Stop] | type[Member], ids: Collection[str | None]
) -> Mapping[str | None, str]:
    wanted = [each for each in ids if each is not None]
    return dict(session.exec(select(model.id, model.name).where(col(model.id).in_(wanted))).all())
