"""The access log: gapless under concurrency, and any change to it is visible."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from server.review import access_log
from server.review.access_log import Action, Actor, ChainBroken, Outcome
from server.store.control import AccessLog, AccessLogHead
from server.store.database import Store
from tests.support.organisation import NOON

CLEO = Actor("member-1", "clinical_coordinator")


def append(store: Store, object_id: str = "record-1") -> None:
    with store.session() as session:
        access_log.append(session, CLEO, Action.OPEN_RECORD, "record", object_id, Outcome.DONE, at=NOON)


def verified(store: Store) -> int:
    with store.session() as session:
        return access_log.verify(session)


def test_an_empty_log_holds(store: Store) -> None:
    assert verified(store) == 0


def test_lines_follow_one_another(store: Store) -> None:
    for number in range(5):
        append(store, f"record-{number}")
    assert verified(store) == 5
    with store.session() as session:
        lines = session.exec(select(AccessLog).order_by(col(AccessLog.sequence))).all()
    assert [line.sequence for line in lines] == [1, 2, 3, 4, 5]
    assert [line.previous_hash for line in lines[1:]] == [line.hash for line in lines[:-1]]


def test_simultaneous_writers_leave_no_gap(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: append(store, f"record-{number}"), range(40)))
    assert verified(store) == 40


def test_a_line_is_undone_with_what_it_tells(store: Store) -> None:
    append(store)
    with pytest.raises(RuntimeError):
        fail_after_logging(store)
    append(store)
    assert verified(store) == 2


def fail_after_logging(store: Store) -> None:
    with store.session() as session:
        access_log.append(session, CLEO, Action.DECIDE, "record", "record-1", Outcome.DONE, at=NOON)
        raise RuntimeError("the decision failed")


def test_the_lines_of_an_object_come_latest_first(store: Store) -> None:
    for object_id in ("record-1", "record-2", "record-1"):
        append(store, object_id)
    with store.session() as session:
        lines = access_log.of_object(session, "record", "record-1")
    assert [line.sequence for line in lines] == [3, 1]


@pytest.mark.parametrize(
    "statement", ["UPDATE access_log SET actor_id = 'nobody'", "DELETE FROM access_log WHERE sequence = 2"]
)
def test_the_database_refuses_to_change_a_line(store: Store, statement: str) -> None:
    append(store)
    append(store)
    with pytest.raises(DBAPIError), store.session() as session:
        session.connection().execute(text(statement))
    assert verified(store) == 2


def edit(session: Session) -> None:
    session.connection().execute(text("UPDATE access_log SET actor_id = 'nobody' WHERE sequence = 2"))


def remove(session: Session) -> None:
    session.connection().execute(text("DELETE FROM access_log WHERE sequence = 2"))


def remove_the_tail(session: Session) -> None:
    session.connection().execute(text("DELETE FROM access_log WHERE sequence = 4"))


def swap(session: Session) -> None:
    for before, after in ((2, -1), (3, 2), (-1, 3)):
        session.connection().execute(
            text("UPDATE access_log SET sequence = :after WHERE sequence = :before"),
            {"before": before, "after": after},
        )


def forge_and_rehash(session: Session) -> None:
    line = session.exec(select(AccessLog).where(AccessLog.sequence == 2)).one()
    line.actor_id = "nobody"
    line.hash = access_log._hash(line)
    session.add(line)


@pytest.mark.parametrize(
    ("tamper", "sequence"),
    [(edit, 2), (remove, 2), (remove_the_tail, 4), (swap, 2), (forge_and_rehash, 3)],
)
def test_a_change_past_the_triggers_is_detected(
    store: Store, tamper: Callable[[Session], None], sequence: int
) -> None:
    for number in range(4):
        append(store, f"record-{number}")
    drop_triggers(store)
    with store.session() as session:
        tamper(session)
    with pytest.raises(ChainBroken) as broken:
        verified(store)
    assert broken.value.sequence == sequence


def test_a_head_set_back_is_detected(store: Store) -> None:
    append(store)
    append(store)
    with store.session() as session:
        session.get_one(AccessLogHead, 1).sequence = 1
    with pytest.raises(ChainBroken):
        verified(store)


def test_the_time_is_part_of_the_hash(store: Store) -> None:
    append(store)
    drop_triggers(store)
    with store.session() as session:
        session.exec(select(AccessLog)).one().occurred_at = NOON + timedelta(seconds=1)
    with pytest.raises(ChainBroken):
        verified(store)


def drop_triggers(store: Store) -> None:
    """Do as somebody would who owns the database."""
    statements = (
        ["DROP TRIGGER access_log_append_only ON access_log"]
        if store.engine.dialect.name == "postgresql"
        else ["DROP TRIGGER access_log_no_update", "DROP TRIGGER access_log_no_delete"]
    )
    with store.session() as session:
        for statement in statements:
            session.connection().execute(text(statement))
