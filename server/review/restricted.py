"""Restricted visits (wire §2.3): a clinical coordinator says why before anything of them is shown."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from server.review import access_log
from server.review.access_log import Action, Actor, Outcome
from server.review.errors import ReasonNeeded
from server.review.reviewer import Reviewer
from server.review.versions import versions
from server.store.control import RestrictedOpening
from server.store.read import Record

OPEN_FOR = timedelta(hours=1)
"""How long a visit stays open to whoever said why: the time to read its records one after the other."""
MAX_REASON = 500


def is_restricted(session: Session, record: Record) -> bool:
    """Whether any record of the visit is restricted, or of a visit in which a version of this record lies.

    Also one that was replaced: the history shows what every version says.
    """
    visits = {record.visit_id, *(version.visit_id for version, _ in versions(session, record))}
    found = session.exec(
        select(Record.digest)
        .where(
            col(Record.visit_id).in_(visits),
            Record.team_id == record.team_id,
            col(Record.restricted).is_(True),
        )
        .limit(1)
    )
    return found.first() is not None


def check_open(session: Session, reader: Reviewer, record: Record, now: datetime) -> None:
    """Raise ``ReasonNeeded`` when a clinical coordinator has to say why first.

    The others pass: nothing restricted is in what they are shown.
    """
    if not reader.is_clinical or not is_restricted(session, record):
        return
    found = session.exec(
        select(RestrictedOpening.log_sequence)
        .where(
            RestrictedOpening.visit_id == record.visit_id,
            RestrictedOpening.team_id == record.team_id,
            RestrictedOpening.member_id == reader.member_id,
            col(RestrictedOpening.opened_at) > now - OPEN_FOR,
        )
        .limit(1)
    )
    if found.first() is None:
        raise ReasonNeeded(record.digest)


def open_visit(session: Session, actor: Actor, record: Record, reason: str, at: datetime) -> None:
    """Keep why the visit of a record is opened, and log that it was; the log holds ids only."""
    line = access_log.append(
        session, actor, Action.OPEN_RESTRICTED, "record", record.digest, Outcome.DONE, at=at
    )
    session.add(
        RestrictedOpening(
            log_sequence=line.sequence,
            visit_id=record.visit_id,
            team_id=record.team_id,
            member_id=actor.id,
            opened_at=at,
            reason=reason,
        )
    )
    session.flush()


def reasons(session: Session, record: Record) -> dict[int, str]:
    """Return the reasons given for opening the visit of a record, by the line of the access log."""
    return dict(
        session.exec(
            select(RestrictedOpening.log_sequence, RestrictedOpening.reason).where(
                RestrictedOpening.visit_id == record.visit_id, RestrictedOpening.team_id == record.team_id
            )
        ).all()
    )
