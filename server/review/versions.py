"""The history of a record: those it replaces, directly or not, and those that replace it."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from server.store.read import EnvelopeSeen, Record


def versions(session: Session, record: Record) -> list[tuple[Record, Record | None]]:
    """Return every version of a record, each with the one it replaces; the first signed first.

    A correction names an *envelope*; one record may travel in several, and two corrections may replace the
    same record (a finding): all of them are versions.
    """
    of_visit = session.exec(
        select(Record)
        .where(Record.visit_id == record.visit_id, Record.team_id == record.team_id)
        .order_by(col(Record.signed_at), col(Record.digest))
    ).all()
    replaced = _replaced(session, of_visit)
    related = {record.digest}
    grown = True
    while grown:
        links = ((later, earlier) for later, earlier in replaced.items() if {later, earlier} & related)
        found = {digest for link in links for digest in link}
        grown = not found <= related
        related |= found
    by_digest = {version.digest: version for version in of_visit}
    return [
        (version, by_digest.get(replaced.get(version.digest, "")))
        for version in of_visit
        if version.digest in related
    ]


def _replaced(session: Session, records: Sequence[Record]) -> dict[str, str]:
    """Return, by the digest of each correction, the digest of the record that it replaces."""
    digests = [record.digest for record in records]
    carried = dict(
        session.exec(
            select(EnvelopeSeen.envelope_id, EnvelopeSeen.record_digest).where(
                col(EnvelopeSeen.record_digest).in_(digests), EnvelopeSeen.accepted
            )
        ).all()
    )
    carried |= {record.envelope_id: record.digest for record in records}
    links = ((record.digest, carried.get(record.replaces_envelope or "")) for record in records)
    return {later: earlier for later, earlier in links if earlier is not None}
