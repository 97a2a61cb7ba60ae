"""The engine and its sessions: SQLite with foreign keys, WAL and full durability, or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

CLOSE_S = 2.0
"""How long closing waits for sessions under way, in seconds: a stop takes three at most."""


def connect(url: str) -> Engine:
    """Open the store at a SQLAlchemy URL (``sqlite:///…`` or ``postgresql+psycopg://…``)."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, json_serializer=_as_json)
    engine = create_engine(
        url, connect_args={"timeout": 30, "check_same_thread": False}, json_serializer=_as_json
    )

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _as_json(value: Any) -> str:
    """Write a JSON column's value; a record's content is most of what the projection writes."""
    return orjson.dumps(value).decode()


class Store:
    """Hands out sessions; a session commits on success and rolls back on any exception."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, class_=Session, expire_on_commit=False)
        self._open = 0
        self._changed = Condition()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Yield a session for one unit of work."""
        with self._counted(), self._sessions() as session, session.begin():
            yield session

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """Close every connection, once the sessions still open in other threads have ended.

        A session that outlasts ``timeout_s`` seconds keeps its connection, and its work is not acknowledged.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._open == 0, timeout_s)
        self.engine.dispose()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._changed:
            self._open += 1
        try:
            yield
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()
