"""What patients say of the service: nothing here leads back to a visit, stop, device, hour or person."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime, enum_column


class Channel(StrEnum):
    """How a response came."""

    KIOSK = "kiosk"
    POSTER = "poster"
    PAPER = "paper"


class SatisfactionResponse(SQLModel, table=True):
    """One person's answers, flat (forms.md). ``id`` is drawn at random where they were given.

    ``week``: its Monday. On SQLite the table has no row numbers: they would tell the order of arrival.
    """

    __tablename__ = "satisfaction_response"
    __table_args__ = {"sqlite_with_rowid": False}

    id: str = Field(primary_key=True)
    campaign_id: str = Field(foreign_key="campaign.id", index=True)
    week: date
    channel: Channel = Field(sa_column=enum_column(Channel))
    form_url: str
    form_version: str
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class SatisfactionPoster(SQLModel, table=True):
    """A poster whose QR leads to the questionnaire. ``address``: what stands in its link, public by nature.

    ``place``: where it hangs, for coordinators; no response knows which poster it came from.
    """

    __tablename__ = "satisfaction_poster"

    id: str = Field(primary_key=True)
    address: str = Field(unique=True)
    campaign_id: str = Field(foreign_key="campaign.id")
    place: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
