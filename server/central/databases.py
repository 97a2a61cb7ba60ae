"""Teams' databases: one a calendar quarter, opened when its first day comes (wire §5)."""

import asyncio
from datetime import date, timedelta

from sqlmodel import Session, col, select

from server.identifiers import new_database_name, role_of
from server.store.control import Team, TeamDatabase
from server.store.database import Store
from sync.engine import Engine
from sync.errors import DatabaseExists
from sync.security import SERVER_ADMIN, Group, Security

DECISIONS = "central"
"""The central-only database of reviewers' sealed decisions."""


STILL_SERVED = timedelta(days=92)
"""How long after its last day a database still receives central documents: a quarter."""


def quarter(day: date) -> tuple[date, date]:
    """Return the first and last day of the calendar quarter of ``day``."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    following = date(first.year + first.month // 10, (first.month + 3 - 1) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def database_of(session: Session, team: str, day: date) -> str:
    """Return the name of a team's database for the period of ``day``, recorded at the first need."""
    found = session.exec(
        select(TeamDatabase).where(
            TeamDatabase.team_id == team,
            col(TeamDatabase.starts_on) <= day,
            col(TeamDatabase.ends_on) >= day,
        )
    ).first()
    if found is None:
        first, last = quarter(day)
        found = TeamDatabase(name=new_database_name(), team_id=team, starts_on=first, ends_on=last)
        session.add(found)
    return found.name


def databases_of(session: Session, team: str) -> list[str]:
    """Return all of a team's databases: a tablet back from weeks away still delivers to the former one."""
    statement = (
        select(TeamDatabase.name)
        .where(TeamDatabase.team_id == team)
        .order_by(col(TeamDatabase.starts_on), TeamDatabase.name)
    )
    return list(session.exec(statement).all())


def served_databases(session: Session, team: str, day: date) -> list[str]:
    """Return the databases that receive a team's central documents on ``day``.

    Today's, and those of the quarter before: a tablet stays on the one it was enrolled with until it has
    taken up the next, and must go on receiving stops, key rings and revocations there.
    """
    statement = (
        select(TeamDatabase.name)
        .where(
            TeamDatabase.team_id == team,
            col(TeamDatabase.starts_on) <= day,
            col(TeamDatabase.ends_on) >= day - STILL_SERVED,
        )
        .order_by(col(TeamDatabase.starts_on), TeamDatabase.name)
    )
    return list(session.exec(statement).all())


async def ensure_databases(store: Store, engine: Engine, day: date) -> dict[str, str]:
    """Make sure that every team's database of ``day``, and the central one, exist; return database by team.

    The row commits before the database is created, so that none exists without an owner; a crash between is
    mended by the next call.
    """
    current, named = await asyncio.to_thread(record, store, day)
    present = set(await engine.databases())
    for name in sorted({DECISIONS, *named} - present):
        await _create(engine, name)
    return current


def expected(store: Store) -> dict[str, Security]:
    """Return every database that is recorded, with who may use it."""
    with store.session() as session:
        names = {DECISIONS, *session.exec(select(TeamDatabase.name)).all()}
    return {name: security_of(name) for name in names}


def security_of(name: str) -> Security:
    """Return who may use a database (wire §5): a team's, its tablets; the decisions, central alone."""
    role = SERVER_ADMIN if name == DECISIONS else role_of(name)
    return Security(members=Group(roles=frozenset({role})))


def record(store: Store, day: date) -> tuple[dict[str, str], set[str]]:
    """Record the databases of ``day``; return database by team, and the names of all that are recorded."""
    with store.session() as session:
        current = {team: database_of(session, team, day) for team in session.exec(select(Team.id)).all()}
        session.flush()
        return current, set(session.exec(select(TeamDatabase.name)).all())


async def _create(engine: Engine, name: str) -> None:
    try:
        await engine.create_database(name, security_of(name))
    except DatabaseExists:
        return
