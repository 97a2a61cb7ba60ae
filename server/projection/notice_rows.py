"""Rows of notices just examined: what each says by itself (wire §2.2)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import update
from sqlmodel import Session, col, select

from server.envelope.notice import (
    CosignatureNotice,
    EnteredInErrorNotice,
    ManifestNotice,
    Notice,
    PhotoNotice,
)
from server.envelope.payload import Payload, Signed
from server.projection.examine import Examined
from server.projection.statements import insert_rows, table
from server.store import notices as tables

_COMMON = frozenset(Signed.__struct_fields__) | {"kind", "visit", "data"}
"""Members of a notice that are not in the body of its row: ``data`` is a piece's."""


def write(session: Session, accepted: Sequence[Examined]) -> dict[str, Notice]:
    """Insert new notices; one already there moves to a smaller envelope. Return all of them, by digest."""
    carried: dict[str, Examined] = {}
    notices: dict[str, Notice] = {}
    for envelope in sorted(accepted, key=lambda each: each.envelope_id, reverse=True):
        payload = envelope.payload
        if envelope.digest and payload is not None and not isinstance(payload, Payload):
            carried[envelope.digest], notices[envelope.digest] = envelope, payload
    if not notices:
        return {}
    known = dict(
        session.exec(
            select(tables.Notice.digest, tables.Notice.envelope_id).where(
                col(tables.Notice.digest).in_(notices)
            )
        ).all()
    )
    new = {digest: notice for digest, notice in notices.items() if digest not in known}
    rows = [_notice_row(digest, notice, carried[digest]) for digest, notice in new.items()]
    insert_rows(session, tables.Notice, rows)
    insert_rows(session, tables.NoticeTarget, _target_rows(new))
    insert_rows(session, tables.PhotoPiece, _piece_rows(new))
    for digest, former in known.items():
        if carried[digest].envelope_id < former:
            _move(session, carried[digest])
    return notices


def _move(session: Session, carrier: Examined) -> None:
    rows = table(tables.Notice)
    session.connection().execute(
        update(rows)
        .where(rows.c.digest == carrier.digest)
        .values(envelope_id=carrier.envelope_id, database=carrier.database)
    )


def visit_of(notice: Notice) -> str | None:
    """Return the visit that a notice is about, if it is about one."""
    return None if isinstance(notice, CosignatureNotice | ManifestNotice) else notice.visit


def targets_of(notice: Notice) -> Collection[str]:
    """Return the digests or the envelope id that a notice names."""
    if isinstance(notice, CosignatureNotice):
        return {each.record for each in notice.records}
    if isinstance(notice, EnteredInErrorNotice):
        return {notice.record}
    return set(notice.signed) if isinstance(notice, ManifestNotice) else ()


def _notice_row(digest: str, notice: Notice, carrier: Examined) -> dict[str, Any]:
    body = msgspec.to_builtins(notice)
    return {
        "digest": digest,
        "envelope_id": carrier.envelope_id,
        "database": carrier.database,
        "kind": _kind(notice),
        "campaign_id": notice.campaign,
        "team_id": notice.team,
        "stop_id": notice.stop,
        "visit_id": visit_of(notice),
        "device_id": notice.device,
        "slot_id": notice.slot,
        "member_id": notice.member,
        "sequence": notice.sequence,
        "signed_at": notice.signed_at,
        "clock_offset_ms": notice.clock_offset_ms,
        "body": {name: value for name, value in body.items() if name not in _COMMON},
    }


def _target_rows(notices: Mapping[str, Notice]) -> list[dict[str, Any]]:
    return [
        {"notice_digest": digest, "target": target, "kind": _kind(notice)}
        for digest, notice in notices.items()
        for target in targets_of(notice)
    ]


def _piece_rows(notices: Mapping[str, Notice]) -> list[dict[str, Any]]:
    return [
        {
            "notice_digest": digest,
            "photo_id": notice.photo,
            "team_id": notice.team,
            "piece": notice.piece,
            "data": notice.piece_bytes,
        }
        for digest, notice in notices.items()
        if isinstance(notice, PhotoNotice)
    ]


def _kind(notice: Notice) -> str:
    return str(notice.__struct_config__.tag)
