"""People as coordinators see them: traits, visits, and the identities joined, restricted visits left out."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import true
from sqlmodel import Session, col, func, select

from server.projection import persons
from server.projection.identities import NOT_CURRENT
from server.projection.persons import Rows
from server.projection.statements import table
from server.projection.visits import number
from server.store.control import Stop
from server.store.people import VisitIdentity
from server.store.read import Record, Visit

TRAITS = (
    "birth_name",
    "first_name",
    "given_names",
    "used_name",
    "birth_date",
    "sex",
    "birth_place",
    "commune",
    "phone",
    "identity_status",
)
"""The traits that are shown, in this order."""


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """A visit of a person. ``record``: digest of its latest current record. ``own_key``: of its identity."""

    visit_id: str
    team_id: str
    number: str
    day: date
    stop: str
    team: str
    record: str | None
    own_key: str
    detached: bool


@dataclass(frozen=True, slots=True)
class JoinedIdentity:
    """One of the identities joined in a person, with the traits that its visits gave."""

    own_key: str
    identity_key: str
    traits: Mapping[str, Any]
    visits: int


@dataclass(frozen=True, slots=True)
class Side:
    """A person; ``hidden``: how many restricted visits are not shown."""

    person_key: str
    traits: Mapping[str, Any]
    visits: tuple[SeenVisit, ...]
    identities: tuple[JoinedIdentity, ...]
    hidden: int
    deceased: bool
    deceased_on: date | None

    @property
    def name(self) -> str:
        """Birth name and first name, as known."""
        return " ".join(self.traits[each] for each in ("birth_name", "first_name") if self.traits[each])


def teams_of(session: Session, people: Collection[str]) -> dict[str, set[str]]:
    """Return the teams that saw each of these people, by restricted visits too."""
    columns = table(VisitIdentity).c
    found: dict[str, set[str]] = defaultdict(set)
    for person, team in session.connection().execute(
        select(columns.person_key, columns.team_id).where(columns.person_key.in_(people)).distinct()
    ):
        found[person].add(team)
    return found


def current_person(session: Session, key: str) -> str | None:
    """Return the person whom an own key or a person key belongs to now."""
    return session.exec(
        select(VisitIdentity.person_key)
        .where((col(VisitIdentity.own_key) == key) | (col(VisitIdentity.person_key) == key))
        .order_by(col(VisitIdentity.person_key))
    ).first()


def sides(session: Session, people: Collection[str], teams: Mapping[str, str]) -> dict[str, Side]:
    """Return these people as the visits of these teams (id → title) show them; those without one left out."""
    shown = {
        person: [row for row in rows if row["team_id"] in teams]
        for person, rows in persons.visible(session, people).items()
    }
    hidden = _hidden(session, people, teams)
    dead = persons.deaths(session, people)
    visits = _visits(session, [row for rows in shown.values() for row in rows], teams)
    return {
        person: Side(
            person_key=person,
            traits={name: persons.traits(rows)[name] for name in TRAITS},
            visits=tuple(visits[row["visit_id"], row["team_id"]] for row in persons.latest_first(rows)),
            identities=_identities(rows),
            hidden=hidden.get(person, 0),
            deceased=person in dead,
            deceased_on=dead.get(person),
        )
        for person, rows in shown.items()
        if rows
    }


def _identities(rows: Rows) -> tuple[JoinedIdentity, ...]:
    by_key: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_key[row["own_key"]].append(row)
    return tuple(
        JoinedIdentity(own, found[0]["identity_key"], persons.traits(found), len(found))
        for own, found in sorted(by_key.items(), key=lambda each: (-len(each[1]), each[0]))
    )


def _hidden(session: Session, people: Collection[str], teams: Collection[str]) -> dict[str, int]:
    return dict(
        session.exec(
            select(VisitIdentity.person_key, func.count())
            .where(
                col(VisitIdentity.person_key).in_(people),
                col(VisitIdentity.team_id).in_(teams),
                col(VisitIdentity.restricted) == true(),
            )
            .group_by(VisitIdentity.person_key)
        ).all()
    )


def _visits(session: Session, rows: Rows, teams: Mapping[str, str]) -> dict[tuple[str, str], SeenVisit]:
    ids = {row["visit_id"] for row in rows}
    stops = {
        (visit, team): stop
        for visit, team, stop in session.exec(
            select(Visit.id, Visit.team_id, Stop.name)
            .join(Stop, col(Stop.id) == col(Visit.stop_id))
            .where(col(Visit.id).in_(ids))
        )
    }
    records = {
        (visit, team): digest
        for visit, team, digest in session.exec(
            select(Record.visit_id, Record.team_id, Record.digest)
            .where(col(Record.visit_id).in_(ids), col(Record.state).not_in(NOT_CURRENT))
            .order_by(col(Record.signed_at), col(Record.digest))
        )
    }
    return {
        (row["visit_id"], row["team_id"]): SeenVisit(
            visit_id=row["visit_id"],
            team_id=row["team_id"],
            number=number(row["visit_id"]),
            day=row["day"],
            stop=stops.get((row["visit_id"], row["team_id"]), ""),
            team=teams[row["team_id"]],
            record=records.get((row["visit_id"], row["team_id"])),
            own_key=row["own_key"],
            detached=row["detached_from"] is not None,
        )
        for row in rows
    }
