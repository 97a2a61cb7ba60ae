"""Which read model the rows are of: when it is another one than this code makes, they are made again.

Accepted envelopes are not read twice, so tables that a new version adds or derives otherwise stay empty or
as they were until everything is read from the start.
"""

from sqlmodel import Session, select

from server.store.read import ProjectionCursor, ReadModel

VERSION = 7
"""Raise it whenever rows that stand must be derived again: a new table, a new column, another rule."""

_ROW = 1


def is_current(session: Session) -> bool:
    """Whether the rows are of this version; nothing was projected yet into a new store, which is."""
    stored = session.get(ReadModel, _ROW)
    if stored is None:
        return session.exec(select(ProjectionCursor.database).limit(1)).first() is None
    return stored.version == VERSION


def mark(session: Session) -> None:
    """Say with the rest of the transaction that the rows are of this version."""
    session.merge(ReadModel(id=_ROW, version=VERSION))
    session.flush()
