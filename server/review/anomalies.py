"""What needs a person's eye: envelopes that could not be integrated, and what the set of records shows."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from server.review.reviewer import Reviewer
from server.store.control import Device, TeamDatabase
from server.store.read import Finding, Quarantined, Record


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """An envelope in quarantine; ``team`` is a title, ``device`` a label when the tablet could be told."""

    quarantined: Quarantined
    team: str
    device: str | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding; ``record`` is the digest of the record it names, if any."""

    finding: Finding
    team: str
    device: str | None
    record: str | None


@dataclass(frozen=True, slots=True)
class Anomalies:
    """Everything of the reviewer's teams, the latest first."""

    quarantined: tuple[QuarantinedRow, ...]
    findings: tuple[FindingRow, ...]


def anomalies(session: Session, reviewer: Reviewer) -> Anomalies:
    """Return what is in quarantine and what was found, in the databases of the reviewer's teams."""
    teams = dict(
        session.exec(
            select(TeamDatabase.name, TeamDatabase.team_id).where(
                col(TeamDatabase.team_id).in_(reviewer.teams)
            )
        ).all()
    )
    labels = dict(
        session.exec(select(Device.id, Device.label).where(col(Device.team_id).in_(reviewer.teams))).all()
    )
    quarantined = session.exec(
        select(Quarantined)
        .where(col(Quarantined.database).in_(teams))
        .order_by(col(Quarantined.first_seen_at).desc(), Quarantined.envelope_id)
    )
    findings = session.exec(
        select(Finding).where(col(Finding.database).in_(teams)).order_by(col(Finding.code), Finding.key)
    ).all()
    named = {finding.envelope_id for finding in findings if finding.envelope_id is not None}
    records = dict(
        session.exec(
            select(Record.envelope_id, Record.digest).where(col(Record.envelope_id).in_(named))
        ).all()
    )
    return Anomalies(
        tuple(
            QuarantinedRow(row, reviewer.teams[teams[row.database]], labels.get(row.device_id or ""))
            for row in quarantined
        ),
        tuple(
            FindingRow(
                finding,
                reviewer.teams[teams[finding.database]],
                labels.get(finding.device_id or ""),
                records.get(finding.envelope_id or ""),
            )
            for finding in findings
        ),
    )
