"""Alembic's entry: runs on the connection that ``server.store.migrate`` opened, and knows every table."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum
from sqlmodel import SQLModel

from server.store import (
    control,
    figures,
    follow_ups,
    letters,
    notices,
    people,
    planning,
    read,
    remote,
    reports,
    satisfaction,
)

TABLES_OF = (
    control,
    figures,
    follow_ups,
    letters,
    notices,
    people,
    planning,
    read,
    remote,
    reports,
    satisfaction,
)
"""Imported for their tables: a table that is not imported here would not exist."""


def render_type(kind: str, value: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as imports of ``server.store.types`` in a new revision."""
    del autogen_context
    if kind == "type" and type(value).__name__ == "UtcDateTime":
        return "UtcDateTime()"
    if kind == "type" and type(value).__name__ == "AutoString":
        return "sa.String()"
    if kind == "type" and isinstance(value, Enum):
        return f"sa.String(length={value.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=render_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
