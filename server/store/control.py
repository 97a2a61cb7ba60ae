"""Control tables: who there is, what they may do, and the keys, sealed. They are not rebuilt from envelopes.

Times are aware UTC datetimes; ``store.types.UtcDateTime`` keeps them so on SQLite too. Ids are UUID strings.
"""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from server.identifiers import new_secret
from server.store.types import UtcDateTime, enum_column


class Role(StrEnum):
    """What a member of the organisation does; it decides what they see (design, promise 7)."""

    FIELD = "field"
    CLINICAL_COORDINATOR = "clinical_coordinator"
    ADMINISTRATIVE_COORDINATOR = "administrative_coordinator"


class EnrolmentState(StrEnum):
    """Life of an enrolment card, of the device it enrolled, or of a slot asked for."""

    ISSUED = "issued"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REVOKED = "revoked"


class DeviceStatus(StrEnum):
    """Whether a tablet may still synchronise."""

    PENDING = "pending"
    ACTIVE = "active"
    REFUSED = "refused"
    REVOKED = "revoked"


class DeviceKind(StrEnum):
    """What a device is: a tablet that captures, or the hub in the bus that only relays (wire §7)."""

    TABLET = "tablet"
    HUB = "hub"


class Organization(SQLModel, table=True):
    """One CPTS. A server has exactly one. ``person_salt`` makes people's keys opaque (wire §4.2)."""

    id: str = Field(primary_key=True)
    title: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    person_salt: str = Field(default_factory=new_secret, sa_column_kwargs={"server_default": ""})


class Campaign(SQLModel, table=True):
    """A scope of work: forms, period, indicators. ``summary_months``: how far back summaries go.

    ``form_url`` and ``form_version`` are the first of its forms; ``CampaignForm`` has those after it.
    """

    id: str = Field(primary_key=True)
    title: str
    form_url: str
    form_version: str
    starts_on: date
    ends_on: date
    summary_months: int = Field(default=24, sa_column_kwargs={"server_default": "24"})


class Team(SQLModel, table=True):
    """People and tablets who may read each other's records."""

    id: str = Field(primary_key=True)
    title: str


class TeamKey(SQLModel, table=True):
    """One epoch of a team key, sealed to the organisation encryption key (compact JWE of a JWK)."""

    team_id: str = Field(foreign_key="team.id", primary_key=True)
    epoch: int = Field(primary_key=True)
    sealed: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class TeamDatabase(SQLModel, table=True):
    """The replicated database of one team for one period."""

    __table_args__ = (UniqueConstraint("team_id", "starts_on"),)

    name: str = Field(primary_key=True)
    team_id: str = Field(foreign_key="team.id", index=True)
    starts_on: date
    ends_on: date


class Stop(SQLModel, table=True):
    """One place, one day, one team on duty. ``commune`` is an INSEE code; position in degrees WGS 84.

    ``theme``: a code of ``server.planning.themes``, or None. ``label_seed`` and ``label_count``: the visits
    of its printed labels (wire §4.1), none before the first sheet.
    """

    id: str = Field(primary_key=True)
    campaign_id: str = Field(foreign_key="campaign.id")
    team_id: str = Field(foreign_key="team.id", index=True)
    name: str
    commune: str
    latitude: float
    longitude: float
    day: date
    opens: time
    closes: time
    cancelled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    theme: str | None = None
    label_seed: str | None = None
    label_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class RosterEntry(SQLModel, table=True):
    """A person expected at a stop, as booked.

    What was not said on the phone is None, or empty in ``first_name`` and ``booking``.
    ``slot_id``: the appointment slot taken; ``person_key``: who central believes it is (wire §4.2).
    """

    __tablename__ = "roster_entry"

    id: str = Field(primary_key=True)
    stop_id: str = Field(foreign_key="stop.id", index=True)
    slot_id: str | None = Field(default=None, index=True)
    expected_at: time
    birth_name: str
    first_name: str
    birth_date: date | None = None
    sex: str | None = None
    commune: str | None = None
    phone: str | None = None
    booking: str
    person_key: str | None = Field(default=None, index=True)
    cancelled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Member(SQLModel, table=True):
    """A person who works for the organisation. ``login`` and ``password_hash`` only for coordinators.

    ``active_from`` and ``active_until`` bound a replacement's days, both inclusive; None: no bound.
    """

    id: str = Field(primary_key=True)
    name: str
    profession: str
    role: Role = Field(sa_column=enum_column(Role))
    login: str | None = Field(default=None, unique=True)
    password_hash: str | None = None
    password_is_one_time: bool = False
    disabled: bool = False
    rpps: str | None = None
    active_from: date | None = None
    active_until: date | None = None


