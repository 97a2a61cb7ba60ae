"""Read model for counting: one row a visit with what reports cross, so that a year is one scan.

A column holds the code answered, or why there is none: an absence (``not-asked``, ``asked-unknown``,
``asked-declined``, ``not-performed``), ``no-question`` when no form version of the visit had the question,
``no-answer`` when it had and the answer is not there.
"""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class VisitFigure(SQLModel, table=True):
    """What is counted of one visit; ``age`` in completed years at the visit, ``distance_km`` as recorded."""

    __tablename__ = "visit_figure"
    __table_args__ = (Index("ix_visit_figure_day", "day", "team_id"),)

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    campaign_id: str = Field(index=True)
    stop_id: str = Field(index=True)
    day: date
    person_key: str = Field(index=True)
    sex: str
    age: int | None = None
    commune: str | None = None
    distance_km: float | None = None
    booking: str
    attending_gp: str
    gp_search: str
    long_term_condition: str
    frailty: str
    representative: str
    follow_up: str
    sharing: str
    state: str


class VisitCode(SQLModel, table=True):
    """One of several codes of a question that takes several: reasons, outcomes, documents."""

    __tablename__ = "visit_code"
    __table_args__ = (Index("ix_visit_code_item", "item", "code"),)

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    code: str = Field(primary_key=True)


class SignedAct(SQLModel, table=True):
    """One current record counted for whoever signed it: the monthly statement's lines."""

    __tablename__ = "signed_act"
    __table_args__ = (Index("ix_signed_act_day", "day", "member_id"),)

    record_digest: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    part: str
    day: date
    team_id: str
    campaign_id: str
    stop_id: str
    visit_id: str
    form_url: str
    form_version: str
