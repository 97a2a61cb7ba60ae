"""What ends a record: a correction that replaces it (wire §2), or a notice that it is in error (§2.2).

Both name an envelope that carries it; a notice of a death may be told in error too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from server.store.notices import Notice, NoticeTarget
from server.store.read import ChainLink, EnvelopeSeen, Record

ENTERED_IN_ERROR = "entered_in_error"
"""The kind of notice."""


class Correction(NamedTuple):
    """A record that replaces another, or a notice that it is in error, and when central first saw it."""

    digest: str
    seen_at: datetime


def targets(session: Session, digests: Collection[str]) -> set[str]:
    """Return the records that these ones replace or tell to be in error, as far as they have arrived."""
    rows = session.exec(
        select(EnvelopeSeen.record_digest)
        .join(Record, col(Record.replaces_envelope) == col(EnvelopeSeen.envelope_id))
        .where(col(Record.digest).in_(digests))
    )
    in_error = session.exec(
        select(EnvelopeSeen.record_digest)
        .join(NoticeTarget, col(NoticeTarget.target) == col(EnvelopeSeen.envelope_id))
        .where(NoticeTarget.kind == ENTERED_IN_ERROR, col(NoticeTarget.notice_digest).in_(digests))
    )
    return {digest for digest in (*rows, *in_error) if digest is not None}


class Endings(NamedTuple):
    """By the digest of a record, what replaces it and what tells it to be in error, in order."""

    corrections: dict[str, list[Correction]]
    errors: dict[str, list[Correction]]


def endings(session: Session, digests: Collection[str]) -> Endings:
    """Return the accepted records and notices of the same team that end each of these records.

    They may name any envelope that carries the record, a quarantined one too.
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
    replacing = session.exec(
        select(Record.digest, Record.team_id, Record.replaces_envelope, EnvelopeSeen.first_seen_at)
        .join(
            EnvelopeSeen,
            (col(EnvelopeSeen.envelope_id) == col(Record.envelope_id))
            & (col(EnvelopeSeen.database) == col(Record.database)),
        )
        .where(col(Record.replaces_envelope).in_(carried))
    )
    in_error = session.exec(
        select(Notice.digest, Notice.team_id, NoticeTarget.target, EnvelopeSeen.first_seen_at)
        .join(NoticeTarget, col(NoticeTarget.notice_digest) == col(Notice.digest))
        .join(
            EnvelopeSeen,
            (col(EnvelopeSeen.envelope_id) == col(Notice.envelope_id))
            & (col(EnvelopeSeen.database) == col(Notice.database)),
        )
        .where(NoticeTarget.kind == ENTERED_IN_ERROR, col(NoticeTarget.target).in_(carried))
    )
    return Endings(*(_by_record(rows, carried, teams) for rows in (replacing, in_error)))


def _by_record(
    rows: Iterable[tuple[str, str, str | None, datetime]],
    carried: Mapping[str, str | None],
    teams: Mapping[str, str],
) -> dict[str, list[Correction]]:
    found: dict[str, set[Correction]] = defaultdict(set)
    for ending, team, envelope_id, seen_at in rows:
        digest = carried[envelope_id or ""]
        if digest is not None and teams.get(digest) == team:
            found[digest].add(Correction(ending, seen_at))
    return {digest: sorted(each) for digest, each in found.items()}
