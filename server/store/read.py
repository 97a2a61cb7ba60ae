"""Read model: rows derived from the *set* of envelopes and decisions, whatever the order they came in.

Everything here can be dropped and rebuilt (``escale projection rebuild``). Clinical content is in the clear:
this is central's one stated exception (design, promise 2).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, false
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime, enum_column


class RecordState(StrEnum):
    """Where a record stands; the receipt says the same word (wire §4)."""

    INTEGRATED = "integrated"
    TO_CORRECT = "to_correct"
    VALIDATED = "validated"
    SUPERSEDED = "superseded"
    ENTERED_IN_ERROR = "entered_in_error"


ENDED = (RecordState.SUPERSEDED, RecordState.ENTERED_IN_ERROR)
"""States of records that are current no more: readable, in the history, and counted nowhere."""


class FindingCode(StrEnum):
    """What is visible in the set of records and needs a person's eye."""

    SEQUENCE_GAP = "sequence-gap"
    SEQUENCE_FORK = "sequence-fork"
    CHAIN_BROKEN = "chain-broken"
    DUPLICATE_ENVELOPE = "duplicate-envelope"
    CORRECTION_FORK = "correction-fork"
    OLD_EPOCH = "old-epoch"
    SOFT_LIMIT = "soft-limit"
    CONTENT_WARNING = "content-warning"
    CLOCK = "clock"
    DEVICE_REVOKED = "device-revoked"
    MANIFEST_INCOMPLETE = "manifest-incomplete"
    PHOTO_REFUSED = "photo-refused"
    SIGNED_AFTER_EXPIRY = "signed-after-expiry"
    SECRECY_NOT_KEPT = "secrecy-not-kept"
    CALCULATION_DIFFERS = "calculation-differs"


class ProjectionCursor(SQLModel, table=True):
    """How far a database of one replication store has been projected; committed with the rows."""

    __tablename__ = "projection_cursor"

    database: str = Field(primary_key=True)
    instance: str
    since: str


class ReadModel(SQLModel, table=True):
    """Which version of the read model the rows are of (``server.projection.version``); one row, ``id`` 1."""

    __tablename__ = "read_model"

    id: int = Field(primary_key=True)
    version: int


class EnvelopeSeen(SQLModel, table=True):
    """Every envelope met in a database, with the digest of the record inside when its signature held.

    ``accepted`` unless it is quarantined. ``first_seen_at`` is when central first read it: it outlives a
    rebuild, since no document carries it.
    """

    __tablename__ = "envelope_seen"

    database: str = Field(primary_key=True)
    envelope_id: str = Field(primary_key=True)
    record_digest: str | None = Field(default=None, index=True)
    epoch: int | None = None
    accepted: bool
    first_seen_at: datetime = Field(sa_type=UtcDateTime)


class ChainLink(SQLModel, table=True):
    """The place in its device's chain of one record whose signature holds, integrated or not."""

    __tablename__ = "chain_link"
    __table_args__ = (Index("ix_chain_link_device_sequence", "device_id", "sequence"),)

    digest: str = Field(primary_key=True)
    device_id: str
    team_id: str
    sequence: int = Field(sa_type=BigInteger)
    previous: str | None


