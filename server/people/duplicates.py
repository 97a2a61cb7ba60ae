"""The proposals that a coordinator may decide: both people seen only by teams assigned to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, union

from server.matching.traits import UNKNOWN_PLACE
from server.people import history
from server.people.history import PastAct
from server.people.sides import TRAITS, Side, sides
from server.projection.acts import ActBody, Merge, Separate
from server.projection.statements import table
from server.store.control import Member
from server.store.follow_ups import Act
from server.store.people import IdentityPair, Proposal, VisitIdentity

PAGE_SIZE = 10
SUBJECT = "proposal:"
"""Begins the subject of the act that puts a proposal aside for later."""


@dataclass(frozen=True, slots=True)
class TraitRow:
    """A trait of both people. ``likeness``: ``same``, ``differs``, or ``unknown`` on a side at least."""

    name: str
    first: Any
    second: Any
    likeness: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Who put a proposal aside, when, and what they noted."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A proposal with both people side by side. ``state``: what a decision on it rests on."""

    proposal: Proposal
    first: Side
    second: Side
    rows: tuple[TraitRow, ...]
    postponed: Postponed | None
    state: str


@dataclass(frozen=True, slots=True)
class DuplicatePage:
    """One page of proposals; ``elsewhere``: how many another coordinator must decide, with all the teams."""

    rows: Sequence[Duplicate]
    page: int
    total: int
    elsewhere: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def duplicates(session: Session, teams: Mapping[str, str], page: int = 1) -> DuplicatePage:
    """Return a page of what these teams' coordinator may decide: likeliest first, those put aside last."""
    ours, elsewhere = _shared_out(session, teams)
    postponed = _postponed(session, [each.key for each in ours])
    ours.sort(key=lambda each: (each.key in postponed, -each.score, each.since, each.key))
    page = min(max(1, page), max(1, -(-len(ours) // PAGE_SIZE)))
    shown = ours[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return DuplicatePage(_described(session, shown, teams, postponed), page, len(ours), elsewhere)


def duplicate(session: Session, teams: Mapping[str, str], first: str, second: str) -> Duplicate | None:
    """Return the proposal of two people, None when there is none or it is not for these teams to decide."""
    ours, _ = _shared_out(session, teams, f"{first}+{second}")
    found = _described(session, ours, teams, _postponed(session, [each.key for each in ours]))
    return found[0] if found else None


def merging(
    found: Duplicate, acts: Sequence[PastAct], member: str, at: datetime, reason: str
) -> list[ActBody]:
    """Return the acts that make two people one: what separated their identities is undone too."""
    first, second = ({each.identity_key for each in side.identities} for side in (found.first, found.second))
    pairs = {_subject(min(first), min(second))}
    pairs |= {
        act.subject
        for act in acts
        if act.kind == "separate" and act.stands and set(act.subject.split("+")) <= first | second
    }
    return [Merge(subject=subject, member=member, at=at, reason=reason) for subject in sorted(pairs)]


def separating(found: Duplicate, member: str, at: datetime, reason: str) -> list[ActBody]:
    """Return the acts that say of two people that they are not one, whichever identities were joined."""
    return [
        Separate(subject=_subject(one.identity_key, other.identity_key), member=member, at=at, reason=reason)
        for one in found.first.identities
        for other in found.second.identities
    ]


def acts_between(session: Session, found: Duplicate) -> list[PastAct]:
    """Return the acts on the identities of both people."""
    return history.acts_on(session, _keys(found.first) | _keys(found.second), ())


def _subject(one: str, other: str) -> str:
    return "+".join(sorted((one, other)))


def _keys(side: Side) -> set[str]:
    return {each.identity_key for each in side.identities}


def _shared_out(
    session: Session, teams: Mapping[str, str], key: str | None = None
) -> tuple[list[Proposal], int]:
    """Return the proposals whose people only these teams saw, and how many they share with others."""
    statement = select(Proposal) if key is None else select(Proposal).where(Proposal.key == key)
    columns, ends = table(VisitIdentity).c, table(Proposal).c
    named = union(select(ends.first), select(ends.second))
    if key is not None:
        named = union(select(ends.first).where(ends.key == key), select(ends.second).where(ends.key == key))
    seen: dict[str, set[str]] = {}
    for person, team in session.connection().execute(
        select(columns.person_key, columns.team_id).where(columns.person_key.in_(named)).distinct()
    ):
        seen.setdefault(person, set()).add(team)
    ours, elsewhere = [], 0
    for proposal in session.exec(statement):
        involved = seen.get(proposal.first, set()) | seen.get(proposal.second, set())
        if involved <= teams.keys():
            ours.append(proposal)
        elif involved & teams.keys():
            elsewhere += 1
    return ours, elsewhere


def _described(
    session: Session,
    proposals: Sequence[Proposal],
    teams: Mapping[str, str],
    postponed: Mapping[str, Postponed],
) -> list[Duplicate]:
    known = sides(session, {key for each in proposals for key in (each.first, each.second)}, teams)
    decided = _decided(session, [each.identity_key for side in known.values() for each in side.identities])
    described = []
    for proposal in proposals:
        first, second = known.get(proposal.first), known.get(proposal.second)
        if first is None or second is None:
            continue
        about = _keys(first) | _keys(second)
        acts = {document for document, pair in decided.items() if pair & about}
        aside = postponed.get(proposal.key)
        marks = {*acts, f"{aside.at.isoformat()}" if aside else ""}
        described.append(
            Duplicate(
                proposal=proposal,
                first=first,
                second=second,
                rows=tuple(_row(name, first, second) for name in TRAITS),
                postponed=aside,
                state=history.state((), _keys(first), _keys(second), marks),
            )
        )
    return described


def _decided(session: Session, keys: Sequence[str]) -> dict[str, set[str]]:
    pairs = session.exec(
        select(IdentityPair).where(col(IdentityPair.first).in_(keys) | col(IdentityPair.second).in_(keys))
    )
    return {each.document_id: {each.first, each.second} for each in pairs}


def _row(name: str, first: Side, second: Side) -> TraitRow:
    one, other = first.traits[name], second.traits[name]
    if UNKNOWN_PLACE in (one, other) or not one or not other:
        return TraitRow(name, one, other, "unknown")
    return TraitRow(name, one, other, "same" if one == other else "differs")


def _postponed(session: Session, keys: Sequence[str]) -> dict[str, Postponed]:
    acts = session.exec(
        select(Act)
        .where(Act.kind == "queue", col(Act.subject).in_([SUBJECT + key for key in keys]))
        .order_by(col(Act.at), col(Act.document_id))
    ).all()
    names = dict(
        session.exec(
            select(Member.id, Member.name).where(col(Member.id).in_({act.member_id for act in acts}))
        ).all()
    )
    return {
        act.subject.removeprefix(SUBJECT): Postponed(
            names.get(act.member_id, ""), act.at, str(act.body.get("note", ""))
        )
        for act in acts
    }
