"""People: who each visit was of, who is the same person, who may be (wire §4.2).

Rows of visits come from their records (``identities``), persons from what joins identities (``joins``), and
from both who may be one (``proposals``). What a team may have to be told again goes into an outbox, in the
same transaction; ``server.people`` carries it out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, text, update
from sqlmodel import Session, select

from server.matching.identity import Pair, pair
from server.projection import identities, joins, persons, proposals
from server.projection.joins import Joined
from server.projection.statements import among_visits, insert_rows, table
from server.projection.visits import VisitKey
from server.store.control import Organization
from server.store.people import VisitIdentity

_PAIRED = frozenset({"merge", "separate"})
_DETACHED = frozenset({"detach", "attach"})
_QUEUE = text(
    "INSERT INTO person_outbox (team_id, person_key, version) VALUES (:team_id, :person_key, 1) "
    "ON CONFLICT (team_id, person_key) DO UPDATE SET version = person_outbox.version + 1"
)


def derive(
    session: Session, visits: Collection[VisitKey], acts: Collection[tuple[str, str]]
) -> set[VisitKey]:
    """Bring the people of these visits, and of what these acts are about, to what the set says.

    Return the visits whose person is another one now, beyond those given.
    """
    decided = joins.decide(session, [subject for kind, subject in acts if kind in _PAIRED])
    named = {identities.subject_visit(subject) for kind, subject in acts if kind in _DETACHED}
    touched = {*visits, *named}
    if not touched and not decided:
        return set()
    before = persons.of_visits(session, touched)
    after = identities.rows(session, touched, salt(session))
    _replace(session, touched, after)
    both = [*before, *after]
    joined = joins.join(
        session,
        {row["identity_key"] for row in both} | decided,
        {row["core_key"] for row in both if row["core_key"]},
        {row["person_key"] for row in before},
    )
    moved = _move(session, joined)
    affected = {row["person_key"] for row in both} | set(joined.persons.values())
    affected |= {person for stood in joined.stood.values() for person in stood}
    own: dict[str, list[str]] = defaultdict(list)
    for key, person in joined.persons.items():
        own[person].append(joined.own[key])
    people = persons.derive(session, affected, own)
    proposals.derive(session, affected, people, _apart(session, joined))
    _queue(session, _told(joined, before))
    return (moved | named) - set(visits)


def requeue(session: Session) -> None:
    """Have everybody published again, as they are when the read model is made anew."""
    columns = table(VisitIdentity).c
    rows = session.connection().execute(select(columns.team_id, columns.own_key).distinct())
    _queue(session, [tuple(row) for row in rows])


def salt(session: Session) -> str:
    """Return the organisation's salt, which makes keys opaque (wire §4.2, §4.4)."""
    found = session.exec(select(Organization.person_salt)).first()
    if not found:
        raise LookupError("the organisation has no salt for people's keys")
    return found


def _replace(session: Session, visits: Collection[VisitKey], rows: list[dict[str, Any]]) -> None:
    columns = table(VisitIdentity).c
    session.connection().execute(
        delete(table(VisitIdentity)).where(among_visits(columns.visit_id, columns.team_id, visits))
    )
    insert_rows(session, VisitIdentity, rows)


def _move(session: Session, joined: Joined) -> set[VisitKey]:
    """Give each visit its person; return those that had another one."""
    changed = {
        key: joined.persons[key] for key, stood in joined.stood.items() if stood != {joined.persons[key]}
    }
    moved = {
        (visit, team)
        for visit, team, identity, person in persons.visits_of(session, changed)
        if person != changed[identity]
    }
    columns = table(VisitIdentity).c
    if changed:
        session.connection().execute(
            update(table(VisitIdentity))
            .where(columns.identity_key == bindparam("key"))
            .values(person_key=bindparam("person")),
            [{"key": key, "person": person} for key, person in sorted(changed.items())],
        )
    return moved


def _apart(session: Session, joined: Joined) -> set[Pair]:
    """Return the persons whose identities were separated, whether or not both are looked at."""
    beyond = {key for both in joined.separated for key in both} - joined.persons.keys()
    known = {**joined.persons, **{key: person for _, _, key, person in persons.visits_of(session, beyond)}}
    return {
        pair(known[first], known[second])
        for first, second in joined.separated
        if first in known and second in known
    }


def _told(joined: Joined, before: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Return team and own key of every identity of which a team may have something new to learn."""
    told: set[tuple[str, str]] = set()
    teams = defaultdict(set, {person: set(found) for person, found in joined.teams.items()})
    for row in before:
        teams[row["person_key"]].add(row["team_id"])
        told.add((row["team_id"], row["own_key"]))
    for key, person in joined.persons.items():
        for each in {person, *joined.stood[key]}:
            told |= {(team, joined.own[key]) for team in teams[each]}
    return told


def _queue(session: Session, told: Collection[tuple[str, str]]) -> None:
    if told:
        session.connection().execute(
            _QUEUE, [{"team_id": team, "person_key": own} for team, own in sorted(told)]
        )
