"""A change to a task, from what a coordinator typed: who does it, until when, what came of it, a note."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from forms.canonical import in_order
from forms.load import published
from forms.tasks import TaskKind, task_rules
from server.clock import local_day
from server.projection.acts import MAX_NOTE, TaskChange
from server.projection.tasks import ACT_KIND
from server.store.control import Member, Role, TeamMember
from server.store.follow_ups import Act, Task, TaskState

DONE = frozenset({"fait", "saisi"})
"""The outcomes that say that what was asked for was done: it was on a day, by somebody."""


@dataclass(frozen=True, slots=True)
class TypedChange:
    """A change as typed: texts."""

    owner: str = ""
    due_on: str = ""
    outcome: str = ""
    note: str = ""
    done_on: str = ""
    done_by: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """When a task was done, and by whom: a code of the item that its kind names. None: not said."""

    on: date | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PastChange:
    """One act on a task, with the names of who did it and of who was to do it."""

    at: datetime
    by: str
    owner: str | None
    due_on: date | None
    outcome: str | None
    note: str
    deed: Deed


def doers(kind: TaskKind) -> dict[str, tuple[str, str]]:
    """Return by whom a task of this kind may have been done, over every published version: code → fr, en."""
    link_id = task_rules().kinds[kind].done_by
    items = (form.index.get(link_id) for form in in_order(published().values())) if link_id else ()
    return {
        code: (option.display, option.display_en)
        for item in items
        if item is not None
        for code, option in item.options.items()
    }


def owners(session: Session, team_id: str, kind: TaskKind) -> dict[str, str]:
    """Return the coordinators who may be given a task of this kind, by id: those who may read it."""
    roles = [Role.CLINICAL_COORDINATOR]
    if not task_rules().kinds[kind].is_clinical:
        roles.append(Role.ADMINISTRATIVE_COORDINATOR)
    found = session.exec(
        select(Member.id, Member.name)
        .join(TeamMember, col(TeamMember.member_id) == col(Member.id))
        .where(
            TeamMember.team_id == team_id,
            col(Member.role).in_(roles),
            col(Member.disabled).is_(False),
        )
        .order_by(Member.name)
    )
    return dict(found.all())


def read(
    typed: TypedChange, task: Task, known: Mapping[str, str], *, member: str, at: datetime
) -> TaskChange | tuple[str, ...]:
    """Read what was typed; return what is wrong, as codes, when something is.

    What was done is said of what ends the task, on a day from the visit's to today.
    """
    kind = TaskKind(task.kind)
    rules = task_rules().kinds[kind]
    due_on, done_on = _day(typed.due_on), _day(typed.done_on)
    said = bool(typed.done_on or typed.done_by)
    wrong = {
        "owner": bool(typed.owner) and typed.owner not in known,
        "due": bool(typed.due_on) and due_on is None,
        "outcome": bool(typed.outcome) and typed.outcome not in rules.outcomes,
        "note": len(typed.note) > MAX_NOTE,
        "done-on": bool(typed.done_on) and (done_on is None or not rules.done_on),
        "done-on-before": done_on is not None and done_on < task.day,
        "done-on-after": done_on is not None and done_on > local_day(at),
        "done-by": bool(typed.done_by) and typed.done_by not in doers(kind),
        "done-open": said and typed.outcome not in DONE,
    }
    faults = tuple(code for code, is_wrong in wrong.items() if is_wrong)
    if faults:
        return faults
    return TaskChange(
        subject=task.key,
        member=member,
        at=at,
        owner=typed.owner or None,
        due_on=due_on,
        outcome=typed.outcome or None,
        note=typed.note.strip(),
        done_on=done_on,
        done_by=typed.done_by or None,
    )


def is_done(session: Session, act: TaskChange, state: TaskState | None) -> bool:
    """Say whether the state that stands is just what this act says, from the same hand."""
    if state is None or Deed(act.done_on, act.done_by) != deed(session, state):
        return False
    return (act.member, act.owner, act.due_on, act.outcome, act.note) == (
        state.changed_by,
        state.owner_id,
        state.due_on,
        state.outcome,
        state.note,
    )


def deed(session: Session, state: TaskState | None) -> Deed:
    """Return when the task was done and by whom, as the act that stands says."""
    act = session.get(Act, state.act_id) if state is not None else None
    return Deed() if act is None else _deed(act)


def _deed(act: Act) -> Deed:
    """Read an act's; one written before these were asked says neither."""
    return Deed(_day(act.body.get("done_on") or ""), act.body.get("done_by"))


def history(session: Session, key: str) -> list[PastChange]:
    """Return every act on a task, the latest first."""
    acts = session.exec(
        select(Act)
        .where(Act.kind == ACT_KIND, Act.subject == key)
        .order_by(col(Act.at).desc(), col(Act.document_id).desc())
    ).all()
    names = dict(session.exec(select(Member.id, Member.name)).all())
    return [
        PastChange(
            at=act.at,
            by=names.get(act.member_id, ""),
            owner=names.get(act.body["owner"] or ""),
            due_on=_day(act.body["due_on"] or ""),
            outcome=act.body["outcome"],
            note=act.body["note"],
            deed=_deed(act),
        )
        for act in acts
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
