"""What the node says of its databases is what its disk says, whoever gives up waiting and whatever fails."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest

from sync.embedded import EmbeddedEngine
from sync.errors import DatabaseExists, DatabaseNotFound, EngineClosed, StorageFull
from sync.security import Group, Security
from tests.sync.embedded.full_disk import FullDisk

pytestmark = pytest.mark.anyio

DB = "t1"
OTHERS = Security(members=Group(roles=frozenset({"team:t2"})))


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> FullDisk:
    return FullDisk(request.node.name)


@pytest.fixture
async def held(tmp_path: Path, disk: FullDisk) -> AsyncIterator[EmbeddedEngine]:
    """An engine on that disk, with one document in one database."""
    opened = await EmbeddedEngine.open(tmp_path / "held", vfs=disk.name)
    await opened.create_database(DB, Security())
    await opened.put(DB, "a", {"value": 1}, revision=None)
    yield opened
    disk.clear()
    await opened.aclose()


async def given_up(asked: Coroutine[Any, Any, None], engine: EmbeddedEngine) -> None:
    """Ask, stop waiting before it is done, and wait for what the writer does after it."""
    asking = asyncio.create_task(asked)
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled()
    await engine.create_database("after", Security())


async def test_a_database_that_could_not_be_destroyed_is_still_there(
    held: EmbeddedEngine, disk: FullDisk
) -> None:
    disk.fill()
    with pytest.raises(StorageFull):
        await held.delete_database(DB)

    assert await held.databases() == [DB]
    assert (await held.get(DB, "a")).body == {"value": 1}
    disk.clear()
    await held.put(DB, "b", {"value": 2}, revision=None)
    assert await held.wait_for_change(DB, "0", 0) is True
    await held.delete_database(DB)
    assert await held.databases() == []


async def test_who_follows_a_database_that_could_not_be_destroyed_goes_on(
    held: EmbeddedEngine, disk: FullDisk
) -> None:
    assert await held.wait_for_change(DB, "now", 0) is False
    following = asyncio.create_task(held.wait_for_change(DB, "now", 30))
    await asyncio.sleep(0)
    disk.fill()
    with pytest.raises(StorageFull):
        await held.delete_database(DB)
    disk.clear()

    await held.put(DB, "b", {}, revision=None)

    assert await following is True


async def test_the_files_of_a_database_that_could_not_be_destroyed_stay(
    held: EmbeddedEngine, disk: FullDisk, tmp_path: Path
) -> None:
    disk.fill()
    with pytest.raises(StorageFull):
        await held.delete_database(DB)
    disk.clear()
    await held.aclose()

    again = await EmbeddedEngine.open(tmp_path / "held")

    assert (await again.get(DB, "a")).body == {"value": 1}
    await again.aclose()


async def test_a_closed_engine_destroys_nothing(held: EmbeddedEngine) -> None:
    await held.aclose()

    with pytest.raises(EngineClosed):
        await held.delete_database(DB)

    assert await held.databases() == [DB]


async def test_a_creation_nobody_waits_for_any_more_is_known(engine: EmbeddedEngine) -> None:
    await given_up(engine.create_database("t2", OTHERS), engine)

    assert await engine.security("t2") == OTHERS
    with pytest.raises(DatabaseExists):
        await engine.create_database("t2", OTHERS)


async def test_rights_changed_by_somebody_gone_hold_at_once(engine: EmbeddedEngine) -> None:
    await given_up(engine.set_security(DB, OTHERS), engine)

    assert await engine.security(DB) == OTHERS


async def test_a_destruction_nobody_waits_for_any_more_is_told(engine: EmbeddedEngine) -> None:
    following = asyncio.create_task(engine.wait_for_change(DB, "now", 30))
    await given_up(engine.delete_database(DB), engine)

    with pytest.raises(DatabaseNotFound):
        await following
    assert await engine.databases() == ["after"]
    await engine.create_database(DB, Security())


async def test_a_name_may_be_taken_again_while_its_database_is_being_destroyed(
    engine: EmbeddedEngine,
) -> None:
    await engine.put(DB, "a", {}, revision=None)

    await asyncio.gather(engine.delete_database(DB), engine.create_database(DB, OTHERS))

    assert await engine.security(DB) == OTHERS
    assert (await engine.information(DB)).doc_count == 0


async def test_rights_of_a_database_destroyed_before_them_are_refused(engine: EmbeddedEngine) -> None:
    ended = await asyncio.gather(
        engine.delete_database(DB),
        engine.set_security(DB, OTHERS),
        engine.create_database(DB, Security()),
        return_exceptions=True,
    )

    assert isinstance(ended[1], DatabaseNotFound)
    assert await engine.security(DB) == Security()
