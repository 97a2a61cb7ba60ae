"""Sessions commit or roll back whole, and closing waits for those under way."""

import threading

import pytest
from sqlalchemy import text

from server.store.control import Team
from server.store.database import Store


def test_a_session_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.session() as session:
            session.add(Team(id="team", title="Équipe"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.session() as session:
        assert session.get(Team, "team") is None


def test_closing_waits_for_a_session_in_another_thread(sqlite_store: Store) -> None:
    inside, finish = threading.Event(), threading.Event()

    def work() -> None:
        with sqlite_store.session() as session:
            session.connection().execute(text("SELECT 1"))
            inside.set()
            finish.wait(10)

    worker = threading.Thread(target=work)
    closing = threading.Thread(target=sqlite_store.close, args=(10,))
    worker.start()
    inside.wait(10)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    finish.set()
    worker.join()
    closing.join(10)
    assert not closing.is_alive()


def test_sqlite_is_durable_and_keeps_its_references(sqlite_store: Store) -> None:
    with sqlite_store.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
