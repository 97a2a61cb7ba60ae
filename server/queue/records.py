"""Items about records: sent back to their author, conflicting or forked, to be looked at, kept aside."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, and_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from server.central.databases import DECISIONS
from server.clock import local_day
from server.projection.decisions import Verdict
from server.projection.reasons import REASONS, Turn
from server.projection.statements import table
from server.projection.visits import number
from server.queue.item import Item, Kind, Scope, Urgency, key_of
from server.store.control import Device, Member
from server.store.notices import Manifest, Photo, PhotoState
from server.store.read import (
    ChainLink,
    Decision,
    EnvelopeSeen,
    Finding,
    FindingCode,
    Quarantined,
    Record,
    RecordState,
)

ANOMALIES = "/coordination/anomalies"
TABLETS = "/coordination/tablettes"


class _Place(NamedTuple):
    """Where a finding goes in the queue."""

    kind: Kind
    urgency: Urgency


FINDINGS: Mapping[FindingCode, _Place] = {
    FindingCode.SEQUENCE_GAP: _Place(Kind.TABLET, Urgency.NOW),
    FindingCode.SEQUENCE_FORK: _Place(Kind.CONFLICT, Urgency.NOW),
    FindingCode.CHAIN_BROKEN: _Place(Kind.CONFLICT, Urgency.NOW),
    FindingCode.DUPLICATE_ENVELOPE: _Place(Kind.CHECK, Urgency.LATER),
    FindingCode.CORRECTION_FORK: _Place(Kind.CONFLICT, Urgency.NOW),
    FindingCode.OLD_EPOCH: _Place(Kind.CHECK, Urgency.LATER),
    FindingCode.SOFT_LIMIT: _Place(Kind.CHECK, Urgency.LATER),
    FindingCode.CONTENT_WARNING: _Place(Kind.CHECK, Urgency.LATER),
    FindingCode.CLOCK: _Place(Kind.TABLET, Urgency.SOON),
    FindingCode.DEVICE_REVOKED: _Place(Kind.CHECK, Urgency.SOON),
    FindingCode.MANIFEST_INCOMPLETE: _Place(Kind.MANIFEST, Urgency.NOW),
    FindingCode.PHOTO_REFUSED: _Place(Kind.PHOTO, Urgency.SOON),
    FindingCode.SIGNED_AFTER_EXPIRY: _Place(Kind.CHECK, Urgency.SOON),
    FindingCode.SECRECY_NOT_KEPT: _Place(Kind.CHECK, Urgency.NOW),
    FindingCode.CALCULATION_DIFFERS: _Place(Kind.CHECK, Urgency.SOON),
}
"""Every code has its place: a test holds it."""


def to_correct(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the records sent back: their author's turn, since the last decision."""
    asked = {
        decision.record_digest: decision
        for decision in session.exec(
            select(Decision)
            .where(Decision.verdict == Verdict.TO_CORRECT)
            .order_by(col(Decision.decided_at), col(Decision.document_id))
        )
    }
    names = dict(session.exec(select(Member.id, Member.name)).all())
    for digest, visit_id, team_id, member_id, restricted in _columns(
        session,
        and_(
            col(Record.digest).in_(asked),
            col(Record.team_id).in_(scope.teams),
            col(Record.state) == RecordState.TO_CORRECT,
        ),
        "digest",
        "visit_id",
        "team_id",
        "member_id",
        "restricted",
    ):
        decision = asked[digest]
        yield Item(
            key=key_of(Kind.TO_CORRECT, digest, decision.document_id),
            kind=Kind.TO_CORRECT,
            urgency=Urgency.SOON,
            since=decision.decided_at,
            team=team_id,
            what=number(visit_id),
            text="queue.say.to-correct",
            address=f"/coordination/fiches/{digest}",
            turn="author",
            waits_for=names.get(member_id),
            clinical=restricted,
        )


