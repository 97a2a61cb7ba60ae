"""Rows of ``Person``: what the visits joined in one person say together, restricted ones left out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, false
from sqlmodel import Session, col, select

from server.matching.traits import VALIDATED
from server.projection.corrections import endings
from server.projection.identities import COLUMNS
from server.projection.statements import among_visits, insert_rows, table
from server.projection.visits import VisitKey
from server.store.notices import Notice
from server.store.people import Person, VisitIdentity

DECEASED = "deceased"

Rows = Sequence[Mapping[str, Any]]
"""Rows of ``VisitIdentity``."""


def visible(session: Session, persons: Collection[str], team: str | None = None) -> dict[str, Rows]:
    """Return the visits of these persons by person key, of one team or of all; never restricted ones."""
    columns = table(VisitIdentity).c
    statement = select(*(columns[name] for name in COLUMNS)).where(
        columns.person_key.in_(persons), columns.restricted == false()
    )
    if team is not None:
        statement = statement.where(columns.team_id == team)
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in session.connection().execute(statement).mappings():
        found[row["person_key"]].append(dict(row))
    return dict(found)


def latest_first(rows: Rows) -> Rows:
    """Return visits by day, the latest first, then by id."""
    return sorted(rows, key=lambda row: (row["day"], row["visit_id"], row["team_id"]), reverse=True)


def traits(rows: Rows) -> dict[str, Any]:
    """Return the traits to show of a person: of the last visit whose identity was validated, or of the last.

    Visits that coordinators took from another person do not name this one, unless there is nothing else. What
    goes with an identity (used name, commune, telephone) is the last said.
    """
    trusted = [row for row in rows if row["detached_from"] is None] or list(rows)
    ordered = latest_first(trusted)
    named = [row for row in ordered if row["birth_name"] or row["first_name"]] or ordered
    strict = next((row for row in named if row["identity_status"] == VALIDATED), named[0])
    shown = {name: strict[name] for name in ("birth_name", "first_name", "given_names", "birth_date", "sex")}
    shown["birth_place"] = strict["birth_place"]
    shown["identity_status"] = strict["identity_status"]
    for name in ("used_name", "commune", "phone"):
        shown[name] = next((row[name] for row in ordered if row[name]), None)
    return shown


def derive(session: Session, persons: Collection[str], own: Mapping[str, Sequence[str]]) -> dict[str, Rows]:
    """Replace the rows of these persons; return their visits. ``own``: own keys joined, by person key."""
    people = table(Person)
    session.connection().execute(delete(people).where(people.c.person_key.in_(persons)))
    found = visible(session, own)
    dead = deaths(session, own)
    insert_rows(
        session,
        Person,
        [
            _row(person, rows, sorted(own[person]), dead)
            for person, rows in sorted(found.items())
            if any(row["birth_name"] or row["first_name"] for row in rows)
        ],
    )
    return found


def deaths(session: Session, persons: Collection[str]) -> dict[str, date | None]:
    """Return the day of death, None when it is not known, of those of these persons who are said dead.

    A notice that the same team told to be in error says nothing any more (wire §2.2).
    """
    notices = session.exec(
        select(VisitIdentity.person_key, Notice.digest, Notice.body)
        .join(
            Notice,
            (col(Notice.visit_id) == col(VisitIdentity.visit_id))
            & (col(Notice.team_id) == col(VisitIdentity.team_id)),
        )
        .where(Notice.kind == DECEASED, col(VisitIdentity.person_key).in_(persons))
        .order_by(col(Notice.signed_at), col(Notice.digest))
    ).all()
    in_error = endings(session, {digest for _, digest, _ in notices}).errors if notices else {}
    dead: dict[str, date | None] = {}
    for person, digest, body in notices:
        if digest not in in_error:
            said = body.get("on")
            dead[person] = date.fromisoformat(said) if said else dead.get(person)
    return dead


def visits_of_deaths(session: Session, digests: Collection[str]) -> set[VisitKey]:
    """Return the visits of those of these notices that say somebody dead."""
    found = session.exec(
        select(Notice.visit_id, Notice.team_id).where(
            col(Notice.digest).in_(digests), Notice.kind == DECEASED
        )
    )
    return {(visit, team) for visit, team in found if visit is not None}


def _row(person: str, rows: Rows, own: Sequence[str], dead: Mapping[str, date | None]) -> dict[str, Any]:
    shown = traits(rows)
    days = [row["day"] for row in rows]
    return {
        "person_key": person,
        **{name: shown[name] for name in ("birth_name", "first_name", "birth_date", "sex", "commune")},
        "visits": len(rows),
        "first_day": min(days),
        "last_day": max(days),
        "deceased": person in dead,
        "deceased_on": dead.get(person),
        "identities": list(own),
    }


def visits_of(session: Session, identities: Collection[str]) -> list[tuple[str, str, str, str]]:
    """Return visit, team, identity key and person key of every visit of these identities."""
    if not identities:
        return []
    columns = table(VisitIdentity).c
    statement = select(columns.visit_id, columns.team_id, columns.identity_key, columns.person_key)
    found = session.connection().execute(statement.where(columns.identity_key.in_(identities)))
    return [tuple(row) for row in found]


def of_visits(session: Session, visits: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the rows of these visits, restricted ones too."""
    columns = table(VisitIdentity).c
    statement = select(*(columns[name] for name in COLUMNS))
    found = session.connection().execute(
        statement.where(among_visits(columns.visit_id, columns.team_id, visits))
    )
    return [dict(row) for row in found.mappings()]
