"""The write-ahead log is copied back beside the writer, and stays bounded when nobody leaves it alone."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from sync.embedded.checkpoints import CHECKPOINT_PAGES, LONGEST_LOG_PAGES, Checkpointer
from sync.embedded.schema import PAGE_SIZE_BYTES, close, open_for_reading, open_for_writing

PAGES_A_COMMIT = 500


@pytest.fixture
def path(tmp_path: Path) -> Path:
    close(open_for_writing(tmp_path / "one.sqlite", "CREATE TABLE filler (content)"))
    return tmp_path / "one.sqlite"


@pytest.fixture
def connection(path: Path) -> Iterator[apsw.Connection]:
    opened = open_for_writing(path)
    yield opened
    close(opened)


def write(connection: apsw.Connection, pages: int) -> None:
    """Commit about so many pages."""
    connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (pages * PAGE_SIZE_BYTES,))


def watched(connection: apsw.Connection, path: Path, checkpointer: Checkpointer) -> list[int]:
    """Have the checkpointer told of every commit; return the lengths of the log it is told."""
    lengths: list[int] = []

    def committed(committing: apsw.Connection, _database: str, pages: int) -> int:
        lengths.append(pages)
        checkpointer.committed(path, committing, pages)
        return apsw.SQLITE_OK

    connection.set_wal_hook(committed)
    return lengths


def pages_in_file(path: Path) -> int:
    return path.stat().st_size // PAGE_SIZE_BYTES


def test_a_long_log_is_copied_back_by_another_thread(connection: apsw.Connection, path: Path) -> None:
    checkpointer = Checkpointer()
    watched(connection, path, checkpointer)
    for _ in range(1 + CHECKPOINT_PAGES // PAGES_A_COMMIT):
        write(connection, PAGES_A_COMMIT)
    checkpointer.close()

    assert pages_in_file(path) >= CHECKPOINT_PAGES


def test_a_short_log_is_left_alone(connection: apsw.Connection, path: Path) -> None:
    checkpointer = Checkpointer()
    watched(connection, path, checkpointer)
    write(connection, PAGES_A_COMMIT)
    checkpointer.close()

    assert pages_in_file(path) < PAGES_A_COMMIT


def test_a_log_that_a_reader_holds_back_is_emptied_once_the_reader_is_gone(
    connection: apsw.Connection, path: Path
) -> None:
    checkpointer = Checkpointer()
    lengths = watched(connection, path, checkpointer)
    reader = open_for_reading(path)
    reader.execute("BEGIN; SELECT count(*) FROM filler")
    while not lengths or lengths[-1] < LONGEST_LOG_PAGES:
        write(connection, PAGES_A_COMMIT)
    reader.execute("ROLLBACK")
    close(reader)
    write(connection, 1)
    write(connection, 1)
    checkpointer.close()

    assert lengths[-1] < CHECKPOINT_PAGES


def test_a_file_destroyed_meanwhile_is_passed_over(
    connection: apsw.Connection, path: Path, tmp_path: Path
) -> None:
    checkpointer = Checkpointer()
    checkpointer.committed(tmp_path / "gone.sqlite", connection, CHECKPOINT_PAGES)
    checkpointer.close()

    assert not (tmp_path / "gone.sqlite").exists()
