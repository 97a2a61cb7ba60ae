"""Statements on many rows at once, which go past the session."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, insert, inspect
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
