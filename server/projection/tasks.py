"""Tasks: what the answers of a visit ask for afterwards, and where each stands."""

from collections.abc import Collection

from sqlmodel import Session

from server.projection.visits import VisitKey


def derive(session: Session, visits: Collection[VisitKey], acts: Collection[tuple[str, str]]) -> None:
    """Bring the tasks of these visits, and the states that these acts change, to what the set says."""
    del session, visits, acts
