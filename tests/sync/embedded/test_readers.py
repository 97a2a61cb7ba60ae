"""Connections that read: kept open for the next query, never on a file that went."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from sync.embedded.readers import ReaderPool
from sync.embedded.schema import create_database, remove_files

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    opened = ReaderPool()
    yield opened
    await opened.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_database(tmp_path / "one.sqlite")
    return tmp_path / "one.sqlite"


def count(connection: apsw.Connection) -> int:
    found: int = connection.execute("SELECT count(*) FROM documents").get
    return found


def files_open(path: Path) -> int:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith(str(path)) for link in links)


async def test_nothing_is_kept_of_a_file_destroyed_under_a_query(pool: ReaderPool, path: Path) -> None:
    reading, destroyed = threading.Event(), threading.Event()

    def query(connection: apsw.Connection) -> int:
        found = count(connection)
        reading.set()
        destroyed.wait()
        return found

    asked = asyncio.create_task(pool.run(path, query))
    await asyncio.to_thread(reading.wait)
    with pool.destroying(path):
        remove_files(path)
    destroyed.set()

    assert await asked == 0
    assert files_open(path) == 0


async def test_a_pool_remembers_nothing_of_what_was_destroyed(pool: ReaderPool, path: Path) -> None:
    await pool.run(path, count)
    with pool.destroying(path):
        remove_files(path)

    assert [name for name, held in vars(pool).items() if isinstance(held, dict | set) and held] == []


async def test_a_file_that_was_kept_after_all_is_read_again(pool: ReaderPool, path: Path) -> None:
    with pool.destroying(path):
        pass

    assert await pool.run(path, count) == 0
    assert files_open(path) > 0
