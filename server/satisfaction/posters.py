"""Posters: a link that anybody may scan, made and ended by coordinators."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from server.identifiers import new_uuid
from server.store.satisfaction import SatisfactionPoster

MAX_PLACE = 80


def create(session: Session, campaign: str, place: str, member: str, now: datetime) -> SatisfactionPoster:
    """Make a poster; its address cannot be guessed, so that only those who stand before it answer."""
    poster = SatisfactionPoster(
        id=new_uuid(),
        address=secrets.token_urlsafe(12),
        campaign_id=campaign,
        place=place,
        created_at=now,
        created_by=member,
    )
    session.add(poster)
    return poster


def of_address(session: Session, address: str) -> SatisfactionPoster | None:
    """Return the poster of an address, ended or not."""
    return session.exec(select(SatisfactionPoster).where(SatisfactionPoster.address == address)).first()


def all_of(session: Session) -> Sequence[SatisfactionPoster]:
    """Return every poster, those in use first, then the latest first."""
    return session.exec(
        select(SatisfactionPoster).order_by(
            col(SatisfactionPoster.ended_at).is_not(None), col(SatisfactionPoster.created_at).desc()
        )
    ).all()


def end(session: Session, poster: SatisfactionPoster, now: datetime) -> bool:
    """End a poster; return whether it was in use."""
    if poster.ended_at is not None:
        return False
    poster.ended_at = now
    session.add(poster)
    return True
