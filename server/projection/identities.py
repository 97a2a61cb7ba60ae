"""The identity that each visit's current records give: rows of ``VisitIdentity`` before anybody is joined."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, select

from server.matching.identity import keys_of, own_key, person_key
from server.matching.sound import sound
from server.matching.traits import Traits
from server.projection.figure_items import PART, STATION
from server.projection.statements import among_visits, table
from server.projection.visits import VisitKey
from server.store.control import Stop
from server.store.follow_ups import Act
from server.store.people import VisitIdentity
from server.store.read import Answer, Record, RecordState

NOT_CURRENT = (RecordState.SUPERSEDED, RecordState.ENTERED_IN_ERROR)
"""States of records that say nothing of a person any more."""

_MODE: Final = "identity.mode"
_INCOMPLETE_DATE: Final = "identity.birth_date_incomplete"
_STRICT: Final = {
    "identity.birth_name": "birth_name",
    "identity.first_given_name": "first_name",
    "identity.given_names": "given_names",
    "identity.birth_date": "birth_date",
    "identity.sex": "sex",
    "identity.birth_place": "birth_place",
    "identity.status": "status",
}
_COMPLEMENTARY: Final = {
    "identity.used_name": "used_name",
    "identity.phone": "phone",
    "visit.commune": "commune",
}
_LINKS: Final = (PART, _MODE, _INCOMPLETE_DATE, *_STRICT, *_COMPLEMENTARY)
_NAMING: Final = ("identity.birth_name", "identity.first_given_name", "identity.birth_date")


class _Current(NamedTuple):
    digest: str
    visit_id: str
    team_id: str
    stop_id: str
    signed_at: datetime
    clock_offset_ms: int | None
    restricted: bool

    @property
    def order(self) -> tuple[datetime, str]:
        """By corrected time of signing, then by digest."""
        return self.signed_at + timedelta(milliseconds=self.clock_offset_ms or 0), self.digest


def rows(session: Session, visits: Collection[VisitKey], salt: str) -> list[dict[str, Any]]:
    """Return the rows of these visits; each is its own person until ``persons`` joins it."""
    current: dict[VisitKey, list[_Current]] = defaultdict(list)
    for record in sorted(_current(session, visits), key=lambda each: each.order, reverse=True):
        current[record.visit_id, record.team_id].append(record)
    said = _said(session, [record.digest for records in current.values() for record in records])
    detached = _detached(session, current)
    days = _days(session, {records[0].stop_id for records in current.values()})
    return [
        _row(key, records, said, salt, days[records[0].stop_id], detached=key in detached)
        for key, records in current.items()
    ]


def traits_of(row: Mapping[str, Any]) -> Traits:
    """Return the traits that a row of ``VisitIdentity`` holds."""
    return Traits(
        birth_name=row["birth_name"],
        first_name=row["first_name"],
        given_names=row["given_names"],
        used_name=row["used_name"],
        birth_date=row["birth_date"],
        sex=row["sex"],
        birth_place=row["birth_place"],
        commune=row["commune"],
        phone=row["phone"],
        status=row["identity_status"],
        complete=row["complete"],
    )


def subject_visit(subject: str) -> VisitKey:
    """Return the visit that a detachment is about (wire §5.2): ``<visit>:<team>``."""
    visit, _, team = subject.partition(":")
    return visit, team


def sounds_of(traits: Traits) -> tuple[str | None, str | None, str | None]:
    """Return the code of the names, alone, with the year of birth, and with its month and day."""
    code = f"{sound(traits.birth_name or '')} {sound(traits.first_name or '')}"
    if code == " ":
        return None, None, None
    born = traits.birth_date
    return code, f"{code}|{born:%Y}" if born else f"{code}|", f"{code}|{born:%m-%d}" if born else None


def _current(session: Session, visits: Collection[VisitKey]) -> list[_Current]:
    columns = table(Record).c
    found = session.connection().execute(
        select(*(columns[name] for name in _Current._fields)).where(
            among_visits(columns.visit_id, columns.team_id, visits), columns.state.not_in(NOT_CURRENT)
        )
    )
    return [_Current(*row) for row in found]


def _said(session: Session, digests: Sequence[str]) -> dict[str, dict[str, str]]:
    """What each record says of the person, by linkId; absences left out."""
    columns = table(Answer).c
    found = session.connection().execute(
        select(columns.record_digest, columns.link_id, columns.value_code, columns.value_text).where(
            columns.record_digest.in_(digests),
            columns.link_id.in_(_LINKS),
            columns.absence.is_(None),
            columns.position == 0,
        )
    )
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for digest, link_id, code, written in found:
        said[digest][link_id] = code if code is not None else written
    # What a station asks of birth and sex checks the label and feeds its rules: it is nobody's identity.
    return {digest: each for digest, each in said.items() if each.get(PART) != STATION}


def _detached(session: Session, visits: Collection[VisitKey]) -> set[VisitKey]:
    """The visits that coordinators took from the person whom their traits name: the last act stands."""
    acts = session.exec(
        select(Act.subject, Act.kind)
        .where(
            col(Act.kind).in_(("detach", "attach")),
            col(Act.subject).in_([f"{visit}:{team}" for visit, team in visits]),
        )
        .order_by(col(Act.at), col(Act.document_id))
    )
    last = dict(acts.all())
    return {subject_visit(subject) for subject, kind in last.items() if kind == "detach"}


def _days(session: Session, stops: Collection[str]) -> dict[str, date]:
    return {stop.id: stop.day for stop in session.exec(select(Stop).where(col(Stop.id).in_(stops)))}


def _traits(records: Sequence[_Current], said: Mapping[str, Mapping[str, str]]) -> Traits:
    """The identity of the latest record that has one; what goes with it from the latest that says it.

    A complete identity is not undone by a later, partial one of the same person.
    """
    spoken = [said[record.digest] for record in records if record.digest in said]
    named_in = [each for each in spoken if any(link in each for link in _NAMING)]
    latest: Mapping[str, str] = named_in[0] if named_in else {}
    strict = next((each for each in named_in if _is_complete(each) and _is_same(each, latest)), latest)
    named: dict[str, Any] = {field: strict.get(link) for link, field in _STRICT.items()}
    for link, field in _COMPLEMENTARY.items():
        named[field] = next((each[link] for each in spoken if link in each), None)
    if named["birth_date"] is not None:
        named["birth_date"] = date.fromisoformat(named["birth_date"])
    return Traits(**named, complete=_is_complete(strict))


def _is_complete(said: Mapping[str, str]) -> bool:
    return said.get(_MODE, "complete") == "complete" and _INCOMPLETE_DATE not in said


def _is_same(said: Mapping[str, str], latest: Mapping[str, str]) -> bool:
    return all(said.get(link) == latest.get(link) for link in (*_NAMING, "identity.sex"))


def _row(
    key: VisitKey,
    records: Sequence[_Current],
    said: Mapping[str, Mapping[str, str]],
    salt: str,
    day: date,
    *,
    detached: bool,
) -> dict[str, Any]:
    traits = _traits(records, said)
    natural = keys_of(traits, *key)
    identity = own_key(*key) if detached else natural.identity
    own = person_key(salt, identity)
    code, with_year, with_day = sounds_of(traits)
    return {
        "visit_id": key[0],
        "team_id": key[1],
        "identity_key": identity,
        "core_key": None if detached else natural.core,
        "own_key": own,
        "person_key": own,
        "detached_from": natural.identity if detached and natural.identity != identity else None,
        "day": day,
        "birth_name": traits.birth_name,
        "first_name": traits.first_name,
        "given_names": traits.given_names,
        "used_name": traits.used_name,
        "birth_date": traits.birth_date,
        "sex": traits.sex,
        "birth_place": traits.birth_place,
        "commune": traits.commune,
        "phone": traits.phone,
        "identity_status": traits.status,
        "complete": traits.complete,
        "sound": code,
        "sound_year": with_year,
        "sound_day": with_day,
        "restricted": any(record.restricted for record in records),
    }


COLUMNS = tuple(VisitIdentity.model_fields)
"""Names of the columns of ``VisitIdentity``, in the table's order."""
