"""Read model of what is to be done after a visit, and of what coordinators did (wire §5.2)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime


class Act(SQLModel, table=True):
    """A coordinator's act, as read from the sealed documents of the central database.

    ``subject``: what it is about, as its kind says (a task, an item of the queue, two identities).
    """

    __table_args__ = (Index("ix_act_kind_subject", "kind", "subject"),)

    document_id: str = Field(primary_key=True)
    kind: str
    subject: str
    member_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Task(SQLModel, table=True):
    """Something that an answer of a visit asks for, and whether it is done.

    ``key``: ``<visit>:<team>:<link id>:<code>``. ``kind``: ``forms.tasks.TaskKind``. ``vanished``: no current
    record says so any more, and somebody worked on it. ``restricted``: a record of the visit is (wire §2.3).
    ``handle``: 32 hexadecimal digits of the key's digest, for addresses: the key tells an answer.
    ``due_on`` and ``done``: after the acts on it, so that what is left to do is found without the rest.
    """

    __table_args__ = (Index("ix_task_left", "team_id", "done", "vanished", "kind", "due_on"),)

    key: str = Field(primary_key=True)
    handle: str = Field(unique=True)
    kind: str
    visit_id: str = Field(index=True)
    team_id: str
    stop_id: str
    link_id: str
    code: str
    day: date
    due_on: date | None = None
    done: bool = False
    restricted: bool = False
    vanished: bool = False


class TaskState(SQLModel, table=True):
    """Where a task stands after the acts on it; a task without one is open and nobody's.

    ``act_id``: the act that stands, which the next one follows.
    """

    __tablename__ = "task_state"

    task_key: str = Field(primary_key=True)
    visit_id: str = Field(index=True)
    team_id: str
    act_id: str
    owner_id: str | None = None
    due_on: date | None = None
    outcome: str | None = None
    note: str = ""
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: str
