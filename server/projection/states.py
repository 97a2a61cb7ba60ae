"""Where each record stands: what ends it first, then the last decision of a reviewer (design, promise 3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.projection.corrections import Correction, endings
from server.projection.findings import row
from server.projection.statements import insert_rows, table
from server.store.read import (
    Decision,
    EnvelopeSeen,
    Finding,
    FindingCode,
    Quarantined,
    Record,
    RecordState,
)

SET_CODES = (FindingCode.CORRECTION_FORK, FindingCode.DUPLICATE_ENVELOPE)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides of one record: the corrections that replace it, what tells it in error, the last decision.

    Corrections outweigh the rest: a record that was corrected was not written for nothing.
    """

    corrections: tuple[Correction, ...] = ()
    errors: tuple[Correction, ...] = ()
    decision: Decision | None = None

    @property
    def state(self) -> RecordState:
        """The state that follows."""
        if self.corrections:
            return RecordState.SUPERSEDED
        if self.errors:
            return RecordState.ENTERED_IN_ERROR
        return RecordState(self.decision.verdict) if self.decision else RecordState.INTEGRATED

    @property
    def ending(self) -> Correction | None:
        """What ended it, if anything did."""
        return next(iter((*self.corrections, *self.errors)), None)


def derive(session: Session, digests: Collection[str]) -> dict[str, Standing]:
    """Bring the states and findings of these records to what the set says; return what decided them."""
    replaced, in_error = endings(session, digests)
    decided = _last_decisions(session, digests)
    standings = {
        digest: Standing(
            tuple(replaced.get(digest, ())), tuple(in_error.get(digest, ())), decided.get(digest)
        )
        for digest in digests
    }
    _update_states(session, standings)
    _update_quarantine(session, {*replaced, *in_error}, digests)
    _replace_findings(session, standings)
    return standings


def _last_decisions(session: Session, digests: Collection[str]) -> dict[str, Decision]:
    rows = session.exec(
        select(Decision)
        .where(col(Decision.record_digest).in_(digests))
        .order_by(col(Decision.decided_at), col(Decision.document_id))
    )
    return {decision.record_digest: decision for decision in rows}


def _update_states(session: Session, standings: Mapping[str, Standing]) -> None:
    present = session.exec(select(Record.digest, Record.state).where(col(Record.digest).in_(standings)))
    records = table(Record)
    for digest, state in present.all():
        if standings[digest].state is not state:
            session.connection().execute(
                update(records).where(records.c.digest == digest).values(state=standings[digest].state)
            )


def _update_quarantine(session: Session, replaced: Collection[str], digests: Collection[str]) -> None:
    quarantined = table(Quarantined)
    for value, chosen in ((True, set(replaced)), (False, set(digests) - set(replaced))):
        session.connection().execute(
            update(quarantined)
            .where(quarantined.c.record_digest.in_(chosen), quarantined.c.replaced != value)
            .values(replaced=value)
        )


def _replace_findings(session: Session, standings: Mapping[str, Standing]) -> None:
    carriers: dict[str, list[tuple[str, str]]] = {}
    for digest, envelope_id, database in session.exec(
        select(EnvelopeSeen.record_digest, EnvelopeSeen.envelope_id, EnvelopeSeen.database).where(
            col(EnvelopeSeen.record_digest).in_(standings), EnvelopeSeen.accepted
        )
    ):
        if digest is not None:
            carriers.setdefault(digest, []).append((envelope_id, database))
    keys = [f"{code}:{digest}" for code in SET_CODES for digest in standings]
    findings = table(Finding)
    session.connection().execute(delete(findings).where(findings.c.key.in_(keys)))
    rows: list[dict[str, Any]] = []
    for digest, found in carriers.items():
        envelope_id, database = min(found)
        place = {"database": database, "envelope_id": envelope_id}
        if len(found) > 1:
            details = {"envelopes": sorted(each for each, _ in found)}
            rows.append(row(FindingCode.DUPLICATE_ENVELOPE, digest, **place, details=details))
        rivals = standings[digest].corrections
        if len(rivals) > 1:
            details = {"records": [each.digest for each in rivals]}
            rows.append(row(FindingCode.CORRECTION_FORK, digest, **place, details=details))
    insert_rows(session, Finding, rows)
