"""Control tables of what is planned: who is on duty at a stop, appointment slots, one-day invitations."""

from datetime import date, datetime, time

from sqlmodel import Field, SQLModel

from server.store.control import EnrolmentState
from server.store.types import UtcDateTime, enum_column


class StopMember(SQLModel, table=True):
    """A member on duty at a stop."""

    __tablename__ = "stop_member"

    stop_id: str = Field(foreign_key="stop.id", primary_key=True)
    member_id: str = Field(foreign_key="member.id", primary_key=True)


class StopSlot(SQLModel, table=True):
    """An appointment slot of a stop, ``minutes`` long; ``emergency``: kept for those who cannot wait."""

    __tablename__ = "stop_slot"

    id: str = Field(primary_key=True)
    stop_id: str = Field(foreign_key="stop.id", index=True)
    starts: time
    minutes: int
    emergency: bool = False


class Invitation(SQLModel, table=True):
    """A member's way onto a team's tablets for some days, opened by a one-time code (wire §4.3).

    Holds nothing that opens anything: the code is shown once and never stored. ``verifier``: public JWK of
    the key that only the code opens. ``slot_id``: the slot that it makes. ``state``: issued, confirmed once
    a tablet registered the slot, revoked when a coordinator withdrew it. ``ended_at``: when it was
    withdrawn, or when central noted that its last day was over.
    """

    id: str = Field(primary_key=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    team_id: str = Field(foreign_key="team.id", index=True)
    valid_from: date
    valid_until: date
    salt: str
    verifier: str
    sealed: str
    epoch: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    slot_id: str = Field(unique=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: EnrolmentState = Field(sa_column=enum_column(EnrolmentState))


class Setting(SQLModel, table=True):
    """One setting of the organisation that coordinators change, as JSON text."""

    key: str = Field(primary_key=True)
    value: str
