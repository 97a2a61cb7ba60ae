"""What an indicator counts over the visits of a scope: the visits, their persons, what they say added up."""

from sqlalchemy import Integer, case, cast
from sqlmodel import Session, col, func, select

from server.projection.figure_items import MISSING
from server.report.conditions import holds
from server.report.predicate import Predicate
from server.report.scope import Scope
from server.store.figures import VisitCode, VisitFigure


def visits_of(session: Session, scope: Scope, predicate: Predicate) -> int:
    """Return how many visits satisfy a predicate."""
    statement = select(func.count()).select_from(VisitFigure).where(*scope.visits(), holds(predicate))
    return session.exec(statement).one()


def total_of(session: Session, scope: Scope, predicate: Predicate, fact: str) -> int:
    """Add up a whole number over the visits; a value said twice in one visit (two records) counts once."""
    said = case((col(VisitCode.code).in_(MISSING), None), else_=cast(col(VisitCode.code), Integer))
    statement = (
        select(func.coalesce(func.sum(said), 0))
        .select_from(VisitFigure)
        .join(
            VisitCode,
            (col(VisitCode.visit_id) == col(VisitFigure.visit_id))
            & (col(VisitCode.team_id) == col(VisitFigure.team_id)),
        )
        .where(*scope.visits(), holds(predicate), col(VisitCode.item) == fact)
    )
    return int(session.exec(statement).one())


def persons_of(session: Session, scope: Scope, predicate: Predicate) -> int:
    """Return how many distinct known persons these visits are of."""
    statement = select(func.count(func.distinct(VisitFigure.person_key))).where(
        *scope.visits(), holds(predicate), col(VisitFigure.identified).is_(True)
    )
    return session.exec(statement).one()
