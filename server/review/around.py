"""What the notices of a visit say around its records: coming, co-signatures, errors, photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Exists, exists
from sqlmodel import Session, col, select

from server.review.restricted import is_restricted
from server.store.notices import Attendance, Cosignature, Notice, NoticeTarget, Photo
from server.store.read import Answer, EnvelopeSeen, Record


@dataclass(frozen=True, slots=True)
class ToldInError:
    """A notice that a record should not have been written."""

    member_id: str
    told_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a visit beside its records; ``cosignatures`` and ``errors`` are of one record."""

    coming: Attendance | None
    cosignatures: tuple[Cosignature, ...]
    errors: tuple[ToldInError, ...]
    photos: tuple[Photo, ...]

    @property
    def waited_minutes(self) -> int | None:
        """Whole minutes from the arrival to the first of the team; None when either was not told."""
        if self.coming is None or self.coming.arrived_at is None:
            return None
        seen = [at for at in (self.coming.with_nurse_at, self.coming.with_doctor_at) if at is not None]
        # Who was seen and then sent back to wait had not waited before.
        return max(0, (min(seen) - self.coming.arrived_at) // timedelta(minutes=1)) if seen else None


def around(session: Session, record: Record) -> Around:
    """Return what the notices say around a record."""
    cosignatures = session.exec(
        select(Cosignature)
        .where(Cosignature.record_digest == record.digest)
        .order_by(col(Cosignature.signed_at), col(Cosignature.member_id))
    )
    return Around(
        coming=session.get(Attendance, (record.visit_id, record.team_id)),
        cosignatures=tuple(cosignatures),
        errors=_errors(session, record),
        photos=tuple(photos_of(session, record)),
    )


def photos_of(session: Session, record: Record) -> Sequence[Photo]:
    """Return the photos that a record's answers name, of whichever visit, in the order they were taken.

    A record given to the right person's visit keeps those that it names. Those of its visit that no record
    names, as of one that has not arrived, are shown with each. One that is restricted is only shown with a
    record that is.
    """
    answers = session.exec(
        select(Answer.link_id, Answer.value_code).where(Answer.record_digest == record.digest)
    ).all()
    found = session.exec(
        select(Photo)
        .where(
            Photo.team_id == record.team_id,
            col(Photo.id).in_({code for _, code in answers})
            | ((col(Photo.visit_id) == record.visit_id) & ~_is_named()),
        )
        .order_by(col(Photo.taken_at), col(Photo.id))
    ).all()
    named = set(answers)
    restricted = is_restricted(session, record)
    return [
        photo
        for photo in found
        if (restricted or not photo.restricted)
        and ((photo.link_id, photo.id) in named or photo.visit_id == record.visit_id)
    ]


def _is_named() -> Exists:
    """Whether a record of the photo's team answers with it."""
    return exists().where(
        col(Answer.link_id) == col(Photo.link_id),
        col(Answer.value_code) == col(Photo.id),
        col(Record.digest) == col(Answer.record_digest),
        col(Record.team_id) == col(Photo.team_id),
    )


def _errors(session: Session, record: Record) -> tuple[ToldInError, ...]:
    found = session.exec(
        select(Notice)
        .where(
            Notice.kind == "entered_in_error",
            Notice.team_id == record.team_id,
            col(Notice.digest).in_(
                select(NoticeTarget.notice_digest)
                .join(EnvelopeSeen, col(EnvelopeSeen.envelope_id) == col(NoticeTarget.target))
                .where(EnvelopeSeen.record_digest == record.digest)
            ),
        )
        .order_by(col(Notice.signed_at), col(Notice.digest))
    )
    return tuple(ToldInError(each.member_id, each.signed_at, each.body["reason"]) for each in found)
