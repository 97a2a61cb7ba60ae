"""How many professionals: members who signed or co-signed, doctors who answered a link (reports.md)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, func, select

from server.projection.opinions import physician_key
from server.report.conditions import holds
from server.report.predicate import Predicate
from server.report.scope import Scope
from server.store.figures import SignedAct, VisitFigure
from server.store.remote import Opinion


def distinct_professionals(session: Session, scope: Scope, predicate: Predicate) -> int:
    """Return how many professionals the visits of a scope had that fulfil a predicate."""
    return _members(session, scope, predicate) + _remote_doctors(session, scope, predicate)


def _members(session: Session, scope: Scope, predicate: Predicate) -> int:
    statement = (
        select(func.count(func.distinct(col(SignedAct.member_id))))
        .select_from(VisitFigure)
        .join(SignedAct, _same_visit(SignedAct))
        .where(*scope.visits(), holds(predicate))
    )
    return session.exec(statement).one()


def _remote_doctors(session: Session, scope: Scope, predicate: Predicate) -> int:
    statement = (
        select(Opinion.rpps, Opinion.signed_name)
        .select_from(VisitFigure)
        .join(Opinion, _same_visit(Opinion))
        .where(*scope.visits(), holds(predicate))
        .distinct()
    )
    answered = session.exec(statement).all()
    numbers = _only_numbers(session) if any(rpps is None for rpps, _ in answered) else {}
    return len({_who(rpps, name, numbers) for rpps, name in answered})


def _who(rpps: str | None, name: str, numbers: Mapping[str, str]) -> str:
    return physician_key(rpps or numbers.get(physician_key(None, name)), name)


def _only_numbers(session: Session) -> dict[str, str]:
    """Return the RPPS number of each name that the organisation knows one of; of several, nothing is said.

    Over all that was answered, not the scope alone: who somebody is does not depend on the period looked at.
    """
    found: dict[str, set[str]] = defaultdict(set)
    known = select(Opinion.rpps, Opinion.signed_name).where(col(Opinion.rpps).is_not(None)).distinct()
    for rpps, name in session.exec(known):
        if rpps:
            found[physician_key(None, name)].add(rpps)
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


def _same_visit(model: type[SignedAct] | type[Opinion]) -> Any:
    return (col(VisitFigure.visit_id) == col(model.visit_id)) & (
        col(VisitFigure.team_id) == col(model.team_id)
    )
