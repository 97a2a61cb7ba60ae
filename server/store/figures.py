"""Read model for counting: one row a visit with what reports cross, so that a year is one scan.

A text column holds the code answered, or why there is none: an absence (``not-asked``, ``asked-unknown``,
``asked-declined``, ``not-performed``), ``no-question`` when no form version of the visit had the question,
``no-answer`` when it had and nothing was said. A number has that reason in the column beside it. Which item
of the forms feeds which column is in ``server.projection.figure_items``.
"""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class VisitFigure(SQLModel, table=True):
    """What is counted of one visit; ``age`` in completed years at the visit, ``distance_km`` as recorded.

    ``identified``: its traits suffice to say who came; else ``person_key`` is of this visit alone.
    """

    __tablename__ = "visit_figure"
    __table_args__ = (Index("ix_visit_figure_day", "day", "visit_id", "team_id"),)

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    campaign_id: str = Field(index=True)
    stop_id: str = Field(index=True)
    day: date
    person_key: str = Field(index=True)
    identified: bool
    sex: str
    age: int | None = None
    age_missing: str | None = None
    commune: str
    distance_km: float | None = None
    distance_missing: str | None = None
    booking: str
    attending_gp: str
    gp_search: str
    long_term_condition: str
    frailty: str
    legal_status: str
    new_patient: str
    last_seen: str
    follow_up: str
    sharing: str
    state: str


class VisitCode(SQLModel, table=True):
    """One of several codes of a question that takes several (reasons, outcomes, documents), or why none.

    Every counted visit has at least one row of ``SEVERAL``'s items; of an instrument's facts, where a form of
    the visit asks (``projection.figure_items``).
    """

    __tablename__ = "visit_code"
    __table_args__ = (Index("ix_visit_code_item", "item", "code"),)

    visit_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    code: str = Field(primary_key=True)


class SignedAct(SQLModel, table=True):
    """One current record counted for whoever signed it, or co-signed it: the monthly statement's lines.

    ``part``: the part of the visit that it records (forms.md, "Parts of a visit").
    """

    __tablename__ = "signed_act"
    __table_args__ = (
        Index("ix_signed_act_day", "day", "member_id"),
        Index("ix_signed_act_form", "form_url", "form_version", "team_id", "visit_id"),
    )

    record_digest: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    cosigned: bool = Field(primary_key=True)
    part: str
    day: date
    team_id: str
    campaign_id: str
    stop_id: str
    visit_id: str = Field(index=True)
    form_url: str
    form_version: str
