"""Read model of signed notices (wire §2.2): what is said of visits and stops beside the records."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime, enum_column


class AttendanceStatus(StrEnum):
    """Where a person's coming stands (wire §2.2, ``attendance``)."""

    EXPECTED = "expected"
    ARRIVED = "arrived"
    WITH_NURSE = "with_nurse"
    WITH_DOCTOR = "with_doctor"
    DONE = "done"
    ABSENT = "absent"
    LEFT = "left"
    TURNED_AWAY = "turned_away"


class Notice(SQLModel, table=True):
    """One accepted notice, as signed; ``body`` has the members of its kind."""

    __table_args__ = (Index("ix_notice_kind_visit", "kind", "visit_id"),)

    digest: str = Field(primary_key=True)
    envelope_id: str = Field(index=True)
    database: str
    kind: str
    campaign_id: str
    team_id: str = Field(index=True)
    stop_id: str = Field(index=True)
    visit_id: str | None = Field(default=None, index=True)
    device_id: str = Field(index=True)
    slot_id: str
    member_id: str
    sequence: int = Field(sa_type=BigInteger)
    signed_at: datetime = Field(sa_type=UtcDateTime)
    clock_offset_ms: int | None = Field(sa_type=BigInteger)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class NoticeTarget(SQLModel, table=True):
    """What a notice is about beside its visit, so that it is found again when that arrives or changes.

    ``target``: an envelope id of a record entered in error; the digest of a record co-signed, or of anything
    that a manifest lists.
    """

    __tablename__ = "notice_target"

    notice_digest: str = Field(primary_key=True)
    target: str = Field(primary_key=True, index=True)
    kind: str


class Attendance(SQLModel, table=True):
    """A person's coming, from the attendance notices of one visit; instants by central's clock.

    ``since``: when it came to this status. ``interruptions``: how often
    the same hands took the person again after having let them wait.
    """

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True, index=True)
    campaign_id: str
    stop_id: str = Field(index=True)
    day: date
    status: AttendanceStatus = Field(sa_column=enum_column(AttendanceStatus))
    walk_in: bool
    reason: str | None = None
    since: datetime = Field(sa_type=UtcDateTime)
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    with_nurse_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    with_doctor_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    interruptions: int = 0


class Cosignature(SQLModel, table=True):
    """A member's signature under a record that another signed."""

    record_digest: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    notice_digest: str
    signed_at: datetime = Field(sa_type=UtcDateTime)


class Manifest(SQLModel, table=True):
    """A closed stop as one tablet told it, and what of it has arrived.

    ``expected``: digests of all that the tablet signed there. ``missing`` to ``quarantined`` are derived from
    the set: not arrived, sent back to their author, kept aside.
    """

    digest: str = Field(primary_key=True)
    database: str
    envelope_id: str
    team_id: str = Field(index=True)
    stop_id: str = Field(index=True)
    device_id: str = Field(index=True)
    member_id: str
    keeper: str
    closed_at: datetime = Field(sa_type=UtcDateTime)
    visits: int
    records: int
    expected: list[str] = Field(sa_column=Column(JSON, nullable=False))
    missing: int
    integrated: int
    to_correct: int
    quarantined: int


class PhotoState(StrEnum):
    """What became of a photo."""

    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    REFUSED = "refused"


class Photo(SQLModel, table=True):
    """A photo of a visit: complete once all its pieces have come and Pillow has read it whole."""

    id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    visit_id: str = Field(index=True)
    stop_id: str
    link_id: str
    member_id: str
    digest: str
    media_type: str
    width: int
    height: int
    pieces: int
    arrived: int
    state: PhotoState = Field(sa_column=enum_column(PhotoState))
    reason: str | None = None
    restricted: bool = False
    taken_at: datetime = Field(sa_type=UtcDateTime)


class PhotoPiece(SQLModel, table=True):
    """One piece of a photo's bytes, from one notice; kept in the clear like the rest of the read model."""

    __tablename__ = "photo_piece"

    notice_digest: str = Field(primary_key=True)
    photo_id: str = Field(index=True)
    team_id: str
    piece: int
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
