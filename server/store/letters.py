"""Letters to the médecin traitant: what was made, once and for all, and how it was sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime


class Letter(SQLModel, table=True):
    """One numbered letter about one visit: the PDF/A as issued, its SHA-256, and the records it tells of."""

    __table_args__ = (UniqueConstraint("year", "number"),)

    id: str = Field(primary_key=True)
    year: int
    number: int
    visit_id: str = Field(index=True)
    team_id: str = Field(index=True)
    records: list[str] = Field(sa_column=Column(JSON, nullable=False))
    recipient: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    replaced_by: str | None = None


class LetterSending(SQLModel, table=True):
    """One sending of a letter, as told by who sent it. ``channel``: ``server.letters.sending.Channel``."""

    __tablename__ = "letter_sending"

    id: str = Field(primary_key=True)
    letter_id: str = Field(foreign_key="letter.id", index=True)
    channel: str
    recipient: str
    sent_at: datetime = Field(sa_type=UtcDateTime)
    sent_by: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)
