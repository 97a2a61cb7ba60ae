"""Receipts: what central says of each envelope, committed with the rows and carried out afterwards (wire §4).

The outbox makes the two steps one: a crash between the commit and the replication store loses nothing, since
the row is still there; a crash between the replication store and the row's removal repeats a receipt that
``central.publisher`` finds already said.
"""

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from server.central import receipts as central_receipts
from server.central.errors import CentralError
from server.central.publisher import Central
from server.projection import photos
from server.projection.reasons import REASONS, Turn
from server.projection.statements import insert_rows, table
from server.projection.states import Standing
from server.store.control import Member, ReceiptOutbox
from server.store.database import Store
from server.store.read import Decision, EnvelopeSeen, Quarantined, Receipt, RecordState
from sync.errors import SyncError

BATCH = 200

_log = logging.getLogger(__name__)

_Key = tuple[str, str]
"""Database and envelope id."""


def derive(
    session: Session, database: str, envelopes: Collection[str], standings: Mapping[str, Standing]
) -> None:
    """Say of these envelopes, and of all that carry these records, what now stands; queue what is new."""
    seen = session.exec(
        select(EnvelopeSeen).where(
            or_(
                (col(EnvelopeSeen.database) == database) & col(EnvelopeSeen.envelope_id).in_(envelopes),
                col(EnvelopeSeen.record_digest).in_(standings),
            )
        )
    ).all()
    refused = _refused(session, {each.envelope_id for each in seen})
    names = _names(session, [each.decision for each in standings.values() if each.decision])
    set_aside = photos.refusals(session, {each.record_digest for each in seen if each.record_digest})
    wanted: dict[_Key, dict[str, Any]] = {}
    for each in seen:
        standing = standings.get(each.record_digest or "", Standing())
        key = each.database, each.envelope_id
        photo = set_aside.get(each.record_digest or "")
        wanted[key] = _receipt_row(each, refused.get(key), standing, photo, names)
    present = {
        (receipt.database, receipt.envelope_id): receipt.model_dump()
        for receipt in session.exec(
            select(Receipt).where(col(Receipt.envelope_id).in_({each.envelope_id for each in seen}))
        )
    }
    changed = {key: row for key, row in wanted.items() if present.get(key) != row}
    for model, rows in ((Receipt, list(changed.values())), (ReceiptOutbox, _outbox(changed.values()))):
        _replace(session, model, changed)
        insert_rows(session, model, rows)


async def drain(store: Store, central: Central) -> int:
    """Carry the queued receipts to the replication store; return how many were carried.

    A database that cannot be written keeps its receipts queued and does not hold back the others.
    """
    carried, last = 0, 0
    while batch := await asyncio.to_thread(_queued, store, last):
        last = max(queued.id or 0 for queued in batch)
        by_database: dict[str, list[ReceiptOutbox]] = defaultdict(list)
        for queued in batch:
            by_database[queued.database].append(queued)
        for database, rows in by_database.items():
            try:
                await central_receipts.publish(central, database, [queued.body for queued in rows])
            except (CentralError, SyncError) as error:
                _log.warning("receipts wait", extra={"database": database, "error": type(error).__name__})
                continue
            await asyncio.to_thread(_remove, store, rows)
            carried += len(rows)
    return carried


def body(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the receipt of wire §4 that a row of ``Receipt`` stands for: its open and its sealed part."""
    message = {"message": row["message"], "by": row["message_by"]} if row["message"] else None
    return {
        "open": {
            "envelope": row["envelope_id"],
            "record": row["record_digest"],
            "state": row["state"],
            "turn": row["turn"],
            "reasons": row["reasons"],
            "at": row["at"].isoformat(timespec="milliseconds"),
        },
        "sealed": message,
    }


def _receipt_row(
    seen: EnvelopeSeen,
    refused: Quarantined | None,
    standing: Standing,
    photo: str | None,
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Return the receipt of one envelope; ``photo``: why a photo was set aside that it carries or names."""
    ending = standing.ending
    at = max(seen.first_seen_at, ending.seen_at) if ending else seen.first_seen_at
    endings = ["superseded"] if standing.corrections else ["entered-in-error"] if standing.errors else []
    row: dict[str, Any] = {
        "database": seen.database,
        "envelope_id": seen.envelope_id,
        "record_digest": seen.record_digest,
        "state": RecordState.INTEGRATED.value,
        "turn": None,
        "reasons": endings or ([photo] if photo else []),
        "at": at,
        "message": None,
        "message_by": None,
    }
    if refused is not None:
        reason = REASONS[refused.reason]
        row["state"] = "received" if reason.waits else "quarantined"
        row["turn"] = None if ending else reason.turn
        row["reasons"] = [reason.code, *endings]
    elif standing.decision and standing.state is RecordState.TO_CORRECT:
        decision = standing.decision
        row["state"] = RecordState.TO_CORRECT.value
        row["turn"] = Turn.AUTHOR.value
        row["reasons"] = ["review"]
        row["at"] = _later(at, decision.decided_at)
        row["message"] = decision.message
        row["message_by"] = names.get(decision.member_id, "")
    elif standing.decision and not ending:
        row["at"] = _later(at, standing.decision.decided_at)
    return row


def _later(first: datetime, second: datetime) -> datetime:
    return max(first, second)


def _refused(session: Session, envelopes: Collection[str]) -> dict[_Key, Quarantined]:
    rows = session.exec(select(Quarantined).where(col(Quarantined.envelope_id).in_(envelopes)))
    return {(row.database, row.envelope_id): row for row in rows}


def _names(session: Session, decisions: Sequence[Decision]) -> dict[str, str]:
    ids = {decision.member_id for decision in decisions}
    return {member.id: member.name for member in session.exec(select(Member).where(col(Member.id).in_(ids)))}


def _outbox(rows: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    queued = []
    for row in rows:
        said = body(row)
        version = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
        place = {"database": row["database"], "envelope_id": row["envelope_id"]}
        queued.append({**place, "version": version, "body": said})
    return queued


def _replace(session: Session, model: type[Receipt | ReceiptOutbox], keys: Collection[_Key]) -> None:
    by_database: dict[str, list[str]] = defaultdict(list)
    for database, envelope_id in keys:
        by_database[database].append(envelope_id)
    columns = table(model).c
    for database, envelope_ids in by_database.items():
        session.connection().execute(
            delete(table(model)).where(columns.database == database, columns.envelope_id.in_(envelope_ids))
        )


def _queued(store: Store, after: int) -> Sequence[ReceiptOutbox]:
    oldest = select(ReceiptOutbox).where(col(ReceiptOutbox.id) > after).order_by(col(ReceiptOutbox.id))
    with store.session() as session:
        return session.exec(oldest.limit(BATCH)).all()


def _remove(store: Store, rows: Sequence[ReceiptOutbox]) -> None:
    """Remove what was written; what was queued meanwhile for the same envelope has another version."""
    columns = table(ReceiptOutbox).c
    with store.session() as session:
        for row in rows:
            session.connection().execute(
                delete(table(ReceiptOutbox)).where(
                    columns.database == row.database,
                    columns.envelope_id == row.envelope_id,
                    columns.version == row.version,
                )
            )
