"""Photos: whole once all their pieces have come, shown only when they are plain (wire §2.2)."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from server.projection.findings import row as finding_row
from server.projection.jpeg import PhotoRefused, check
from server.projection.statements import among_visits, insert_rows, table
from server.store.notices import Notice, Photo, PhotoPiece, PhotoState
from server.store.read import Answer, Finding, FindingCode, Record

PhotoKey = tuple[str, str]
"""Photo id and team id."""

_UUID_CHARACTERS = 36
"""Few answers but photos are as long: the others need no look-up."""

_BEST_FIRST = (PhotoState.COMPLETE, PhotoState.INCOMPLETE, PhotoState.REFUSED)


class Announced(NamedTuple):
    """What the pieces of one photo must all say."""

    visit_id: str
    stop_id: str
    member_id: str
    link_id: str
    digest: str
    media_type: str
    width: int
    height: int
    pieces: int
    restricted: bool


class _Found(NamedTuple):
    """What became of the pieces that announce the same photo."""

    state: PhotoState
    reason: str | None
    announced: Announced
    arrived: int
    first: Notice
    taken_at: datetime


def pieces_of(session: Session, photos: Collection[PhotoKey]) -> set[str]:
    """Return the digests of all notices that carry a piece of these photos."""
    if not photos:
        return set()
    return set(session.exec(select(PhotoPiece.notice_digest).where(_any_of(photos))).all())


def records_naming(session: Session, photos: Collection[tuple[str, str]]) -> set[str]:
    """Return the digests of the records that answer an item with a photo, given as (item, photo id)."""
    if not photos:
        return set()
    # Both columns of the index, each by itself: SQLite finds no pair among pairs without reading all.
    found = session.exec(
        select(Answer.record_digest, Answer.link_id, Answer.value_code).where(
            col(Answer.link_id).in_({item for item, _ in photos}),
            col(Answer.value_code).in_({photo for _, photo in photos}),
        )
    )
    return {digest for digest, item, photo in found if (item, photo) in photos}


def refusals(session: Session, digests: Collection[str]) -> dict[str, str]:
    """Return why a photo was set aside, for those of these notices and records that carry or name it."""
    return _refused_pieces(session, digests) | _refused_answers(session, digests)


def _refused_answers(session: Session, digests: Collection[str]) -> dict[str, str]:
    """By whichever visit the photo came: a record given to the right person's visit names it still."""
    found = session.exec(
        select(Answer.record_digest, Photo.reason)
        .join(Record, col(Record.digest) == col(Answer.record_digest))
        .join(
            Photo,
            (col(Photo.id) == col(Answer.value_code))
            & (col(Photo.team_id) == col(Record.team_id))
            & (col(Photo.link_id) == col(Answer.link_id)),
        )
        .where(
            col(Answer.record_digest).in_(digests),
            func.length(Answer.value_code) == _UUID_CHARACTERS,
            Photo.state == PhotoState.REFUSED,
        )
        .order_by(col(Photo.id))
    )
    return {digest: reason or "" for digest, reason in found}


def _refused_pieces(session: Session, digests: Collection[str]) -> dict[str, str]:
    found = session.exec(
        select(PhotoPiece.notice_digest, Photo.reason)
        .join(
            Photo,
            (col(Photo.id) == col(PhotoPiece.photo_id)) & (col(Photo.team_id) == col(PhotoPiece.team_id)),
        )
        .where(col(PhotoPiece.notice_digest).in_(digests), Photo.state == PhotoState.REFUSED)
    )
    return {digest: reason for digest, reason in found if reason is not None}


def derive(session: Session, photos: Collection[PhotoKey]) -> None:
    """Bring these photos to what their pieces give."""
    if not photos:
        return
    rows, findings = table(Photo), table(Finding)
    session.connection().execute(delete(rows).where(among_visits(rows.c.id, rows.c.team_id, photos)))
    keys = [f"{FindingCode.PHOTO_REFUSED}:{_subject(key)}" for key in photos]
    session.connection().execute(delete(findings).where(findings.c.key.in_(keys)))
    notices: dict[PhotoKey, list[Notice]] = defaultdict(list)
    for photo, notice in session.exec(
        select(PhotoPiece.photo_id, Notice)
        .join(Notice, col(Notice.digest) == col(PhotoPiece.notice_digest))
        .where(_any_of(photos))
    ):
        notices[photo, notice.team_id].append(notice)
    for key, carried in notices.items():
        found = _best(session, carried)
        insert_rows(session, Photo, [_row(key, found)])
        if found.state is PhotoState.REFUSED:
            insert_rows(session, Finding, [_finding(key, found)])