def found(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the findings, each in its kind; what manifests and photos say by themselves is left to them."""
    findings = session.exec(
        select(Finding).where(col(Finding.database).in_(scope.databases)).order_by(Finding.key)
    ).all()
    labels = dict(session.exec(select(Device.id, Device.label)).all())
    records = _records(session, findings)
    first_seen = _first_seen(session, findings)
    told = _told_elsewhere(session, scope)
    clocks: set[tuple[str, date]] = set()
    for finding in findings:
        subject = finding.key.partition(":")[2]
        if any(each in subject for each in told.get(finding.code, ())):
            continue
        place = FINDINGS[finding.code]
        record = records.get(finding.envelope_id or "")
        device = finding.device_id or (record.device_id if record else "")
        label = labels.get(device, "")
        seen_at = first_seen.get(finding.key)
        if finding.code is FindingCode.CLOCK and device and seen_at is not None:
            # Every record of the day says it: it is one clock to set.
            clock = device, local_day(seen_at)
            if clock not in clocks:
                clocks.add(clock)
                yield _clock(place, scope.databases[finding.database], label, seen_at, clock)
            continue
        yield Item(
            key=key_of(place.kind, finding.key, orjson.dumps(finding.details, option=orjson.OPT_SORT_KEYS)),
            kind=place.kind,
            urgency=place.urgency,
            since=seen_at,
            team=scope.databases[finding.database],
            what=number(record.visit_id) if record else label,
            text=f"finding.{finding.code.value}",
            address=f"/coordination/fiches/{record.digest}" if record else ANOMALIES,
            clinical=record.restricted if record else False,
        )


def _clock(place: _Place, team: str, label: str, since: datetime, clock: tuple[str, date]) -> Item:
    return Item(
        key=key_of(place.kind, FindingCode.CLOCK, *clock),
        kind=place.kind,
        urgency=place.urgency,
        since=since,
        team=team,
        what=label,
        text=f"finding.{FindingCode.CLOCK.value}",
        # The tablet, with who uses it and when it was last seen: a clock is set on it, not on its records.
        address=f"{TABLETS}#{clock[0]}",
    )


def quarantined(session: Session, scope: Scope) -> Iterator[Item]:
    """Yield the envelopes kept aside and not replaced since, with the reason and whose turn it is."""
    labels = dict(session.exec(select(Device.id, Device.label)).all())
    for row in session.exec(
        select(Quarantined).where(
            col(Quarantined.database).in_([*scope.databases, DECISIONS]), col(Quarantined.replaced).is_(False)
        )
    ):
        reason = REASONS.get(row.reason)
        waits = reason is not None and reason.waits
        yield Item(
            key=key_of(Kind.QUARANTINED, row.database, row.envelope_id, row.reason),
            kind=Kind.QUARANTINED,
            urgency=Urgency.SOON if waits or row.turn == Turn.AUTHOR else Urgency.NOW,
            since=row.first_seen_at,
            team=scope.databases.get(row.database),
            what=labels.get(row.device_id or "", "") or row.envelope_id[:13],
            text="queue.say.quarantined",
            reason=row.reason,
            address=TABLETS if row.reason == "signer-unknown" else ANOMALIES,
            turn=row.turn or "support",
        )


class _Named(NamedTuple):
    digest: str
    visit_id: str
    device_id: str
    restricted: bool


def _columns(session: Session, kept: ColumnElement[bool], *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield some columns of records, without their content."""
    columns = table(Record).c
    for row in session.connection().execute(select_columns(*(columns[name] for name in names)).where(kept)):
        yield tuple(row)


def _records(session: Session, findings: Collection[Finding]) -> dict[str, _Named]:
    named = {finding.envelope_id for finding in findings if finding.envelope_id is not None}
    rows = _columns(session, col(Record.envelope_id).in_(named), "envelope_id", *_Named._fields)
    return {envelope: _Named(*rest) for envelope, *rest in rows}


def _first_seen(session: Session, findings: Collection[Finding]) -> dict[str, datetime]:
    """Return since when each finding is there: when central first saw what shows it, the latest of it."""
    envelopes = {finding.envelope_id for finding in findings if finding.envelope_id is not None}
    digests = {digest for finding in findings for digest in finding.details.get("records", ())}
    by_envelope = dict(
        session.exec(
            select(EnvelopeSeen.envelope_id, func.min(EnvelopeSeen.first_seen_at))
            .where(col(EnvelopeSeen.envelope_id).in_(envelopes))
            .group_by(col(EnvelopeSeen.envelope_id))
        ).all()
    )
    by_digest = dict(
        session.exec(
            select(EnvelopeSeen.record_digest, func.min(EnvelopeSeen.first_seen_at))
            .where(col(EnvelopeSeen.record_digest).in_(digests))
            .group_by(col(EnvelopeSeen.record_digest))
        ).all()
    )
    since: dict[str, datetime] = {}
    for finding in findings:
        seen = [by_digest[each] for each in finding.details.get("records", ()) if each in by_digest]
        if finding.envelope_id in by_envelope:
            seen.append(by_envelope[finding.envelope_id])
        if finding.code is FindingCode.SEQUENCE_GAP:
            seen += _after_gap(session, finding)
        if seen:
            since[finding.key] = max(seen)
    return since


def _after_gap(session: Session, finding: Finding) -> list[datetime]:
    """Return when the record after the last gap was first seen."""
    _, last = finding.details["missing"][-1]
    seen = session.exec(
        select(func.min(EnvelopeSeen.first_seen_at))
        .join(ChainLink, col(ChainLink.digest) == col(EnvelopeSeen.record_digest))
        .where(ChainLink.device_id == finding.device_id, ChainLink.sequence == last + 1)
    ).first()
    return [seen] if seen is not None else []


def _told_elsewhere(session: Session, scope: Scope) -> dict[FindingCode, list[str]]:
    """Return what names the manifests and photos that ``server.queue.stops`` tells of."""
    manifests = session.exec(
        select(Manifest.digest).where(col(Manifest.team_id).in_(scope.teams), Manifest.missing > 0)
    )
    photos = session.exec(
        select(Photo.id).where(col(Photo.team_id).in_(scope.teams), Photo.state == PhotoState.REFUSED)
    )
    return {
        FindingCode.MANIFEST_INCOMPLETE: list(manifests),
        FindingCode.PHOTO_REFUSED: list(photos),
    }
