"""A change to a task, from what a coordinator typed: who does it, until when, what came of it, a note."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from forms.tasks import TaskKind, task_rules
from server.projection.acts import MAX_NOTE, TaskChange
from server.projection.tasks import ACT_KIND
from server.store.control import Member, Role, TeamMember
from server.store.follow_ups import Act, TaskState


@dataclass(frozen=True, slots=True)
class TypedChange:
    """A change as typed: texts."""

    owner: str = ""
    due_on: str = ""
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PastChange:
    """One act on a task, with the names of who did it and of who was to do it."""

    at: datetime
    by: str
    owner: str | None
    due_on: date | None
    outcome: str | None
    note: str


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
    typed: TypedChange, key: str, kind: TaskKind, known: Mapping[str, str], *, member: str, at: datetime
) -> TaskChange | tuple[str, ...]:
    """Read what was typed; return what is wrong, as codes, when something is."""
    due_on = _day(typed.due_on)
    wrong = {
        "owner": bool(typed.owner) and typed.owner not in known,
        "due": bool(typed.due_on) and due_on is None,
        "outcome": bool(typed.outcome) and typed.outcome not in task_rules().kinds[kind].outcomes,
        "note": len(typed.note) > MAX_NOTE,
    }
    faults = tuple(code for code, is_wrong in wrong.items() if is_wrong)
    if faults:
        return faults
    return TaskChange(
        subject=key,
        member=member,
        at=at,
        owner=typed.owner or None,
        due_on=due_on,
        outcome=typed.outcome or None,
        note=typed.note.strip(),
    )


def is_done(act: TaskChange, state: TaskState | None) -> bool:
    """Say whether the state that stands is just what this act says, from the same hand."""
    return state is not None and (act.member, act.owner, act.due_on, act.outcome, act.note) == (
        state.changed_by,
        state.owner_id,
        state.due_on,
        state.outcome,
        state.note,
    )


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
        )
        for act in acts
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
