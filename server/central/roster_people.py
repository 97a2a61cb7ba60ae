"""Whom central believes an expected person to be: the one person of the team with exactly those traits.

Never on names alone: without a birth date, or when two people fit, nobody is named (wire §4.1, ``person``).
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import false
from sqlmodel import Session, col, select

from server.matching.traits import folded
from server.store.control import RosterEntry, Stop
from server.store.people import VisitIdentity


def link(session: Session, team: str, today: date) -> bool:
    """Name the people expected at a team's stops from yesterday on; return whether anything changed."""
    entries = session.exec(
        select(RosterEntry)
        .join(Stop, col(Stop.id) == col(RosterEntry.stop_id))
        .where(Stop.team_id == team, col(Stop.day) >= today - timedelta(days=1))
    ).all()
    known = _known(session, team, {entry.birth_date for entry in entries if entry.birth_date})
    changed = False
    for entry in entries:
        person = _person(entry, known)
        if entry.person_key != person:
            entry.person_key, changed = person, True
            session.add(entry)
    return changed


_Traits = tuple[str, str, date]
_Known = Mapping[_Traits, Mapping[str, set[str]]]
"""By names and birth date: person keys, with the sexes said of each."""


def _known(session: Session, team: str, days: set[date]) -> _Known:
    rows = session.exec(
        select(VisitIdentity).where(
            VisitIdentity.team_id == team,
            col(VisitIdentity.birth_date).in_(days),
            col(VisitIdentity.restricted) == false(),
            col(VisitIdentity.detached_from).is_(None),
        )
    )
    known: dict[_Traits, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row.birth_name and row.first_name and row.birth_date:
            traits = folded(row.birth_name), folded(row.first_name), row.birth_date
            known[traits][row.person_key] |= {row.sex} if row.sex else set()
    return known


def _person(entry: RosterEntry, known: _Known) -> str | None:
    if entry.birth_date is None or not entry.birth_name or not entry.first_name:
        return None
    found = known.get((folded(entry.birth_name), folded(entry.first_name), entry.birth_date), {})
    fitting = [person for person, sexes in found.items() if not (entry.sex and sexes) or entry.sex in sexes]
    return fitting[0] if len(fitting) == 1 else None
