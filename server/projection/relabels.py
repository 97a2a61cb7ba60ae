"""Records that a coordinator put under another label of their stop than they were signed under (wire §5.2).

A signed record says its visit for ever; whose it counts for is derived here from the acts, once the record
and the act have both arrived, in whatever order. A correction that its author signs under the same label
follows the record that it replaces.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, select

from server.projection.statements import table
from server.projection.visits import VisitKey
from server.store.follow_ups import Act
from server.store.read import EnvelopeSeen, Record

KIND = "relabel"


class Moved(NamedTuple):
    """Records that now count for another visit, and the visits that they left."""

    digests: frozenset[str]
    left: frozenset[VisitKey]


def subject(stop: str, team: str) -> str:
    """Return what an act is about: the labels of a team's stop."""
    return f"{stop}:{team}"


def derive(session: Session, digests: Collection[str], acts: Collection[tuple[str, str]]) -> Moved:
    """Put these records, and those that these acts name, under the visits that the acts say."""
    subjects = {about for kind, about in acts if kind == KIND} | _subjects(session, digests)
    wanted = _with_corrections(session, placed(session, subjects))
    if not wanted:
        return Moved(frozenset(), frozenset())
    present = session.exec(
        select(Record.digest, Record.visit_id, Record.team_id).where(col(Record.digest).in_(wanted))
    ).all()
    moving = [row for row in present if row[1] != wanted[row[0]]]
    records = table(Record)
    for digest, _, _ in moving:
        session.connection().execute(
            update(records).where(records.c.digest == digest).values(visit_id=wanted[digest])
        )
    return Moved(
        frozenset(digest for digest, _, _ in moving), frozenset((visit, team) for _, visit, team in moving)
    )


def placed(session: Session, subjects: Collection[str]) -> dict[str, str]:
    """Return the visit under which each record was last put, by digest."""
    return {
        each["record"]: each["visit"] for act in of_stops(session, subjects) for each in act.body["records"]
    }


def of_stops(session: Session, subjects: Collection[str]) -> list[Act]:
    """Return the acts about these stops' labels, the first first."""
    if not subjects:
        return []
    found = session.exec(
        select(Act)
        .where(Act.kind == KIND, col(Act.subject).in_(subjects))
        .order_by(col(Act.at), col(Act.document_id))
    )
    return list(found)


def signed_visit(content: Mapping[str, Any]) -> str:
    """Return the visit that a record's bundle was signed for (wire §2.1)."""
    (encounter,) = (
        entry["resource"] for entry in content["entry"] if entry["resource"]["resourceType"] == "Encounter"
    )
    value: str = encounter["identifier"][0]["value"]
    return value.removeprefix("urn:uuid:")


def _subjects(session: Session, digests: Collection[str]) -> set[str]:
    stops = session.exec(
        select(Record.stop_id, Record.team_id).where(col(Record.digest).in_(digests)).distinct()
    )
    return {subject(stop, team) for stop, team in stops}


def _with_corrections(session: Session, placed: Mapping[str, str]) -> dict[str, str]:
    """Add the corrections of these records that name the same visit as what they replace."""
    wanted = dict(placed)
    frontier = set(placed)
    while frontier:
        frontier = _corrections(session, frontier, wanted)
    return wanted


def _corrections(session: Session, replaced: Collection[str], wanted: dict[str, str]) -> set[str]:
    following = session.exec(
        select(EnvelopeSeen.record_digest, Record.digest, Record.team_id, Record.content)
        .join(Record, col(Record.replaces_envelope) == col(EnvelopeSeen.envelope_id))
        .where(col(EnvelopeSeen.record_digest).in_(replaced))
    ).all()
    former = {
        digest: (team, signed_visit(content))
        for digest, team, content in session.exec(
            select(Record.digest, Record.team_id, Record.content).where(
                col(Record.digest).in_({before for before, *_ in following})
            )
        )
    }
    found = set()
    for before, digest, team, content in following:
        if before in former and digest not in wanted and former[before] == (team, signed_visit(content)):
            wanted[digest] = wanted[before]
            found.add(digest)
    return found
