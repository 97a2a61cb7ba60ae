"""Figures: one row a visit with what reports cross (``store.figures``).

The records of a visit are taken together: a value outweighs an absence, an absence outweighs no answer, and
of several values, or several absences, the latest signed stands. Stations of a stand are several on purpose:
what each says of a question with several answers is told together. Replaced records and those entered in
error count for nothing; a restricted visit counts like any other, since no name is here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from forms.canonical import name_of
from forms.definition import Form
from forms.load import published
from server.matching.identity import own_key
from server.projection.figure_items import (
    BIRTH_DATE,
    CODES,
    DISTANCE,
    FORM,
    INSTRUMENTS,
    NO_ANSWER,
    NO_QUESTION,
    SEVERAL,
    STATION,
)
from server.projection.opinions import Heard, heard
from server.projection.spoken import Said, Spoken, part_of, spoken_by
from server.projection.statements import among_visits, insert_rows, table
from server.projection.visits import VisitKey
from server.store.figures import SignedAct, VisitCode, VisitFigure
from server.store.notices import Cosignature
from server.store.people import VisitIdentity
from server.store.read import Record, RecordState, Visit

_NOT_COUNTED = (RecordState.SUPERSEDED, RecordState.ENTERED_IN_ERROR)


class _Counted(NamedTuple):
    """A current record, as figures see it."""

    digest: str
    visit_id: str
    team_id: str
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


class _Merged:
    """What the current records of a visit say together, the latest signed first.

    After them, what a remote doctor answered through a link: a record of the team outweighs it.
    """

    def __init__(
        self, records: Sequence[_Counted], spoken: Mapping[str, Spoken], heard: Sequence[Heard] = ()
    ) -> None:
        self._said: list[Spoken | Heard] = [
            *(spoken[record.digest] for record in records if record.digest in spoken),
            *heard,
        ]
        self._stations = [
            (spoken[record.digest], _form(record))
            for record in records
            if record.digest in spoken and part_of(spoken[record.digest]) == STATION
        ]
        self._forms = [*(_form(each) for each in records), *(_form(each) for each in heard)]

    def codes(self, link_id: str) -> tuple[str, ...]:
        """The codes answered, a whole number as its digits; one code, the reason, when there are none."""
        value = self.value(link_id)
        if isinstance(value, float):
            return (f"{value:g}",)
        return value if value is not None else (self.missing(link_id),)

    @property
    def forms(self) -> list[str]:
        """The names of the forms recorded: the last segments of their URLs."""
        return sorted({name_of(form.url) for form in self._forms if form is not None})

    def value(self, link_id: str) -> Said | None:
        """The value that stands; None when no record has one."""
        latest = next((said for said in self._said if link_id in said.values), None)
        if latest is None:
            return None
        if any(latest is said for said, _ in self._stations):
            return self._of_stations(link_id) or latest.values[link_id]
        return latest.values[link_id]

    def _of_stations(self, link_id: str) -> Said | None:
        """All that the stations answered to a question with several answers; None to any other."""
        values = [
            said.values[link_id]
            for said, form in self._stations
            if link_id in said.values and form is not None and form.index[link_id].repeats
        ]
        return (
            tuple(dict.fromkeys(code for each in values if isinstance(each, tuple) for code in each)) or None
        )

    def missing(self, link_id: str) -> str:
        """Why there is no value."""
        absence = next((said.absences[link_id] for said in self._said if link_id in said.absences), None)
        if absence is not None:
            return absence
        asked = any(form is not None and link_id in form.index for form in self._forms)
        return NO_ANSWER if asked else NO_QUESTION


def derive(session: Session, visits: Collection[VisitKey]) -> None:
    """Bring the figures of these visits to what the set says; after people, whose keys they hold."""
    if not visits:
        return
    _forget(session, visits)
    records: dict[VisitKey, list[_Counted]] = defaultdict(list)
    for record in sorted(_records(session, visits), key=lambda each: each.order, reverse=True):
        records[record.visit_id, record.team_id].append(record)
    known = _visits(session, records)
    people = _people(session, records)
    spoken = spoken_by(session, [each.digest for counted in records.values() for each in counted])
    answered = heard(session, records)
    figures: list[dict[str, Any]] = []
    codes: list[dict[str, Any]] = []
    for key in sorted(records):
        if key in known:
            merged = _Merged(records[key], spoken, answered.get(key, ()))
            figures.append(_figure(known[key], people.get(key), merged))
            codes += _codes(key, merged)
    insert_rows(session, VisitFigure, figures)
    insert_rows(session, VisitCode, codes)
    insert_rows(session, SignedAct, list(_acts(session, records, known, spoken)))


def _forget(session: Session, visits: Collection[VisitKey]) -> None:
    for model in (VisitFigure, VisitCode, SignedAct):
        columns = table(model).c
        session.connection().execute(
            delete(table(model)).where(among_visits(columns.visit_id, columns.team_id, visits))
        )


def _records(session: Session, visits: Collection[VisitKey]) -> list[_Counted]:
    columns = table(Record).c
    rows = session.connection().execute(
        select(*(columns[name] for name in _Counted._fields)).where(
            among_visits(columns.visit_id, columns.team_id, visits), columns.state.not_in(_NOT_COUNTED)
        )
    )
    return [_Counted(*row) for row in rows]


def _visits(session: Session, visits: Collection[VisitKey]) -> dict[VisitKey, Visit]:
    rows = session.exec(select(Visit).where(among_visits(col(Visit.id), col(Visit.team_id), visits)))
    return {(visit.id, visit.team_id): visit for visit in rows}


def _people(session: Session, visits: Collection[VisitKey]) -> dict[VisitKey, VisitIdentity]:
    rows = session.exec(
        select(VisitIdentity).where(
            among_visits(col(VisitIdentity.visit_id), col(VisitIdentity.team_id), visits)
        )
    )
    return {(identity.visit_id, identity.team_id): identity for identity in rows}


def _form(record: _Counted | Heard) -> Form | None:
    return published().get((record.form_url, record.form_version))


def _figure(visit: Visit, identity: VisitIdentity | None, merged: _Merged) -> dict[str, Any]:
    age, distance = _age(visit.day, merged), merged.value(DISTANCE)
    number = distance if isinstance(distance, float) else None
    return {
        "visit_id": visit.id,
        "team_id": visit.team_id,
        "campaign_id": visit.campaign_id,
        "stop_id": visit.stop_id,
        "day": visit.day,
        **_person(visit, identity),
        **{column: merged.codes(link_id)[0] for column, link_id in CODES.items()},
        "age": age,
        "age_missing": None if age is not None else merged.missing(BIRTH_DATE),
        "distance_km": number,
        "distance_missing": None if number is not None else _no_distance(merged),
        "state": visit.state.value,
    }


def _person(visit: Visit, identity: VisitIdentity | None) -> dict[str, Any]:
    if identity is None:
        return {"person_key": visit.id, "identified": False}
    # An identity of the visit alone says that its traits do not suffice to tell who came.
    alone = identity.identity_key == own_key(visit.id, visit.team_id)
    return {"person_key": identity.person_key, "identified": not alone}


def _age(day: date, merged: _Merged) -> int | None:
    """Completed years on the day of the visit."""
    value = merged.value(BIRTH_DATE)
    if not isinstance(value, tuple):
        return None
    born = date.fromisoformat(value[0])
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _no_distance(merged: _Merged) -> str:
    """A distance is calculated: it is missing as the commune it starts from is."""
    commune = CODES["commune"]
    return NO_ANSWER if merged.value(commune) is not None else merged.missing(commune)


def _codes(key: VisitKey, merged: _Merged) -> Iterator[dict[str, Any]]:
    said = {item: merged.codes(link_id) for item, link_id in SEVERAL.items()}
    said[FORM] = tuple(merged.forms)
    for fact in INSTRUMENTS.values():
        codes = merged.codes(fact.link_id)
        if codes != (NO_QUESTION,):
            said[fact.name] = codes
    for item, codes in said.items():
        for code in dict.fromkeys(codes):
            yield {"visit_id": key[0], "team_id": key[1], "item": item, "code": code}


def _acts(
    session: Session,
    records: Mapping[VisitKey, Sequence[_Counted]],
    visits: Mapping[VisitKey, Visit],
    spoken: Mapping[str, Spoken],
) -> Iterator[dict[str, Any]]:
    digests = [record.digest for counted in records.values() for record in counted]
    cosigners: dict[str, list[str]] = defaultdict(list)
    for digest, member in session.exec(
        select(Cosignature.record_digest, Cosignature.member_id).where(
            col(Cosignature.record_digest).in_(digests)
        )
    ):
        cosigners[digest].append(member)
    for key, counted in records.items():
        for record in counted if key in visits else ():
            act = _act(record, visits[key], part_of(spoken.get(record.digest)))
            yield {**act, "member_id": record.member_id, "cosigned": False}
            for member in cosigners[record.digest]:
                yield {**act, "member_id": member, "cosigned": True}


def _act(record: _Counted, visit: Visit, part: str) -> dict[str, Any]:
    return {
        "record_digest": record.digest,
        "part": part,
        "day": visit.day,
        "team_id": record.team_id,
        "campaign_id": record.campaign_id,
        "stop_id": record.stop_id,
        "visit_id": record.visit_id,
        "form_url": record.form_url,
        "form_version": record.form_version,
    }
