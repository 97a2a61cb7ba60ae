"""Waiting for changes: woken by a commit, released at the end."""

import asyncio

import pytest

from sync.engine import Engine, UpdateSubscription
from sync.errors import DatabaseNotFound
from sync.security import Security
from tests.sync.contract.feed_reading import DB, LONG_S, OTHER, SOON_S

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
    await engine.create_database(OTHER, Security())
    waiting = asyncio.ensure_future(engine.wait_for_change(DB, "now", SOON_S))
    await engine.put(OTHER, "a", {}, revision=None)

    assert await waiting is False


async def test_a_waiter_is_told_that_its_database_is_gone(engine: Engine) -> None:
    waiting = asyncio.ensure_future(engine.wait_for_change(DB, (await engine.changes(DB)).last_seq, LONG_S))
    await asyncio.sleep(0)
    await engine.delete_database(DB)

    with pytest.raises(DatabaseNotFound):
        await asyncio.wait_for(waiting, LONG_S)


async def heard(subscription: UpdateSubscription, expected: set[str]) -> set[str]:
    """Listen until all that is expected was told; return what was."""
    told: set[str] = set()
    while not expected <= told:
        names = await subscription.wait(LONG_S)
        assert names, f"only {told} was told"
        told |= {name for name in names if name.startswith("contract-")}
    return told


async def silence(subscription: UpdateSubscription) -> set[str]:
    """Listen until nothing more is told."""
    while names := await subscription.wait(LONG_S):
        pass
    return names


async def test_every_subscriber_hears_of_every_database(engine: Engine) -> None:
    one, other = engine.updates(), engine.updates()
    await engine.create_database(OTHER, Security())
    await engine.put(OTHER, "a", {}, revision=None)
    await engine.put(DB, "a", {}, revision=None)

    # A name may be told more than once (CouchDB tells its own writes again): reading again is harmless.
    assert await heard(one, {DB, OTHER}) == {DB, OTHER}
    assert await heard(other, {DB, OTHER}) == {DB, OTHER}
    one.close()
    other.close()


async def test_a_subscriber_is_woken_by_a_write(engine: Engine) -> None:
    subscription = engine.updates()
    waiting = asyncio.ensure_future(heard(subscription, {DB}))
    await engine.put(DB, "a", {}, revision=None)

    assert await asyncio.wait_for(waiting, LONG_S) == {DB}
    subscription.close()


async def test_closing_releases_every_waiter_at_once(engine: Engine) -> None:
    subscription = engine.updates()
    waiting = [
        asyncio.ensure_future(engine.wait_for_change(DB, "now", LONG_S)),
        asyncio.ensure_future(silence(subscription)),
    ]
    await asyncio.sleep(0)
    await engine.aclose()

    assert await asyncio.wait_for(asyncio.gather(*waiting), 1) == [False, set()]
