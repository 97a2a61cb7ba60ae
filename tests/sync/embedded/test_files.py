"""Opening a store never erases what may hold data: it finishes, sets apart and says, or refuses."""

import logging
import shutil
from pathlib import Path

import apsw
import pytest

from sync.embedded import EmbeddedEngine
from sync.embedded.schema import create_database
from sync.errors import StorageFailed
from sync.security import Security

pytestmark = pytest.mark.anyio

DB = "t1"
BESIDE = ("-wal", "-shm")


@pytest.fixture
async def store(tmp_path: Path) -> Path:
    """A closed store with one database that holds one document, `a`."""
    engine = await EmbeddedEngine.open(tmp_path / "store")
    await engine.create_database(DB, Security())
    await engine.put(DB, "a", {"value": 1}, revision=None)
    await engine.aclose()
    return tmp_path / "store"


def of(store: Path) -> Path:
    (path,) = (store / "databases").glob("*.sqlite")
    return path


def names(directory: Path) -> list[str]:
    """The files of a folder; what SQLite makes by itself to share memory is no matter."""
    return sorted(
        path.name for path in directory.iterdir() if path.is_file() and path.suffix != ".sqlite-shm"
    )


def copied_as(path: Path, name: str) -> Path:
    for suffix in ("", "-wal"):
        shutil.copy(path.with_name(path.name + suffix), path.with_name(name + suffix))
    return path.with_name(name)


async def holds(store: Path, identifier: str = "a") -> bool:
    """Whether the store opens and has the document."""
    engine = await EmbeddedEngine.open(store)
    try:
        return (await engine.get(DB, identifier)).body == {"value": 1}
    finally:
        await engine.aclose()


@pytest.mark.parametrize("is_emptied", [False, True])
async def test_a_store_that_lost_its_nodes_file_is_refused_and_kept(store: Path, is_emptied: bool) -> None:
    node, kept = store / "node.sqlite", store.parent / "kept.sqlite"
    node.rename(kept)
    for suffix in BESIDE:
        node.with_name(node.name + suffix).unlink(missing_ok=True)
    if is_emptied:
        node.touch()
    before = names(store / "databases")

    with pytest.raises(StorageFailed, match=r"node\.sqlite is lost or empty.*put back"):
        await EmbeddedEngine.open(store)

    assert names(store / "databases") == before
    shutil.move(kept, node)
    assert await holds(store)


async def test_a_nodes_file_that_names_no_node_is_refused(store: Path) -> None:
    connection = apsw.Connection(str(store / "node.sqlite"))
    connection.execute("DELETE FROM node; DELETE FROM databases")
    connection.close()

    with pytest.raises(StorageFailed, match="lost or empty"):
        await EmbeddedEngine.open(store)

    assert of(store).exists()


async def test_a_copy_of_a_running_store_without_its_logs_knows_its_databases(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path / "store")
    await engine.create_database(DB, Security())
    await engine.create_database("t2", Security())
    await engine.delete_database("t2")
    logs = shutil.ignore_patterns("*-wal", "*-shm")
    shutil.copytree(tmp_path / "store", tmp_path / "copy", ignore=logs)
    instance = engine.instance
    await engine.aclose()

    copy = await EmbeddedEngine.open(tmp_path / "copy")

    assert (await copy.databases(), copy.instance) == ([DB], instance)
    await copy.aclose()


async def test_a_file_that_no_row_names_is_set_apart_whole_and_said(
    store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copied_as(of(store), "unnamed.sqlite")

    with caplog.at_level(logging.ERROR, "sync.embedded"):
        assert await holds(store)

    apart = store / "databases" / "set-apart" / "unnamed.sqlite"
    assert str(apart) in caplog.text
    assert names(store / "databases") == [of(store).name, f"{of(store).name}-wal"]
    connection = apsw.Connection(str(apart))
    assert connection.execute("SELECT id FROM documents").fetchall() == [("a",)]
    connection.close()


async def test_a_second_file_of_the_same_name_is_set_apart_beside_the_first(store: Path) -> None:
    for _ in range(2):
        copied_as(of(store), "unnamed.sqlite")
        await holds(store)

    assert names(store / "databases" / "set-apart") == [
        *("1-unnamed.sqlite", "1-unnamed.sqlite-wal"),
        *("unnamed.sqlite", "unnamed.sqlite-wal"),
    ]


async def test_a_file_cut_off_from_its_log_on_the_way_joins_it(store: Path) -> None:
    unnamed = copied_as(of(store), "unnamed.sqlite")
    apart = store / "databases" / "set-apart"
    apart.mkdir()
    unnamed.with_name("unnamed.sqlite-wal").rename(apart / "unnamed.sqlite-wal")

    await holds(store)

    assert names(apart) == ["unnamed.sqlite", "unnamed.sqlite-wal"]


@pytest.mark.parametrize("written", [0, 600, None])
async def test_a_creation_cut_off_leaves_nothing(store: Path, written: int | None) -> None:
    unfinished = store / "databases" / "unfinished.sqlite"
    create_database(unfinished)
    # A file system may have kept the length of what it lost.
    image = unfinished.read_bytes()
    unfinished.write_bytes(image if written is None else image[:written].ljust(4096, b"\0"))

    assert await holds(store)

    assert not unfinished.exists()
    assert not (store / "databases" / "set-apart").exists()


async def test_a_destruction_cut_off_before_its_row_went_did_not_happen(store: Path) -> None:
    path = of(store)
    path.rename(path.with_name(f"{path.name}.gone"))

    assert await holds(store)


async def test_a_destruction_cut_off_after_its_row_went_is_finished(store: Path) -> None:
    unnamed = copied_as(of(store), "unnamed.sqlite")
    unnamed.rename(unnamed.with_name("unnamed.sqlite.gone"))

    assert await holds(store)

    assert names(store / "databases") == [of(store).name, f"{of(store).name}-wal"]
    assert not (store / "databases" / "set-apart").exists()
