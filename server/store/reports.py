"""Indicators, as data, and reports frozen for good."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary
from sqlmodel import Field, SQLModel

from server.store.types import UtcDateTime


class Indicator(SQLModel, table=True):
    """One line of the agreement's yearly table.

    ``definition``: numerator and denominator as ``server.report.predicate`` reads them; null when typed by
    hand. ``initial_value`` and ``target`` are texts as agreed (« 60 % », « 2 par mois »).
    """

    id: str = Field(primary_key=True)
    campaign_id: str | None = Field(default=None, foreign_key="campaign.id", index=True)
    position: int
    label: str
    definition: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    initial_value: str = ""
    target: str = ""
    source: str = ""


class IndicatorValue(SQLModel, table=True):
    """What was typed for an indicator over a period: of its campaign's teams together, of no team alone."""

    __tablename__ = "indicator_value"

    indicator_id: str = Field(foreign_key="indicator.id", primary_key=True)
    first_day: date = Field(primary_key=True)
    last_day: date = Field(primary_key=True)
    numerator: float | None = None
    denominator: float | None = None
    typed_by: str
    typed_at: datetime = Field(sa_type=UtcDateTime)


class FrozenReport(SQLModel, table=True):
    """A report as it stood: dated, hashed, never changed (triggers refuse).

    ``digest``: SHA-256 of ``body``, canonical JSON text; the files were made from that text, and
    ``file_digests`` has the SHA-256 of each. ``clinical_only``: it tells what administrative coordinators do
    not see.
    """

    __tablename__ = "frozen_report"

    id: str = Field(primary_key=True)
    title: str
    first_day: date
    last_day: date
    scope: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    body: str
    digest: str
    clinical_only: bool
    file_digests: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    xlsx: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    csv: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    frozen_at: datetime = Field(sa_type=UtcDateTime)
    frozen_by: str
