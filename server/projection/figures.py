"""Figures: one row a visit with what reports cross (``store.figures``)."""

from collections.abc import Collection

from sqlmodel import Session

from server.projection.visits import VisitKey


def derive(session: Session, visits: Collection[VisitKey]) -> None:
    """Bring the figures of these visits to what the set says; after people, whose keys they hold."""
    del session, visits
