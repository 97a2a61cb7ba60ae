"""Tasks: what the answers of a visit ask for afterwards, and where each stands.

``forms.tasks`` says which answer makes which task. A task is derived from the current records of its visit;
one whose answer is gone, and on which somebody worked, stays and is ``vanished``: no work disappears.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from forms.tasks import Rule, TaskRules, task_rules
from server.identifiers import sha256_hex
from server.projection.statements import among_visits, insert_rows, table
from server.projection.visits import VisitKey
from server.store.control import Stop
from server.store.follow_ups import Act, Task, TaskState
from server.store.read import ENDED, Answer, Record, RecordState

ACT_KIND = "task"


class TaskKey(NamedTuple):
    """What names a task: the visit, the team that signed it, the item and the code answered."""

    visit_id: str
    team_id: str
    link_id: str
    code: str

    def __str__(self) -> str:
        """Return the key as acts and rows write it."""
        return ":".join(self)

    @classmethod
    def parse(cls, text: str) -> "TaskKey | None":
        """Read a key; None when it is none."""
        parts = text.split(":")
        return cls(*parts) if len(parts) == len(cls._fields) and all(parts) else None

    @property
    def visit(self) -> VisitKey:
        """The visit it is of."""
        return self.visit_id, self.team_id


class _Source(NamedTuple):
    """A record of a visit, as far as tasks need it."""

    digest: str
    visit_id: str
    team_id: str
    stop_id: str
    signed_at: datetime
    clock_offset_ms: int | None
    state: RecordState
    restricted: bool

    @property
    def order(self) -> tuple[datetime, str]:
        """By corrected time of signing, then by digest: the same on every node."""
        return self.signed_at + timedelta(milliseconds=self.clock_offset_ms or 0), self.digest


_Values = Mapping[str, Mapping[str, Sequence[str]]]
"""Values (codes, or texts of what has no code) by record digest and item."""


def derive(session: Session, visits: Collection[VisitKey], acts: Collection[tuple[str, str]]) -> None:
    """Bring the tasks of these visits, and the states that these acts change, to what the set says."""
    subjects = {subject for kind, subject in acts if kind == ACT_KIND}
    _derive_states(session, subjects)
    named = [TaskKey.parse(subject) for subject in subjects]
    touched = set(visits) | {key.visit for key in named if key is not None}
    if touched:
        _derive_tasks(session, touched)


def _derive_states(session: Session, subjects: Collection[str]) -> None:
    """Let the last act on each task stand whole."""
    if not subjects:
        return
    states = table(TaskState)
    session.connection().execute(delete(states).where(states.c.task_key.in_(subjects)))
    acts = session.exec(
        select(Act)
        .where(Act.kind == ACT_KIND, col(Act.subject).in_(subjects))
        .order_by(col(Act.at), col(Act.document_id))
    )
    last = {act.subject: act for act in acts}
    keys = {subject: TaskKey.parse(subject) for subject in last}
    insert_rows(session, TaskState, [_state_row(key, last[text]) for text, key in keys.items() if key])


def _state_row(key: TaskKey, act: Act) -> dict[str, Any]:
    due_on = act.body["due_on"]
    return {
        "task_key": str(key),
        "visit_id": key.visit_id,
        "team_id": key.team_id,
        "act_id": act.document_id,
        "owner_id": act.body["owner"],
        "due_on": date.fromisoformat(due_on) if due_on else None,
        "outcome": act.body["outcome"],
        "note": act.body["note"],
        "changed_at": act.at,
        "changed_by": act.member_id,
    }


def _derive_tasks(session: Session, touched: Collection[VisitKey]) -> None:
    tasks = table(Task)
    session.connection().execute(
        delete(tasks).where(among_visits(tasks.c.visit_id, tasks.c.team_id, touched))
    )
    sources: dict[VisitKey, list[_Source]] = defaultdict(list)
    for source in _sources(session, touched):
        sources[source.visit_id, source.team_id].append(source)
    rules = task_rules()
    current = [each.digest for records in sources.values() for each in records if each.state not in ENDED]
    values = _values(session, current, rules)
    worked = _worked_on(session, sources)
    days = _days(session, {each.stop_id for records in sources.values() for each in records})
    rows = [
        row
        for visit, records in sources.items()
        for row in _rows(rules, sorted(records, key=lambda each: each.order), values, days, worked[visit])
    ]
    insert_rows(session, Task, rows)


def _sources(session: Session, visits: Collection[VisitKey]) -> list[_Source]:
    columns = table(Record).c
    rows = session.connection().execute(
        select(*(columns[name] for name in _Source._fields)).where(
            among_visits(columns.visit_id, columns.team_id, visits)
        )
    )
    return [_Source(*row) for row in rows]


def _values(session: Session, digests: Collection[str], rules: TaskRules) -> _Values:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for digest, link_id, code, text in session.exec(
        select(Answer.record_digest, Answer.link_id, Answer.value_code, Answer.value_text).where(
            col(Answer.record_digest).in_(digests),
            col(Answer.link_id).in_(rules.link_ids),
            col(Answer.absence).is_(None),
        )
    ):
        found[digest][link_id].append(code or text or "")
    return found


def _worked_on(session: Session, visits: Collection[VisitKey]) -> dict[VisitKey, list[TaskState]]:
    """Return where the tasks of these visits stand on which somebody acted."""
    found: dict[VisitKey, list[TaskState]] = defaultdict(list)
    for state in session.exec(
        select(TaskState).where(among_visits(col(TaskState.visit_id), col(TaskState.team_id), visits))
    ):
        found[state.visit_id, state.team_id].append(state)
    return found


def _days(session: Session, stops: Collection[str]) -> dict[str, date]:
    return {stop.id: stop.day for stop in session.exec(select(Stop).where(col(Stop.id).in_(stops)))}


def _rows(
    rules: TaskRules,
    records: Sequence[_Source],
    values: _Values,
    days: Mapping[str, date],
    worked: Collection[TaskState],
) -> Iterator[dict[str, Any]]:
    """Yield the tasks of one visit; ``records``: all that it ever had, the latest last."""
    current = [each for each in records if each.state not in ENDED]
    place = (current or records)[-1]
    day = days[place.stop_id]
    states = {state.task_key: state for state in worked}
    visit = {
        "visit_id": place.visit_id,
        "team_id": place.team_id,
        "stop_id": place.stop_id,
        "day": day,
        "restricted": any(each.restricted for each in current or records),
    }
    for rule in rules.rules:
        for code in _asked(rule, current, values):
            key = TaskKey(place.visit_id, place.team_id, rule.link_id, code)
            due_on = _due(rule, current, values) or day + timedelta(days=rules.kinds[rule.kind].days)
            yield _row(rules, rule, key, states.pop(str(key), None), due_on) | visit
    for state in states.values():
        gone = TaskKey.parse(state.task_key)
        former = rules.rule_of(gone.link_id, gone.code) if gone is not None else None
        if gone is not None and former is not None:
            yield _row(rules, former, gone, state, None) | visit | {"vanished": True}


def _row(
    rules: TaskRules, rule: Rule, key: TaskKey, state: TaskState | None, due_on: date | None
) -> dict[str, Any]:
    outcome = state.outcome if state is not None else None
    return {
        "key": str(key),
        "handle": sha256_hex(str(key))[:32],
        "kind": rule.kind.value,
        "link_id": key.link_id,
        "code": key.code,
        "due_on": (state.due_on if state is not None else None) or due_on,
        "done": outcome is not None and rules.kinds[rule.kind].outcomes.get(outcome, False),
        "vanished": False,
    }


def _asked(rule: Rule, current: Sequence[_Source], values: _Values) -> list[str]:
    """Return the codes of the rule that the visit answers, once each, in the rule's order."""
    if rule.when is not None and rule.when.code not in _latest(rule.when.link_id, current, values):
        return []
    if rule.unless is not None:
        otherwise = _latest(rule.unless, current, values)
        if otherwise and (not rule.unless_codes or set(rule.unless_codes) & set(otherwise)):
            return []
    if rule.any_value:
        said = set(rule.codes) if _latest(rule.link_id, current, values) else set()
    elif rule.every_record:
        said = {code for each in current for code in values.get(each.digest, {}).get(rule.link_id, ())}
    else:
        said = set(_latest(rule.link_id, current, values))
    return [code for code in rule.codes if code in said]


def _latest(link_id: str, current: Sequence[_Source], values: _Values) -> Sequence[str]:
    """Return what the last record that values this item says; an absence after it changes nothing."""
    for each in reversed(current):
        if found := values.get(each.digest, {}).get(link_id):
            return found
    return ()


def _due(rule: Rule, current: Sequence[_Source], values: _Values) -> date | None:
    if rule.due is None:
        return None
    for text in _latest(rule.due, current, values):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    return None
