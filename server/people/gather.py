"""What a team's own records say of people, read at once for many: current ones, never restricted ones."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import false
from sqlmodel import Session, col, select

from forms.definition import Form
from server.central.publication import Forms
from server.people.carried import carried_items
from server.projection import persons
from server.projection.identities import NOT_CURRENT
from server.projection.persons import Rows
from server.projection.statements import table
from server.store.control import Campaign, Member, Stop
from server.store.read import Answer, Record

REASONS = ("reasons.reason", "reasons.other")
OUTCOME = ("conclusion.outcome", "conclusion.outcome_detail")
VITALS = "vitals"


class CurrentRecord(NamedTuple):
    """A current record of a visit, without its content."""

    digest: str
    envelope_id: str
    visit_id: str
    campaign_id: str
    stop_id: str
    member_id: str
    signed_at: datetime
    clock_offset_ms: int | None
    form_url: str
    form_version: str

    @property
    def order(self) -> tuple[datetime, str]:
        """By corrected time of signing, then by digest."""
        return self.signed_at + timedelta(milliseconds=self.clock_offset_ms or 0), self.digest


class Said(NamedTuple):
    """One value or absence of an item of a record; ``text`` is the option's display for a code."""

    record_digest: str
    link_id: str
    position: int
    absence: str | None
    code: str | None
    text: str | None
    number: float | None
    author_id: str


_ANSWER = (
    "record_digest",
    "link_id",
    "position",
    "absence",
    "value_code",
    "value_text",
    "value_number",
    "author_id",
)
"""Columns of ``Answer`` that a ``Said`` holds, in its order."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that the summaries of some people of one team are made of.

    ``visits``: rows of ``VisitIdentity`` by person key. ``records``: by visit, in the order of signing.
    ``answers``: by record, then item. ``months``: how far back summaries go, by campaign.
    """

    visits: Mapping[str, Rows]
    records: Mapping[str, Sequence[CurrentRecord]]
    answers: Mapping[str, Mapping[str, Sequence[Said]]]
    forms: Forms
    members: Mapping[str, str]
    stops: Mapping[str, str]
    dead: Mapping[str, date | None]
    months: Mapping[str, int]

    def form_of(self, record: CurrentRecord) -> Form:
        """Return the form that a record was captured with."""
        return self.forms[record.form_url, record.form_version]


def gather(session: Session, forms: Forms, team: str, people: Collection[str]) -> Gathered:
    """Read what a team's records say of these people (person keys)."""
    visits = persons.visible(session, people, team)
    ids = {row["visit_id"] for rows in visits.values() for row in rows}
    records = _records(session, team, ids)
    digests = [record.digest for found in records.values() for record in found]
    answers = _answers(session, digests, _links(forms))
    authors = {record.member_id for found in records.values() for record in found}
    authors |= {each.author_id for said in answers.values() for found in said.values() for each in found}
    stops = {record.stop_id for found in records.values() for record in found}
    return Gathered(
        visits=visits,
        records=records,
        answers=answers,
        forms=forms,
        members=dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(authors))).all()),
        stops=dict(session.exec(select(Stop.id, Stop.name).where(col(Stop.id).in_(stops))).all()),
        dead=persons.deaths(session, visits),
        months=months(session),
    )


def months(session: Session) -> dict[str, int]:
    """Return how far back summaries go, by campaign."""
    return {campaign.id: campaign.summary_months for campaign in session.exec(select(Campaign))}


def is_vital(link_id: str, form: Form) -> bool:
    """Tell whether an item is a measure of the person."""
    item = form.index.get(link_id)
    return item is not None and item.path[:1] == (VITALS,) and item.type in ("quantity", "integer", "decimal")


def _links(forms: Forms) -> set[str]:
    links = {*REASONS, *OUTCOME}
    for form in forms.values():
        links.update(carried_items(form))
        links.update(link_id for link_id in form.index if is_vital(link_id, form))
    return links


def _records(session: Session, team: str, visits: Collection[str]) -> dict[str, list[CurrentRecord]]:
    columns = table(Record).c
    found = session.connection().execute(
        select(*(columns[name] for name in CurrentRecord._fields)).where(
            columns.visit_id.in_(visits),
            columns.team_id == team,
            columns.state.not_in(NOT_CURRENT),
            columns.restricted == false(),
        )
    )
    by_visit: dict[str, list[CurrentRecord]] = defaultdict(list)
    for record in sorted((CurrentRecord(*row) for row in found), key=lambda each: each.order):
        by_visit[record.visit_id].append(record)
    return dict(by_visit)


def _answers(
    session: Session, digests: Collection[str], links: Collection[str]
) -> dict[str, dict[str, list[Said]]]:
    columns = table(Answer).c
    found = session.connection().execute(
        select(*(columns[name] for name in _ANSWER))
        .where(columns.record_digest.in_(digests), columns.link_id.in_(links))
        .order_by(columns.record_digest, columns.link_id, columns.position)
    )
    answers: dict[str, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        said = Said(*row)
        answers[said.record_digest][said.link_id].append(said)
    return answers
