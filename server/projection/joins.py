"""Who is one person: the identities that touched ones may be joined with, and the person of each."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from server.matching.identity import Identity, Pair, components, contacts_of, pair
from server.matching.traits import Traits
from server.projection.statements import insert_rows, table
from server.store.follow_ups import Act
from server.store.people import IdentityPair, VisitIdentity

_KINDS = ("merge", "separate")


class _Seen(NamedTuple):
    """What of one or more visits of an identity decides who it is."""

    identity_key: str
    own_key: str
    core_key: str | None
    person_key: str
    team_id: str
    birth_place: str | None
    commune: str | None
    phone: str | None
    detached_from: str | None


@dataclass(slots=True)
class Joined:
    """Identities with the person they are now: ``persons`` and ``own`` by identity key.

    ``stood``: the person keys that an identity's rows held before. ``teams``: by person key, before and now.
    ``separated``: pairs of identities that are not one person; one of them may be out of reach.
    """

    persons: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    stood: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    teams: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    separated: set[Pair] = field(default_factory=set)


def decide(session: Session, subjects: Collection[str]) -> set[str]:
    """Bring what coordinators decided of these pairs to what the acts say; return the identity keys."""
    if not subjects:
        return set()
    acts = session.exec(
        select(Act.subject, Act.kind, Act.document_id)
        .where(col(Act.kind).in_(_KINDS), col(Act.subject).in_(subjects))
        .order_by(col(Act.at), col(Act.document_id))
    )
    last = {subject: (kind, document_id) for subject, kind, document_id in acts}
    pairs = {subject: subject_pair(subject) for subject in last}
    columns = table(IdentityPair).c
    for first, second in pairs.values():
        session.connection().execute(
            delete(table(IdentityPair)).where(columns.first == first, columns.second == second)
        )
    insert_rows(
        session,
        IdentityPair,
        [
            {
                "first": pairs[subject][0],
                "second": pairs[subject][1],
                "joined": kind == "merge",
                "document_id": document_id,
            }
            for subject, (kind, document_id) in last.items()
        ],
    )
    return {key for both in pairs.values() for key in both}


def subject_pair(subject: str) -> Pair:
    """Return the identities that a merge or a separation is about (wire §5.2)."""
    first, _, second = subject.partition("+")
    return pair(first, second)


def join(session: Session, keys: Collection[str], cores: Collection[str], persons: Collection[str]) -> Joined:
    """Return the persons of these identities, and of all that could be joined with them.

    ``cores`` and ``persons``: those that rows since removed had; what they held together is looked at again.
    """
    seen, merged, separated = _reach(session, set(keys), set(cores), set(persons))
    by_key: dict[str, list[_Seen]] = defaultdict(list)
    for each in seen:
        by_key[each.identity_key].append(each)
        if each.detached_from is not None:
            separated.add(pair(each.identity_key, each.detached_from))
    found = Joined(separated=separated)
    roots = components([_identity(key, rows) for key, rows in by_key.items()], merged, separated)
    together: dict[str, list[str]] = defaultdict(list)
    for key, root in roots.items():
        found.own[key] = by_key[key][0].own_key
        together[root].append(key)
    for members in together.values():
        person = min(found.own[key] for key in members)
        for key in members:
            found.persons[key] = person
    for key, rows in by_key.items():
        for each in rows:
            found.stood[key].add(each.person_key)
            found.teams[each.person_key].add(each.team_id)
            found.teams[found.persons[key]].add(each.team_id)
    return found


def _identity(key: str, rows: Collection[_Seen]) -> Identity:
    contacts: frozenset[str] = frozenset()
    for each in rows:
        contacts |= contacts_of(Traits(commune=each.commune, phone=each.phone))
    first = next(iter(rows))
    return Identity(key, first.core_key, Traits(birth_place=first.birth_place).known_place, contacts)


def _reach(
    session: Session, keys: set[str], cores: set[str], persons: set[str]
) -> tuple[set[_Seen], set[Pair], set[Pair]]:
    """Follow identities, the cores they share, the persons they are and the merges, until nothing is new."""
    seen: set[_Seen] = set()
    merged: set[Pair] = set()
    separated: set[Pair] = set()
    asked: dict[str, set[str]] = defaultdict(set)
    waiting = {"identity_key": keys, "detached_from": set(keys), "core_key": cores, "person_key": persons}
    while any(waiting.values()):
        found = set(_matching(session, waiting)) - seen
        for name, values in waiting.items():
            asked[name] |= values
        seen |= found
        reached = {each.identity_key for each in found} | waiting["identity_key"]
        ends = set()
        for first, second, joined in _decided(session, reached - asked["pairs"]):
            (merged if joined else separated).add((first, second))
            ends |= {first, second} if joined else set()
        asked["pairs"] |= reached
        waiting = {
            "identity_key": ({each.identity_key for each in found} | ends) - asked["identity_key"],
            "detached_from": reached - asked["detached_from"],
            "core_key": {each.core_key for each in found if each.core_key} - asked["core_key"],
            "person_key": {each.person_key for each in found} - asked["person_key"],
        }
    return seen, merged, separated


def _matching(session: Session, wanted: dict[str, set[str]]) -> Iterator[_Seen]:
    columns = table(VisitIdentity).c
    for name, values in wanted.items():
        if values:
            statement = select(*(columns[each] for each in _Seen._fields)).distinct()
            for row in session.connection().execute(statement.where(columns[name].in_(values))):
                yield _Seen(*row)


def _decided(session: Session, keys: Collection[str]) -> list[tuple[Any, ...]]:
    if not keys:
        return []
    columns = table(IdentityPair).c
    statement = select(columns.first, columns.second, columns.joined)
    found = session.connection().execute(
        statement.where(or_(columns.first.in_(keys), columns.second.in_(keys)))
    )
    return [tuple(row) for row in found]
