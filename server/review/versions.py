"""The history of a record: those it replaces, directly or not, and those that replace it."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from server.store.read import EnvelopeSeen, Record


def versions(session: Session, record: Record) -> list[tuple[Record, Record | None]]:
    """Return every version of a record, each with the one it replaces; the first signed first.

    A correction names an *envelope*; one record may travel in several, and two corrections may replace the
    same record (a finding): all of them are versions. A record written for the wrong person is corrected in
    the visit of the right one: versions may lie in several visits of the team.
    """
    found = {record.digest: record}
    frontier: Sequence[Record] = [record]
    while frontier:
        frontier = [each for each in _beside(session, frontier) if each.digest not in found]
        found |= {each.digest: each for each in frontier}
    ordered = sorted(found.values(), key=lambda each: (each.signed_at, each.digest))
    replaced = _replaced(session, ordered)
    return [(version, found.get(replaced.get(version.digest, ""))) for version in ordered]


def _beside(session: Session, records: Sequence[Record]) -> Sequence[Record]:
    """Return the records of the same team that these ones replace, or that replace them."""
    carried = _carried(session, [record.digest for record in records])
    envelopes = [*carried, *(record.envelope_id for record in records)]
    named = [record.replaces_envelope for record in records if record.replaces_envelope is not None]
    seen = select(EnvelopeSeen.record_digest).where(
        col(EnvelopeSeen.envelope_id).in_(named), EnvelopeSeen.accepted
    )
    statement = select(Record).where(
        Record.team_id == records[0].team_id,
        or_(
            col(Record.replaces_envelope).in_(envelopes),
            col(Record.envelope_id).in_(named),
            col(Record.digest).in_(seen),
        ),
    )
    return session.exec(statement).all()


def _carried(session: Session, digests: Sequence[str]) -> dict[str, str]:
    """Return the record digests that accepted envelopes carry, by envelope id."""
    rows = session.exec(
        select(EnvelopeSeen.envelope_id, EnvelopeSeen.record_digest).where(
            col(EnvelopeSeen.record_digest).in_(digests), EnvelopeSeen.accepted
        )
    )
    return {envelope: digest for envelope, digest in rows if digest is not None}


def _replaced(session: Session, records: Sequence[Record]) -> dict[str, str]:
    """Return, by the digest of each correction, the digest of the record that it replaces."""
    carried = _carried(session, [record.digest for record in records])
    carried |= {record.envelope_id: record.digest for record in records}
    links = ((record.digest, carried.get(record.replaces_envelope or "")) for record in records)
    return {later: earlier for later, earlier in links if earlier is not None}
