"""Two labels of a stop before a coordinator: who wears them, what was written under each.

``numbers``, here: the number of each label of the stop, by its visit (``planning.labels.numbers``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from forms.definition import Form
from forms.present import Language
from server.projection import relabels
from server.projection.figure_items import BIRTH_DATE, BIRTH_YEAR, PART, STATION
from server.review.records import record_title
from server.store.follow_ups import Act
from server.store.people import VisitIdentity
from server.store.read import ENDED, Answer, Record, Visit

Forms = Mapping[tuple[str, str], Form]


@dataclass(frozen=True, slots=True)
class Written:
    """A current record under a label. ``birth_year``: what a station was told, to check the label."""

    digest: str
    title: str
    signed_at: datetime
    member_id: str
    birth_year: int | None


@dataclass(frozen=True, slots=True)
class Side:
    """One label: its visit, who was received under it, what was written. ``number``: None of no label."""

    number: int | None
    visit: str
    person: str | None
    birth_date: date | None
    restricted: bool
    written: tuple[Written, ...]

    @property
    def born(self) -> int | None:
        """The year of birth that the reception wrote."""
        return self.birth_date.year if self.birth_date else None


@dataclass(frozen=True, slots=True)
class Worn:
    """The label of a record: the one that it counts for, and the one it was signed under.

    ``acts``: those that put it under another one, the last first. Numbers are None of a visit without label.
    """

    number: int | None
    signed: int | None
    acts: tuple[Act, ...]


def worn(session: Session, record: Record, numbers: Mapping[str, int]) -> Worn | None:
    """Return the label of a record; None at a stop without labels."""
    if not numbers:
        return None
    acts = [
        act
        for act in relabels.of_stops(session, [relabels.subject(record.stop_id, record.team_id)])
        if any(each["record"] == record.digest for each in act.body["records"])
    ]
    signed = relabels.signed_visit(record.content)
    return Worn(numbers.get(record.visit_id), numbers.get(signed), tuple(reversed(acts)))


def side(
    session: Session,
    forms: Forms,
    record: Record,
    visit: str,
    numbers: Mapping[str, int],
    language: Language,
) -> Side:
    """Return a visit of the record's stop and team as this choice shows it; nothing of a restricted one."""
    shown = session.get(Visit, (visit, record.team_id))
    identity = session.get(VisitIdentity, (visit, record.team_id))
    number = numbers.get(visit)
    if shown is not None and shown.restricted:
        return Side(number, visit, None, None, restricted=True, written=())
    found = session.exec(
        select(Record)
        .where(
            Record.visit_id == visit,
            Record.team_id == record.team_id,
            Record.stop_id == record.stop_id,
            col(Record.state).not_in(ENDED),
        )
        .order_by(col(Record.signed_at), col(Record.digest))
    ).all()
    years = _birth_years(session, [each.digest for each in found])
    return Side(
        number,
        visit,
        shown.person if shown else None,
        identity.birth_date if identity else None,
        restricted=False,
        written=tuple(
            Written(
                each.digest,
                record_title(forms, each, language),
                each.signed_at,
                each.member_id,
                years.get(each.digest),
            )
            for each in found
        ),
    )


def proposed(record: str, here: Side, there: Side) -> set[str]:
    """Return what probably changes sides: this record, and those whose year of birth is the other's."""
    told = {record}
    for own, other in ((here, there), (there, here)):
        told |= {
            each.digest
            for each in own.written
            if each.birth_year is not None and each.birth_year == other.born != own.born
        }
    return told


def moves(chosen: Collection[str], here: Side, there: Side) -> dict[str, str] | None:
    """Return the visit that each chosen record goes to; None when one of them is no longer on either side."""
    found = {each.digest: there.visit for each in here.written}
    found |= {each.digest: here.visit for each in there.written}
    return None if set(chosen) - found.keys() else {digest: found[digest] for digest in chosen}


def _birth_years(session: Session, digests: Sequence[str]) -> dict[str, int]:
    """What stations were told, by record: a year, or in another form the whole date."""
    rows = session.exec(
        select(Answer).where(
            col(Answer.record_digest).in_(digests),
            col(Answer.link_id).in_((BIRTH_YEAR, BIRTH_DATE, PART)),
            col(Answer.absence).is_(None),
        )
    ).all()
    stations = {each.record_digest for each in rows if each.value_code == STATION}
    found = {}
    for each in rows:
        if each.record_digest not in stations:
            continue
        if each.value_number is not None:
            found[each.record_digest] = int(each.value_number)
        elif each.link_id == BIRTH_DATE and each.value_text is not None:
            found[each.record_digest] = date.fromisoformat(each.value_text).year
    return found
