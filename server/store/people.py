"""Read model of people: who each visit was of, who is the same person, and who may be."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime


class VisitIdentity(SQLModel, table=True):
    """The identity that one visit's current records give, and whose it is.

    ``identity_key``: digest of the traits that make two visits the same person's by themselves, or of the
    visit alone when they do not suffice. ``person_key``: the person after merges (wire §4.2). ``sound``:
    French phonetic code of the names, for proposals.
    """

    __tablename__ = "visit_identity"
    __table_args__ = (Index("ix_visit_identity_sound", "sound", "birth_date"),)

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    identity_key: str = Field(index=True)
    person_key: str = Field(index=True)
    day: date
    birth_name: str | None = None
    first_name: str | None = None
    given_names: str | None = None
    used_name: str | None = None
    birth_date: date | None = Field(default=None, index=True)
    sex: str | None = None
    birth_place: str | None = None
    commune: str | None = None
    phone: str | None = None
    identity_status: str | None = None
    sound: str | None = None
    restricted: bool = False


class Person(SQLModel, table=True):
    """One person as central joins their visits. ``identities``: the identity keys joined."""

    person_key: str = Field(primary_key=True)
    birth_name: str
    first_name: str
    birth_date: date | None = Field(default=None, index=True)
    sex: str | None = None
    commune: str | None = None
    visits: int
    first_day: date
    last_day: date
    deceased_on: date | None = None
    deceased: bool = False
    identities: list[str] = Field(sa_column=Column(JSON, nullable=False))


class Proposal(SQLModel, table=True):
    """Two people who may be one, and why; ``key`` is both person keys, the smaller first."""

    key: str = Field(primary_key=True)
    first: str = Field(index=True)
    second: str = Field(index=True)
    score: int
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    since: datetime = Field(sa_type=UtcDateTime)


class PersonOutbox(SQLModel, table=True):
    """People whose summary may have changed and has not been published again to a team."""

    __tablename__ = "person_outbox"

    team_id: str = Field(primary_key=True)
    person_key: str = Field(primary_key=True)
    version: int = 1
