"""Waiting for changes: woken by a commit, released at the end."""

import asyncio

import pytest

from sync.engine import Engine
from sync.errors import DatabaseNotFound
from sync.security import Security
from tests.sync.contract.feed_reading import DB, LONG_S, SOON_S

pytestmark = pytest.mark.anyio


async def test_a_waiter_is_woken_by_a_write(engine: Engine) -> None:
    since = (await engine.changes(DB)).last_seq
    waiting = asyncio.ensure_future(engine.wait_for_change(DB, since, LONG_S))
    await engine.put(DB, "a", {}, revision=None)

    assert await asyncio.wait_for(waiting, LONG_S) is True


async def test_what_was_already_written_is_not_waited_for(engine: Engine) -> None:
    since = (await engine.changes(DB)).last_seq
    await engine.put(DB, "a", {}, revision=None)

    assert await engine.wait_for_change(DB, since, 0) is True
    assert await engine.wait_for_change(DB, "0", LONG_S) is True


async def test_a_waiter_gives_up_after_its_time(engine: Engine) -> None:
    assert await engine.wait_for_change(DB, "now", SOON_S) is False


async def test_another_databases_write_wakes_nobody_here(engine: Engine) -> None:
    await engine.create_database("t2", Security())
    waiting = asyncio.ensure_future(engine.wait_for_change(DB, "now", SOON_S))
    await engine.put("t2", "a", {}, revision=None)

    assert await waiting is False


async def test_a_waiter_is_told_that_its_database_is_gone(engine: Engine) -> None:
    waiting = asyncio.ensure_future(engine.wait_for_change(DB, (await engine.changes(DB)).last_seq, LONG_S))
    await asyncio.sleep(0)
    await engine.delete_database(DB)

    with pytest.raises(DatabaseNotFound):
        await asyncio.wait_for(waiting, LONG_S)


async def test_every_subscriber_hears_of_every_database_once(engine: Engine) -> None:
    one, other = engine.updates(), engine.updates()
    await engine.create_database("t2", Security())
    await engine.put("t2", "a", {}, revision=None)
    await engine.put(DB, "a", {}, revision=None)

    assert await one.wait(LONG_S) == {DB, "t2"}
    assert await one.wait(SOON_S) == set()
    assert await other.wait(LONG_S) == {DB, "t2"}
    one.close()
    other.close()


async def test_a_subscriber_is_woken_by_a_write(engine: Engine) -> None:
    subscription = engine.updates()
    waiting = asyncio.ensure_future(subscription.wait(LONG_S))
    await engine.put(DB, "a", {}, revision=None)

    assert await asyncio.wait_for(waiting, LONG_S) == {DB}
    subscription.close()


async def test_closing_releases_every_waiter_at_once(engine: Engine) -> None:
    subscription = engine.updates()
    waiting = [
        asyncio.ensure_future(engine.wait_for_change(DB, "now", LONG_S)),
        asyncio.ensure_future(subscription.wait(LONG_S)),
    ]
    await asyncio.sleep(0)
    await engine.aclose()

    assert await asyncio.wait_for(asyncio.gather(*waiting), 1) == [False, set()]
