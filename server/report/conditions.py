"""Predicates as conditions on rows of ``VisitFigure``: when one holds, and when it is known not to.

Both are asked, because what was not said is neither (Kleene's three values).
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, and_, false, not_, or_, true
from sqlmodel import col, select

from server.projection.figure_items import NO_QUESTION
from server.projection.statements import table
from server.report.facts import FACTS, MISSING_CODES, Fact, Kind
from server.report.predicate import AllOf, AnyOf, Between, Days, In, Missing, Not, Predicate
from server.report.related import related
from server.store.control import Stop
from server.store.figures import VisitCode, VisitFigure

Condition = ColumnElement[bool]
_FIGURES = table(VisitFigure).c


def holds(predicate: Predicate) -> Condition:
    """Return the condition under which a visit satisfies a predicate."""
    match predicate:
        case AllOf(of):
            return and_(true(), *(holds(part) for part in of))
        case AnyOf(of):
            return or_(false(), *(holds(part) for part in of))
        case Not(of):
            return fails(of)
        case In(name, codes):
            return _in(FACTS[name], codes)
        case Missing(name, reasons):
            return _missing(FACTS[name], frozenset(reasons))
        case Between(name, low, high):
            return and_(_said(FACTS[name]), _between(FACTS[name], low, high))
        case Days(first, last):
            return and_(
                true(),
                *([col(VisitFigure.day) >= first] if first else []),
                *([col(VisitFigure.day) <= last] if last else []),
            )


def fails(predicate: Predicate) -> Condition:
    """Return the condition under which a visit is known not to satisfy a predicate."""
    match predicate:
        case AllOf(of):
            return or_(false(), *(fails(part) for part in of))
        case AnyOf(of):
            return and_(true(), *(fails(part) for part in of))
        case Not(of):
            return holds(of)
        case In(name) | Between(name):
            return and_(_said(FACTS[name]), not_(holds(predicate)))
        case Missing() | Days():
            return not_(holds(predicate))


def _in(fact: Fact, codes: tuple[str, ...]) -> Condition:
    if fact.name == "identified":
        return col(VisitFigure.identified).in_([code == "true" for code in codes])
    if fact.kind is Kind.SEVERAL:
        return _has_code(fact, col(VisitCode.code).in_(codes))
    if fact.kind is Kind.RELATED:
        return related(fact, codes)
    if fact.kind is Kind.PLACE:
        return col(VisitFigure.stop_id).in_(select(Stop.id).where(col(Stop.name).in_(codes)))
    return _column(fact.column).in_(codes)


def _missing(fact: Fact, reasons: frozenset[str]) -> Condition:
    if fact.kind is Kind.SEVERAL:
        stated = _has_code(fact, col(VisitCode.code).in_(reasons))
        # Of an instrument's fact there are rows only where a form asks: none says that no form did.
        return or_(stated, not_(_has_code(fact, true()))) if _unasked(fact, reasons) else stated
    if fact.missing is None:
        return false()
    missing = _column(fact.missing)
    return and_(missing.is_not(None), missing.in_(reasons))


def _unasked(fact: Fact, reasons: frozenset[str]) -> bool:
    return fact.sparse and NO_QUESTION in reasons


def _said(fact: Fact) -> Condition:
    """Whether the visit says the fact, whatever it says."""
    if fact.kind is Kind.SEVERAL:
        return _has_code(fact, col(VisitCode.code).not_in(MISSING_CODES))
    if fact.missing is None:
        return true()
    if fact.missing == fact.column:
        return _column(fact.missing).not_in(MISSING_CODES)
    return _column(fact.column).is_not(None)


def _between(fact: Fact, low: float | None, high: float | None) -> Condition:
    column = _column(fact.column)
    return and_(
        true(), *([column >= low] if low is not None else []), *([column < high] if high is not None else [])
    )


def _has_code(fact: Fact, condition: Condition) -> Condition:
    return (
        select(VisitCode.code)
        .where(
            VisitCode.visit_id == VisitFigure.visit_id,
            VisitCode.team_id == VisitFigure.team_id,
            VisitCode.item == fact.name,
            condition,
        )
        .correlate(VisitFigure)
        .exists()
    )


def _column(name: str | None) -> Column[Any]:
    if name is None:
        raise TypeError("the fact has no column")
    return _FIGURES[name]
