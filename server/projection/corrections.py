"""Which records replace which: a correction names the envelope that it replaces (wire §2, ``replaces``)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from server.store.read import ChainLink, EnvelopeSeen, Record


class Correction(NamedTuple):
    """A record that replaces another, and when central first saw it."""

    digest: str
    seen_at: datetime


def targets(session: Session, digests: Collection[str]) -> set[str]:
    """Return the records that these ones replace, as far as they have arrived."""
    rows = session.exec(
        select(EnvelopeSeen.record_digest)
        .join(Record, col(Record.replaces_envelope) == col(EnvelopeSeen.envelope_id))
        .where(col(Record.digest).in_(digests))
    )
    return {digest for digest in rows if digest is not None}


def corrections(session: Session, digests: Collection[str]) -> dict[str, list[Correction]]:
    """Return, for each of these records, the accepted records of the same team that replace it, in order.

    A correction may name any envelope that carries the record, a quarantined one too.
    """
    teams = dict(
        session.exec(
            select(ChainLink.digest, ChainLink.team_id).where(col(ChainLink.digest).in_(digests))
        ).all()
    )
    carried = dict(
        session.exec(
            select(EnvelopeSeen.envelope_id, EnvelopeSeen.record_digest).where(
                col(EnvelopeSeen.record_digest).in_(digests)
            )
        ).all()
    )
    rows = session.exec(
        select(Record.digest, Record.team_id, Record.replaces_envelope, EnvelopeSeen.first_seen_at)
        .join(
            EnvelopeSeen,
            (col(EnvelopeSeen.envelope_id) == col(Record.envelope_id))
            & (col(EnvelopeSeen.database) == col(Record.database)),
        )
        .where(col(Record.replaces_envelope).in_(carried))
    )
    found: dict[str, set[Correction]] = defaultdict(set)
    for correction, team, envelope_id, seen_at in rows:
        digest = carried[envelope_id or ""]
        if digest is not None and teams.get(digest) == team:
            found[digest].add(Correction(correction, seen_at))
    return {digest: sorted(each) for digest, each in found.items()}
