"""The campaigns that people can be asked about."""

from collections.abc import Sequence

from sqlmodel import Session, select

from server.store.control import Campaign


def by_title(session: Session) -> Sequence[Campaign]:
    """Return every campaign, in the order of their titles."""
    return session.exec(select(Campaign).order_by(Campaign.title, Campaign.id)).all()
