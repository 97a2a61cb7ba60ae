"""Co-signatures: who signed under a record of another (wire §2.2). It may arrive before the record."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from server.projection.statements import insert_rows, table
from server.projection.visits import VisitKey
from server.store.notices import Cosignature, Notice, NoticeTarget
from server.store.read import Record

KIND = "cosignature"


def derive(session: Session, digests: Collection[str]) -> set[VisitKey]:
    """Bring the co-signatures of these records, and those that these notices make, to what the set says.

    Return the visits of the records concerned, whose figures count co-signatures.
    """
    # As a query and not as a list: a page of notices may name tens of thousands of records.
    records = select(NoticeTarget.target).where(
        NoticeTarget.kind == KIND,
        or_(col(NoticeTarget.target).in_(digests), col(NoticeTarget.notice_digest).in_(digests)),
    )
    rows = table(Cosignature)
    session.connection().execute(delete(rows).where(rows.c.record_digest.in_(records)))
    found = session.exec(
        select(NoticeTarget.target, Notice)
        .join(Notice, col(Notice.digest) == col(NoticeTarget.notice_digest))
        .join(Record, col(Record.digest) == col(NoticeTarget.target))
        .where(
            NoticeTarget.kind == KIND,
            col(NoticeTarget.target).in_(records),
            col(Record.team_id) == col(Notice.team_id),
            col(Record.member_id) != col(Notice.member_id),
        )
    ).all()
    # A member who signs under it twice has signed when they first did.
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for record, notice in sorted(found, key=lambda pair: (_signed_at(pair[1]), pair[1].digest)):
        row = {
            "record_digest": record,
            "member_id": notice.member_id,
            "notice_digest": notice.digest,
            "signed_at": _signed_at(notice),
        }
        first.setdefault((record, notice.member_id), row)
    insert_rows(session, Cosignature, list(first.values()))
    return set(session.exec(select(Record.visit_id, Record.team_id).where(col(Record.digest).in_(records))))


def _signed_at(notice: Notice) -> datetime:
    return notice.signed_at + timedelta(milliseconds=notice.clock_offset_ms or 0)
