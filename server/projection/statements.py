"""Statements on many rows at once, which go past the session."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, insert, inspect, tuple_
from sqlalchemy.sql.expression import SQLColumnExpression
from sqlmodel import Session, SQLModel


def table(model: type[SQLModel]) -> Table:
    """Return the table of a model, for statements on many rows at once."""
    mapped = inspect(model).local_table
    if not isinstance(mapped, Table):
        raise TypeError(f"{model.__name__} has no table")
    return mapped


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows in one statement."""
    if rows:
        session.connection().execute(insert(table(model)), rows)


def among_visits(
    visit: SQLColumnExpression[Any], team: SQLColumnExpression[Any], visits: Collection[tuple[str, str]]
) -> ColumnElement[bool]:
    """Return the condition that a row is of one of these visits (or another such pair of ids).

    The ids by themselves come first: SQLite finds a pair among pairs only by reading the whole table.
    """
    pairs = list(visits)
    return and_(visit.in_([each for each, _ in pairs]), tuple_(visit, team).in_(pairs))