class Record(SQLModel, table=True):
    """One signed capture, opened and verified. ``envelope_id`` is the smallest accepted one that carries it.

    ``person`` to ``commune`` are what it says of the person (birth name and first name, FHIR gender, INSEE
    code), as known. ``restricted``: its person asked for secrecy (wire §2.3); its ``epoch`` is then 0, since
    it is sealed to no team key – unless the tablet sealed it to the team all the same: that is a finding.
    """

    __table_args__ = (Index("ix_record_device_sequence", "device_id", "sequence"),)

    digest: str = Field(primary_key=True)
    envelope_id: str = Field(index=True)
    database: str
    organization_id: str
    campaign_id: str
    team_id: str = Field(index=True)
    stop_id: str = Field(index=True)
    visit_id: str = Field(index=True)
    device_id: str
    slot_id: str
    member_id: str
    sequence: int = Field(sa_type=BigInteger)
    previous: str | None
    signed_at: datetime = Field(sa_type=UtcDateTime)
    clock_offset_ms: int | None = Field(sa_type=BigInteger)
    form_url: str
    form_version: str
    form_digest: str
    evaluator: str
    replaces_envelope: str | None = Field(default=None, index=True)
    replaces_reason: str | None = None
    epoch: int
    state: RecordState = Field(sa_column=enum_column(RecordState))
    person: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    commune: str | None = None
    restricted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Answer(SQLModel, table=True):
    """One value, or one absence, of one item of one record. ``position`` counts an item's values from 0."""

    __table_args__ = (Index("ix_answer_link", "link_id", "value_code"),)

    record_digest: str = Field(primary_key=True)
    link_id: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    item_class: str
    absence: str | None = None
    value_code: str | None = None
    value_text: str | None = None
    value_number: float | None = None
    unit: str | None = None
    author_id: str


class Visit(SQLModel, table=True):
    """One person's coming at one stop: what its current records say together. Reports count these.

    ``number`` is for people: the first eight digits of the id. ``missing`` counts the questions whose only
    answer is an absence. The team is part of the key: what one team signs never joins another's visit.
    ``ix_visit_list`` holds all that the review list filters and orders by: a far page reads no other row;
    ``ix_visit_state`` finds the few that wait in a rare state.
    """

    __table_args__ = (
        Index("ix_visit_list", "day", "id", "team_id", "number", "state", "stop_id"),
        Index("ix_visit_state", "state", "day", "id", "team_id"),
    )

    id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    campaign_id: str
    stop_id: str = Field(index=True)
    day: date
    number: str
    person: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    commune: str | None = None
    records: int
    state: RecordState = Field(sa_column=enum_column(RecordState))
    complete: bool
    missing: int
    restricted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Quarantined(SQLModel, table=True):
    """An envelope kept but not integrated, with the reason code and whose turn it is.

    What the payload says (``record_digest`` to ``sequence``) is there only once its signature held.
    ``replaced``: a correction of it was signed since, so that nobody has to act on it any more.
    """

    database: str = Field(primary_key=True)
    envelope_id: str = Field(primary_key=True)
    reason: str
    turn: str
    details: list[str] = Field(sa_column=Column(JSON, nullable=False))
    record_digest: str | None = Field(default=None, index=True)
    team_id: str | None = Field(default=None, index=True)
    stop_id: str | None = Field(default=None, index=True)
    device_id: str | None = None
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    replaced: bool = False
    first_seen_at: datetime = Field(sa_type=UtcDateTime)


class Finding(SQLModel, table=True):
    """Something to look at, derived from the set; the key makes it the same however often it is derived."""

    key: str = Field(primary_key=True)
    code: FindingCode = Field(sa_column=enum_column(FindingCode))
    database: str
    device_id: str | None = Field(default=None, index=True)
    envelope_id: str | None = Field(default=None, index=True)
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Decision(SQLModel, table=True):
    """A reviewer's decision, as read from the sealed documents of the central database."""

    document_id: str = Field(primary_key=True)
    envelope_id: str = Field(index=True)
    record_digest: str = Field(index=True)
    verdict: str
    message: str
    member_id: str
    decided_at: datetime = Field(sa_type=UtcDateTime)


class Receipt(SQLModel, table=True):
    """What central last said of an envelope: the ``open`` part of its receipt, and the message to seal.

    Committed with the rows it speaks of; the outbox carries it to the replication store (wire §4).
    """

    database: str = Field(primary_key=True)
    envelope_id: str = Field(primary_key=True)
    record_digest: str | None
    state: str
    turn: str | None
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)
    message: str | None = None
    message_by: str | None = None