def image(session: Session, photo: Photo) -> bytes:
    """Return the bytes of a complete photo."""
    found = session.exec(
        select(Notice)
        .join(PhotoPiece, col(PhotoPiece.notice_digest) == col(Notice.digest))
        .where(_any_of([(photo.id, photo.team_id)]))
    )
    wanted = [notice for notice in found if _announced(notice).digest == photo.digest]
    return _image(session, wanted)


def _any_of(photos: Collection[PhotoKey]) -> Any:
    return among_visits(col(PhotoPiece.photo_id), col(PhotoPiece.team_id), photos)


def _best(session: Session, notices: Iterable[Notice]) -> _Found:
    """Of pieces that contradict one another under one id, the photo that is best made out of them."""
    by_announced: dict[Announced, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_announced[_announced(notice)].append(notice)
    candidates = [_found(session, announced, each) for announced, each in by_announced.items()]
    return min(candidates, key=lambda found: (_BEST_FIRST.index(found.state), found.announced))


def _announced(notice: Notice) -> Announced:
    body = notice.body
    return Announced(
        visit_id=notice.visit_id or "",
        stop_id=notice.stop_id,
        member_id=notice.member_id,
        **{name: body[name] for name in Announced._fields if name in body},
    )


def _found(session: Session, announced: Announced, notices: Sequence[Notice]) -> _Found:
    arrived = {notice.body["piece"] for notice in notices}
    state, reason = PhotoState.INCOMPLETE, None
    if len(arrived) == announced.pieces:
        state, reason = _judged(announced, _image(session, notices))
    first = min(notices, key=lambda notice: notice.envelope_id)
    return _Found(state, reason, announced, len(arrived), first, min(_instants(notices)))


def _judged(announced: Announced, image: bytes) -> tuple[PhotoState, str | None]:
    if hashlib.sha256(image).hexdigest() != announced.digest:
        return PhotoState.REFUSED, "photo-digest"
    try:
        check(image, announced.width, announced.height)
    except PhotoRefused as refused:
        return PhotoState.REFUSED, refused.code
    return PhotoState.COMPLETE, None


def _image(session: Session, notices: Iterable[Notice]) -> bytes:
    """Join pieces in order; of one signed twice, the one of the smaller digest."""
    chosen: dict[int, str] = {}
    for notice in sorted(notices, key=lambda each: each.digest, reverse=True):
        chosen[notice.body["piece"]] = notice.digest
    pieces = dict(
        session.exec(
            select(PhotoPiece.piece, PhotoPiece.data).where(
                col(PhotoPiece.notice_digest).in_(chosen.values())
            )
        ).all()
    )
    return b"".join(pieces[piece] for piece in sorted(pieces))


def _instants(notices: Iterable[Notice]) -> Iterator[datetime]:
    for notice in notices:
        yield notice.signed_at + timedelta(milliseconds=notice.clock_offset_ms or 0)


def _subject(key: PhotoKey) -> str:
    return ":".join(key)


def _row(key: PhotoKey, found: _Found) -> dict[str, Any]:
    return {
        "id": key[0],
        "team_id": key[1],
        **found.announced._asdict(),
        "arrived": found.arrived,
        "state": found.state,
        "reason": found.reason,
        "taken_at": found.taken_at,
    }


def _finding(key: PhotoKey, found: _Found) -> dict[str, Any]:
    return finding_row(
        FindingCode.PHOTO_REFUSED,
        _subject(key),
        database=found.first.database,
        device_id=found.first.device_id,
        envelope_id=found.first.envelope_id,
        details={"photo": key[0], "visit": found.announced.visit_id, "code": found.reason},
    )
