"""The files of a node: kept, identified, and free of what a crash left."""

import asyncio
from pathlib import Path

import pytest

from sync.embedded import EmbeddedEngine
from sync.embedded.connections import OPEN_FILES, SHORT_LOG_PAGES
from sync.embedded.schema import PAGE_SIZE_BYTES, create_database, open_for_writing
from sync.errors import DatabaseNotFound, EngineClosed, StorageFailed
from sync.security import Group, Security
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio

DB = "t1"


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    security = Security(members=Group(roles=frozenset({"team:t1"})))
    engine = await EmbeddedEngine.open(tmp_path)
    await engine.create_database(DB, security)
    await engine.write(DB, [replicated("a", "1-a")], new_edits=False)
    instance, since = engine.instance, (await engine.changes(DB)).last_seq
    await engine.aclose()

    again = await EmbeddedEngine.open(tmp_path)

    assert again.instance == instance
    assert await again.security(DB) == security
    assert (await again.get(DB, "a")).body == {"value": "1-a"}
    assert (await again.changes(DB, since=since)).results == ()
    assert await again.wait_for_change(DB, "0", 0) is True
    await again.aclose()


async def test_a_new_store_is_another_instance(tmp_path: Path) -> None:
    one = await EmbeddedEngine.open(tmp_path / "one")
    other = await EmbeddedEngine.open(tmp_path / "other")

    assert one.instance != other.instance
    await one.aclose()
    await other.aclose()


async def test_identities_are_drawn_by_who_opens_the_store(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path, new_identity=iter(["node", "base"]).__next__)
    await engine.create_database(DB, Security())

    assert engine.instance == "node"
    assert (await engine.information(DB)).update_seq == "0-base"
    await engine.aclose()


async def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path)

    with pytest.raises(StorageFailed, match="Another process"):
        await EmbeddedEngine.open(tmp_path)
    await engine.aclose()
    await (await EmbeddedEngine.open(tmp_path)).aclose()


async def test_a_deleted_database_leaves_no_file(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path)
    await engine.create_database(DB, Security())
    await engine.write(DB, [replicated("a", "1-a")], new_edits=False)
    await engine.get(DB, "a")
    await engine.delete_database(DB)

    assert list((tmp_path / "databases").iterdir()) == []
    with pytest.raises(DatabaseNotFound):
        await engine.get(DB, "a")
    await engine.aclose()


async def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path)
    await engine.create_database(DB, Security())
    await engine.aclose()

    with pytest.raises(EngineClosed):
        await engine.get(DB, "a")
    with pytest.raises(EngineClosed):
        await engine.put(DB, "a", {}, revision=None)


async def test_a_damaged_file_is_a_storage_failure(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path)
    await engine.create_database(DB, Security())
    await engine.aclose()
    (path,) = (tmp_path / "databases").glob("*.sqlite")
    path.write_bytes(b"not a database at all" * 1000)

    again = await EmbeddedEngine.open(tmp_path)
    with pytest.raises(StorageFailed):
        await again.get(DB, "a")
    with pytest.raises(StorageFailed):
        await again.put(DB, "a", {}, revision=None)
    await again.aclose()


async def test_more_databases_than_open_files_are_all_written_and_read(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path)
    names = [f"t{number}" for number in range(70)]
    for name in names:
        await engine.create_database(name, Security())
        await engine.put(name, "a", {"name": name}, revision=None)

    assert [(await engine.get(name, "a")).body["name"] for name in names] == names
    await engine.aclose()


async def test_what_a_database_closed_for_others_held_in_its_log_is_there(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path)
    names = [f"t{number}" for number in range(OPEN_FILES + 10)]
    for name in names:
        await engine.create_database(name, Security())
    for round_number in range(1, 3):
        for name in names:
            await engine.put(name, f"d{round_number}", {}, revision=None)
    await engine.aclose()

    again = await EmbeddedEngine.open(tmp_path)

    assert {(await again.information(name)).doc_count for name in names} == {2}
    await again.aclose()


async def test_a_long_log_is_emptied_when_its_database_is_closed(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path)
    await engine.create_database(DB, Security())
    filler = {"filler": "x" * PAGE_SIZE_BYTES * (SHORT_LOG_PAGES + 1)}
    await engine.put(DB, "a", filler, revision=None)
    (log,) = (tmp_path / "databases").glob("*.sqlite-wal")
    held = log.stat().st_size
    await engine.aclose()

    assert held > PAGE_SIZE_BYTES * SHORT_LOG_PAGES
    assert log.stat().st_size == 0


def test_commits_outlive_a_power_cut(tmp_path: Path) -> None:
    create_database(tmp_path / "one.sqlite")
    connection = open_for_writing(tmp_path / "one.sqlite")
    settings = [
        connection.execute(f"PRAGMA {name}").get for name in ("journal_mode", "synchronous", "page_size")
    ]
    connection.close()

    assert settings == ["wal", 2, PAGE_SIZE_BYTES]


async def test_nobody_learns_of_a_destruction_before_who_asked_for_it(engine: EmbeddedEngine) -> None:
    learnt: list[str] = []

    async def destroy() -> None:
        await engine.delete_database("t1")
        learnt.append("who destroys")

    async def ask() -> None:
        with pytest.raises(DatabaseNotFound):
            await engine.security("t1")
        learnt.append("who asks")

    async def follow() -> None:
        with pytest.raises(DatabaseNotFound):
            await engine.wait_for_change("t1", "now", 30)
        learnt.append("who follows")

    await asyncio.gather(follow(), destroy(), ask())

    assert learnt[0] == "who destroys"
    assert sorted(learnt[1:]) == ["who asks", "who follows"]
