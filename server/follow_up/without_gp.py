"""People without a médecin traitant who agreed to be helped, what came of it, and those who did not agree.

A person is counted once, by the latest visit at which they agreed. Who did not agree is counted and never
listed; who was not asked, or did not know, is not counted among them.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from forms.tasks import TaskKind, task_rules
from server.follow_up.board import Standing, TaskRow, every_task
from server.store.read import ENDED, Answer, Record

NO_OUTCOME = "none"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: the task of their latest visit, the earlier ones, and what came of the search so far."""

    latest: TaskRow
    earlier: tuple[TaskRow, ...]
    outcome: str | None


@dataclass(frozen=True, slots=True)
class SearchBoard:
    """The page's content; ``totals`` has every outcome, and ``NO_OUTCOME``.

    ``declined`` and ``unsaid`` count visits: refused help; not asked, unknown or unanswered.
    """

    people: tuple[PersonRow, ...]
    totals: dict[str, int]
    undeclared: tuple[PersonRow, ...]
    undeclared_totals: dict[str, int]
    declined: int
    unsaid: int


def search_board(session: Session, teams: Collection[str], today: date, *, clinical: bool) -> SearchBoard:
    """Return everybody of these teams' visits who has no médecin traitant."""
    people = _people(every_task(session, teams, TaskKind.ATTENDING_GP_SEARCH, today, clinical=clinical))
    undeclared = _people(every_task(session, teams, TaskKind.UNDECLARED_GP, today, clinical=clinical))
    declined, unsaid = _not_agreed(session, teams)
    return SearchBoard(
        people,
        _totals(people, TaskKind.ATTENDING_GP_SEARCH),
        undeclared,
        _totals(undeclared, TaskKind.UNDECLARED_GP),
        declined,
        unsaid,
    )


def _people(rows: Iterable[TaskRow]) -> tuple[PersonRow, ...]:
    """Put the tasks of one person together; ``rows`` come with the latest visit first."""
    grouped: dict[str, list[TaskRow]] = {}
    for row in rows:
        if row.standing is Standing.VANISHED and row.state is None:
            continue
        # A restricted visit stays by itself: beside others it would bear their name.
        person = row.task.key if row.task.restricted else row.person_key
        grouped.setdefault(person or row.task.key, []).append(row)
    return tuple(PersonRow(found[0], tuple(found[1:]), _outcome(found)) for found in grouped.values())


def _outcome(rows: Collection[TaskRow]) -> str | None:
    """Return the last outcome that anybody wrote for the person."""
    written = [row.state for row in rows if row.state is not None and row.state.outcome is not None]
    return max(written, key=lambda state: state.changed_at).outcome if written else None


def _totals(people: Collection[PersonRow], kind: TaskKind) -> dict[str, int]:
    found = Counter(person.outcome or NO_OUTCOME for person in people)
    return {code: found[code] for code in (NO_OUTCOME, *task_rules().kinds[kind].outcomes)}


def _not_agreed(session: Session, teams: Collection[str]) -> tuple[int, int]:
    """Count the visits without médecin traitant whose person refused help, and those where it is not said."""
    rule = next(each for each in task_rules().rules if each.kind is TaskKind.ATTENDING_GP_SEARCH)
    if rule.when is None:
        return 0, 0
    current = (col(Record.team_id).in_(teams), col(Record.state).not_in(ENDED))
    without = set(
        session.exec(
            select(Record.visit_id, Record.team_id)
            .join(Answer, col(Answer.record_digest) == col(Record.digest))
            .where(*current, Answer.link_id == rule.link_id, col(Answer.value_code).in_(rule.codes))
        ).all()
    )
    said: dict[tuple[str, str], set[str]] = {}
    for visit_id, team_id, code in session.exec(
        select(Record.visit_id, Record.team_id, Answer.value_code)
        .join(Answer, col(Answer.record_digest) == col(Record.digest))
        .where(*current, Answer.link_id == rule.when.link_id, col(Answer.absence).is_(None))
    ):
        said.setdefault((visit_id, team_id), set()).add(code or "")
    agreed = {visit for visit in without if rule.when.code in said.get(visit, ())}
    answered = {visit for visit in without - agreed if said.get(visit)}
    return len(answered), len(without - agreed - answered)
