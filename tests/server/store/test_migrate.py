"""Alembic's revisions and the models say the same, on both databases."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.store import migrate
from server.store.database import Store

INSERT = (
    "INSERT INTO access_log (sequence, occurred_at, actor_id, actor_role, action, object_type, object_id, "
    "outcome, previous_hash, hash) "
    "VALUES (1, CURRENT_TIMESTAMP, 'a', 'r', 'open', 'record', 'o', 'ok', '', 'h')"
)


def test_the_migrated_tables_are_those_of_the_models(store: Store) -> None:
    with store.engine.begin() as connection:
        command.check(migrate.configuration(connection))


def test_migrating_twice_changes_nothing(store: Store) -> None:
    migrate.upgrade(store.engine)


@pytest.mark.parametrize("change", ["UPDATE access_log SET outcome = 'x'", "DELETE FROM access_log"])
def test_the_access_log_refuses_to_be_changed(store: Store, change: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(INSERT))
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(change))
    with store.engine.begin() as connection:
        assert connection.execute(text("SELECT outcome FROM access_log")).scalars().all() == ["ok"]


def test_every_revision_can_be_taken_back(store: Store) -> None:
    with store.engine.begin() as connection:
        command.downgrade(migrate.configuration(connection), "base")
    migrate.upgrade(store.engine)
