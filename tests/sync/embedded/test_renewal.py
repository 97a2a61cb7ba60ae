"""A store put back from a copy: those who knew the lost one start again, and miss nothing."""

import shutil
from pathlib import Path

import pytest

from sync.embedded import EmbeddedEngine
from sync.errors import StorageFull
from sync.security import Security
from tests.sync.embedded.full_disk import FullDisk

pytestmark = pytest.mark.anyio

DB = "t1"


async def grown(engine: EmbeddedEngine, *identifiers: str) -> str:
    """Write documents; return the last sequence."""
    for identifier in identifiers:
        await engine.put(DB, identifier, {}, revision=None)
    return (await engine.changes(DB)).last_seq


async def seen(engine: EmbeddedEngine, since: str) -> list[str]:
    return [change.identifier for change in (await engine.changes(DB, since=since)).results]


async def test_who_read_the_lost_store_further_misses_nothing_of_the_restored_one(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path / "store")
    await engine.create_database(DB, Security())
    await grown(engine, "a")
    shutil.copytree(tmp_path / "store", tmp_path / "copy")
    since = await grown(engine, "lost-1", "lost-2")
    await engine.aclose()

    restored = await EmbeddedEngine.open(tmp_path / "copy")
    await restored.renew_identities()
    await grown(restored, "b", "c", "d")

    assert await seen(restored, since) == ["a", "b", "c", "d"]
    await restored.aclose()


async def test_every_identity_is_new_and_the_rest_stays(engine: EmbeddedEngine, tmp_path: Path) -> None:
    await engine.create_database("t2", Security())
    before = await grown(engine, "a", "b")
    instance, rights = engine.instance, await engine.security(DB)
    other = (await engine.information("t2")).update_seq

    await engine.renew_identities()

    renewed, since = engine.instance, (await engine.changes(DB)).last_seq
    assert renewed != instance
    assert (since.partition("-")[0], since != before) == ("2", True)
    assert (await engine.information("t2")).update_seq != other
    assert await seen(engine, before) == ["a", "b"]
    assert await seen(engine, since) == []
    await engine.aclose()
    again = await EmbeddedEngine.open(tmp_path / "store")
    assert (again.instance, (await again.changes(DB)).last_seq) == (renewed, since)
    assert await again.security(DB) == rights
    assert await again.databases() == [DB, "t2"]
    await again.aclose()


async def test_a_database_lives_on_after_a_renewal(engine: EmbeddedEngine, tmp_path: Path) -> None:
    await grown(engine, "a")
    await engine.renew_identities()
    await engine.renew_identities()

    await engine.set_security(DB, Security())
    await grown(engine, "b")

    assert await engine.security(DB) == Security()
    assert await seen(engine, "0") == ["a", "b"]
    await engine.delete_database(DB)
    assert list((tmp_path / "store" / "databases").iterdir()) == []


async def test_a_renewal_without_room_changes_nothing(tmp_path: Path) -> None:
    disk = FullDisk("renewal")
    engine = await EmbeddedEngine.open(tmp_path, vfs=disk.name)
    await engine.create_database(DB, Security())
    before = (engine.instance, await grown(engine, "a"))

    disk.fill()
    with pytest.raises(StorageFull):
        await engine.renew_identities()
    disk.clear()

    assert (engine.instance, (await engine.changes(DB)).last_seq) == before
    await engine.renew_identities()
    assert engine.instance != before[0]
    await engine.aclose()
