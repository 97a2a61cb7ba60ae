"""A remote doctor's one-time link, and what they answered through it (wire §4.4, §5.2, §6.1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime


class RemoteLink(SQLModel, table=True):
    """A link to one visit of one team. Secret and code are kept as digests only.

    ``session_key`` makes the cookie of whoever gave the code; by itself it opens nothing, since the secret
    goes into the cookie too. ``tries``: wrong codes so far. ``ended_at``: a newer link took its place.
    ``physician``: who was asked, as the assistant typed it.
    """

    __tablename__ = "remote_link"

    id: str = Field(primary_key=True)
    secret_digest: str = Field(unique=True)
    code_digest: str
    session_key: str
    visit_id: str = Field(index=True)
    team_id: str
    stop_id: str
    device_id: str
    member_id: str
    physician: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Opinion(SQLModel, table=True):
    """Read model: the remote answer that stands for a visit, as its act says it (wire §5.2).

    ``answers`` and ``satisfaction["answers"]`` are flat (forms.md); ``member_id``: who asked for the link;
    ``physician_key``: who answered, one key for the writings of one name (reports.md).
    """

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    act_id: str
    link_id: str
    member_id: str
    form_url: str
    form_version: str
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    satisfaction: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    signed_name: str
    rpps: str | None = None
    physician_key: str
    at: datetime = Field(sa_type=UtcDateTime)


class OpinionDatabase(SQLModel, table=True):
    """A team's database that was given the opinions still of use when it began to be served."""

    __tablename__ = "opinion_database"

    database: str = Field(primary_key=True)
    begun_at: datetime = Field(sa_type=UtcDateTime)


class OpinionOutbox(SQLModel, table=True):
    """Visits whose opinion their team has yet to be told; ``version`` grows with each change."""

    __tablename__ = "opinion_outbox"

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    version: int
