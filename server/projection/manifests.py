"""Manifests: what one tablet signed at a stop that it closed, and what of it has arrived (wire §2.2)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from server.projection.findings import row as finding_row
from server.projection.reasons import Turn
from server.projection.statements import insert_rows, table
from server.store.notices import Manifest, Notice, NoticeTarget
from server.store.read import EnvelopeSeen, Finding, FindingCode, Quarantined, Record, RecordState

KIND = "manifest"
MAX_NAMED = 100
"""Digests of missing records named in one finding."""


class Fate(StrEnum):
    """What became of something that a manifest lists; the words are the manifest's columns.

    ``integrated`` is also what a correction replaced or a notice told to be in error: nobody has to act.
    """

    MISSING = "missing"
    INTEGRATED = "integrated"
    TO_CORRECT = "to_correct"
    QUARANTINED = "quarantined"


def derive(session: Session, digests: Collection[str], closed: Collection[str]) -> None:
    """Bring the manifests ``closed``, and those that list these digests, to what the set says."""
    listing = session.exec(
        select(NoticeTarget.notice_digest)
        .where(NoticeTarget.kind == KIND, col(NoticeTarget.target).in_(digests))
        .distinct()
    )
    touched = {*closed, *listing}
    if not touched:
        return
    rows, findings = table(Manifest), table(Finding)
    session.connection().execute(delete(rows).where(rows.c.digest.in_(touched)))
    keys = [f"{FindingCode.MANIFEST_INCOMPLETE}:{digest}" for digest in touched]
    session.connection().execute(delete(findings).where(findings.c.key.in_(keys)))
    notices = session.exec(select(Notice).where(col(Notice.digest).in_(touched))).all()
    for notice in notices:
        expected = sorted(set(notice.body["signed"]))
        fates = fates_of(session, expected)
        insert_rows(session, Manifest, [_row(notice, expected, fates)])
        insert_rows(session, Finding, list(_findings(notice, expected, fates)))


def fates_of(session: Session, digests: Collection[str]) -> dict[str, Fate]:
    """Return what became of each of these records and notices."""
    fates = dict.fromkeys(digests, Fate.MISSING)
    for digest, accepted in session.exec(
        select(EnvelopeSeen.record_digest, EnvelopeSeen.accepted)
        .where(col(EnvelopeSeen.record_digest).in_(digests))
        .order_by(col(EnvelopeSeen.accepted))
    ):
        fates[digest or ""] = Fate.INTEGRATED if accepted else Fate.QUARANTINED
    for digest in session.exec(
        select(Record.digest).where(col(Record.digest).in_(digests), Record.state == RecordState.TO_CORRECT)
    ):
        fates[digest] = Fate.TO_CORRECT
    kept_aside = [digest for digest, fate in fates.items() if fate is Fate.QUARANTINED]
    for digest, turn, replaced in session.exec(
        select(Quarantined.record_digest, Quarantined.turn, Quarantined.replaced)
        .where(col(Quarantined.record_digest).in_(kept_aside))
        .order_by(col(Quarantined.replaced), col(Quarantined.turn).desc())
    ):
        if replaced:
            fates[digest or ""] = Fate.INTEGRATED
        elif turn == Turn.AUTHOR:
            fates[digest or ""] = Fate.TO_CORRECT
    return fates


def _row(notice: Notice, expected: list[str], fates: Mapping[str, Fate]) -> dict[str, Any]:
    counts = {fate.value: _count(fates.values(), fate) for fate in Fate}
    return {
        "digest": notice.digest,
        "database": notice.database,
        "envelope_id": notice.envelope_id,
        "team_id": notice.team_id,
        "stop_id": notice.stop_id,
        "device_id": notice.device_id,
        "member_id": notice.member_id,
        "keeper": notice.body["keeper"]["name"],
        "closed_at": notice.signed_at + timedelta(milliseconds=notice.clock_offset_ms or 0),
        "visits": notice.body["visits"],
        "records": notice.body["records"],
        "expected": expected,
        **counts,
    }


def _count(fates: Iterable[Fate], wanted: Fate) -> int:
    return sum(fate is wanted for fate in fates)


def _findings(notice: Notice, expected: list[str], fates: Mapping[str, Fate]) -> Iterable[dict[str, Any]]:
    missing = [digest for digest in expected if fates[digest] is Fate.MISSING]
    if missing:
        yield finding_row(
            FindingCode.MANIFEST_INCOMPLETE,
            notice.digest,
            database=notice.database,
            device_id=notice.device_id,
            envelope_id=notice.envelope_id,
            details={"missing": len(missing), "expected": len(expected), "records": missing[:MAX_NAMED]},
        )