class TeamMember(SQLModel, table=True):
    """Who works in a team (field) or is assigned to review it (coordinators)."""

    __tablename__ = "team_member"

    team_id: str = Field(foreign_key="team.id", primary_key=True)
    member_id: str = Field(foreign_key="member.id", primary_key=True)


class EnrolmentCard(SQLModel, table=True):
    """A QR card: the digest of its secret, good for one device of its kind, of one team, until it expires."""

    __tablename__ = "enrolment_card"

    id: str = Field(primary_key=True)
    secret_digest: str = Field(unique=True)
    team_id: str = Field(foreign_key="team.id")
    campaign_id: str = Field(foreign_key="campaign.id")
    label: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str | None = None
    expires_at: datetime = Field(sa_type=UtcDateTime)
    device_id: str | None = None
    state: EnrolmentState = Field(sa_column=enum_column(EnrolmentState))
    kind: DeviceKind = Field(
        default=DeviceKind.TABLET, sa_column=enum_column(DeviceKind, earlier=DeviceKind.TABLET)
    )


class Device(SQLModel, table=True):
    """A tablet or a hub: its public key and the team whose database it may replicate."""

    id: str = Field(primary_key=True)
    team_id: str = Field(foreign_key="team.id", index=True)
    campaign_id: str = Field(foreign_key="campaign.id")
    label: str
    key: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    status: DeviceStatus = Field(sa_column=enum_column(DeviceStatus))
    kind: DeviceKind = Field(
        default=DeviceKind.TABLET, sa_column=enum_column(DeviceKind, earlier=DeviceKind.TABLET)
    )
    enrolled_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Slot(SQLModel, table=True):
    """One member on one device: the public keys that sign their records and receive their key rings."""

    id: str = Field(primary_key=True)
    device_id: str = Field(foreign_key="device.id", index=True)
    member_id: str = Field(foreign_key="member.id")
    signing_key: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    signing_thumbprint: str = Field(index=True)
    agreement_key: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: EnrolmentState = Field(sa_column=enum_column(EnrolmentState))
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeviceNonce(SQLModel, table=True):
    """A challenge that a device signs once, before it ends, to get a token."""

    __tablename__ = "device_nonce"

    nonce: str = Field(primary_key=True)
    device_id: str = Field(index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class WebSession(SQLModel, table=True):
    """A coordinator's session; the cookie holds the secret, the table its digest."""

    __tablename__ = "web_session"

    secret_digest: str = Field(primary_key=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    csrf_token: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class LoginAttempt(SQLModel, table=True):
    """Failed logins per login name and per address, for growing delays."""

    __tablename__ = "login_attempt"

    subject: str = Field(primary_key=True)
    failures: int
    blocked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessLog(SQLModel, table=True):
    """Append-only log of who opened or did what; a hash chain and triggers make a change or a gap visible.

    Holds internal ids only: no trait, no answer, no free text (CNIL 2021-122; PGSSI-S imputabilité).
    """

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_object", "object_type", "object_id"),)

    sequence: int = Field(primary_key=True)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    actor_id: str
    actor_role: str
    action: str
    object_type: str
    object_id: str
    outcome: str
    previous_hash: str
    hash: str


class AccessLogHead(SQLModel, table=True):
    """The last sequence and hash of the access log, one row (``id`` 1).

    Updating it first makes appends wait for one another on SQLite and PostgreSQL alike; and since the log
    must end where the head says, a removed tail is as visible as a removed middle.
    """

    __tablename__ = "access_log_head"

    id: int = Field(primary_key=True)
    sequence: int
    hash: str


class RestrictedOpening(SQLModel, table=True):
    """Why a clinical coordinator opened a restricted visit (wire §2.3); only ever appended to.

    ``log_sequence`` is the line of the access log, which holds no text. The reason is in the clear, like the
    read model; it is not of it, so that a rebuild keeps it.
    """

    __tablename__ = "restricted_opening"
    __table_args__ = (Index("ix_restricted_opening_visit", "visit_id", "team_id"),)

    log_sequence: int = Field(primary_key=True)
    visit_id: str
    team_id: str
    member_id: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    reason: str


class ReceiptOutbox(SQLModel, table=True):
    """Receipts committed with the rows they speak of and not yet written to the replication store.

    At most one an envelope: a later one takes its place. ``version`` is drawn from the body, so that only
    what was really written is removed.
    """

    __tablename__ = "receipt_outbox"
    __table_args__ = (UniqueConstraint("database", "envelope_id"),)

    id: int | None = Field(default=None, primary_key=True)
    database: str
    envelope_id: str
    version: str
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
