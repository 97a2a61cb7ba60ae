"""Read model of people: who each visit was of, who is the same person, and who may be."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime


class VisitIdentity(SQLModel, table=True):
    """The identity that one visit's current records give, and whose it is.

    ``identity_key``: digest of the traits that make two visits the same person's by themselves, or of the
    visit alone when they do not suffice; ``core_key``: of the traits but the places, which other identities
    may share. ``own_key``: the person key of this identity by itself; ``person_key``: that of the person
    after merges, the smallest of the own keys joined (wire §4.2). ``detached_from``: the identity key that
    the traits would give, of a visit that coordinators took from that person. ``sound``: French code of the
    names; with the year, and with the month and day of birth, it finds those whose date differs a little.
    """

    __tablename__ = "visit_identity"

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    identity_key: str = Field(index=True)
    core_key: str | None = Field(default=None, index=True)
    own_key: str = Field(index=True)
    person_key: str = Field(index=True)
    detached_from: str | None = Field(default=None, index=True)
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
    complete: bool
    sound: str | None = Field(default=None, index=True)
    sound_year: str | None = Field(default=None, index=True)
    sound_day: str | None = Field(default=None, index=True)
    restricted: bool = False


class Person(SQLModel, table=True):
    """One person as central joins their visits, restricted ones left out.

    ``identities``: the own keys joined (``VisitIdentity``).
    """

    person_key: str = Field(primary_key=True)
    birth_name: str | None = None
    first_name: str | None = None
    birth_date: date | None = Field(default=None, index=True)
    sex: str | None = None
    commune: str | None = None
    visits: int
    first_day: date
    last_day: date
    deceased_on: date | None = None
    deceased: bool = False
    identities: list[str] = Field(sa_column=Column(JSON, nullable=False))


class IdentityPair(SQLModel, table=True):
    """What coordinators decided last of two identities (identity keys): one person, or not."""

    __tablename__ = "identity_pair"

    first: str = Field(primary_key=True)
    second: str = Field(primary_key=True, index=True)
    joined: bool
    document_id: str


class Proposal(SQLModel, table=True):
    """Two people who may be one, and why; ``key`` is both person keys, the smaller first, with a +.

    ``since``: the first day of the one who came last.
    """

    key: str = Field(primary_key=True)
    first: str = Field(index=True)
    second: str = Field(index=True)
    score: int
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    since: datetime = Field(sa_type=UtcDateTime)


class PersonOutbox(SQLModel, table=True):
    """People whose summary may have changed and has not been published again to a team.

    ``person_key``: an own key (``VisitIdentity``). ``version`` grows at each change, so that only what was
    really published is removed.
    """

    __tablename__ = "person_outbox"

    team_id: str = Field(primary_key=True)
    person_key: str = Field(primary_key=True)
    version: int = 1


class PeopleDatabase(SQLModel, table=True):
    """A team's database for which all the people seen lately were put into the outbox once."""

    __tablename__ = "people_database"

    database: str = Field(primary_key=True)
    begun_at: datetime = Field(sa_type=UtcDateTime)
