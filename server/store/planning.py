"""Control tables of what is planned: campaigns' forms, who is on duty, appointment slots, invitations."""

from datetime import date, datetime, time

from sqlmodel import Field, SQLModel

from server.store.control import EnrolmentState
from server.store.types import UtcDateTime, enum_column


class CampaignForm(SQLModel, table=True):
    """A form that a campaign captures beside its first; ``position`` orders them, from 1."""

    __tablename__ = "campaign_form"

    campaign_id: str = Field(foreign_key="campaign.id", primary_key=True)
    url: str = Field(primary_key=True)
    version: str
    position: int


class CampaignSetting(SQLModel, table=True):
    """The value that a campaign gives to an ``escale:setting`` item of a form, as JSON text."""

    __tablename__ = "campaign_setting"

    campaign_id: str = Field(foreign_key="campaign.id", primary_key=True)
    form_url: str = Field(primary_key=True)
    link_id: str = Field(primary_key=True)
    value: str


class PublishedForm(SQLModel, table=True):
    """A version of a form published here, beside those of the package; a row never changes (a trigger).

    ``content``: the file's text; ``digest``: SHA-256 of its bytes; ``signature``: a compact JWS by the
    organisation signing key over its url, version and digest (decision 0015).
    """

    __tablename__ = "published_form"

    url: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    digest: str
    content: str
    signature: str
    published_at: datetime = Field(sa_type=UtcDateTime)


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
