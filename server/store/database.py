"""The engine and its sessions: SQLite with foreign keys, WAL and full durability, or PostgreSQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Condition
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

CLOSE_S = 1.0
"""How long closing waits for sessions under way, in seconds: a stop takes three at most."""


_PRAGMAS = (
    "page_size=8192",  # of a new file; an answer's row and its neighbours in one page
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "cache_size=-65536",  # 64 MiB: the pages that one transaction of the projection touches
    "wal_autocheckpoint=4000",  # 16 MiB: such a transaction writes about four
)


def _as_json(value: Any) -> str:
    """Write a JSON column's value; a record's content is most of what the projection writes."""
    return orjson.dumps(value).decode()


_JSON: Mapping[str, Any] = {"json_serializer": _as_json, "json_deserializer": orjson.loads}
"""One library both ways: what it wrote, or let through as it was signed, it reads back."""


def connect(url: str) -> Engine:
    """Open the store at a SQLAlchemy URL (``sqlite:///…`` or ``postgresql+psycopg://…``)."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, **_JSON)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, **_JSON)

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


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
