"""The single writer: what arrives together is committed together, and answered after."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from sync.document import WriteResult
from sync.embedded.documents import State
from sync.embedded.schema import DATABASE_SCHEMA, open_for_reading, open_for_writing
from sync.embedded.updates import Written, apply_batch, prepare
from sync.embedded.writer import Work, Writer
from sync.errors import DatabaseNotFound, EngineClosed
from tests.sync.envelopes import incoming_envelope

pytestmark = pytest.mark.anyio

Commits = list[tuple[Path, int]]


class Held:
    """A writer kept busy until it is let go, so that what is submitted meanwhile makes one group."""

    def __init__(self, writer: Writer) -> None:
        self._gate = threading.Event()
        self._holding = asyncio.ensure_future(writer.alone(self._gate.wait))

    async def let_go(self) -> None:
        await asyncio.sleep(0)
        self._gate.set()
        await self._holding


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_for_writing(tmp_path / "one.sqlite", DATABASE_SCHEMA).close()
    return tmp_path / "one.sqlite"


@pytest.fixture
def commits() -> Commits:
    return []


@pytest.fixture
async def writer(commits: Commits) -> AsyncIterator[Writer]:
    opened = Writer(lambda path, update_seq: commits.append((path, update_seq)))
    yield opened
    await opened.aclose()


def storing(number: int) -> Work[list[WriteResult]]:
    batch = prepare([incoming_envelope(number)], new_edits=False, rule=None)

    def work(connection: apsw.Connection, state: State) -> Written:
        return apply_batch(connection, state, batch)

    return work


def counted(path: Path) -> int:
    connection = open_for_reading(path)
    try:
        count: int = connection.execute("SELECT count(*) FROM documents").get
    finally:
        connection.close()
    return count


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


async def test_writes_that_wait_together_share_one_commit(
    writer: Writer, path: Path, commits: Commits
) -> None:
    held = Held(writer)
    writes = [asyncio.ensure_future(writer.write(path, storing(number))) for number in range(20)]
    await held.let_go()
    await asyncio.gather(*writes)

    assert commits == [(path, 20)]


async def test_a_write_is_answered_only_once_another_connection_can_read_it(
    writer: Writer, path: Path
) -> None:
    for number in range(1, 6):
        await writer.write(path, storing(number))
        assert counted(path) == number


async def test_listeners_hear_of_a_commit_before_its_author(
    writer: Writer, path: Path, commits: Commits
) -> None:
    heard: list[Commits] = []
    writing = asyncio.ensure_future(writer.write(path, storing(1)))
    writing.add_done_callback(lambda _: heard.append(list(commits)))
    await writing
    await asyncio.sleep(0)

    assert heard == [[(path, 1)]]


async def test_a_write_that_fails_takes_no_other_with_it(writer: Writer, path: Path) -> None:
    def failing(_connection: apsw.Connection, _state: State) -> Written:
        raise ValueError("planted")

    held = Held(writer)
    writes = [asyncio.ensure_future(writer.write(path, work)) for work in (storing(1), failing, storing(2))]
    await held.let_go()
    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    assert [isinstance(outcome, ValueError) for outcome in outcomes] == [False, True, False]
    assert counted(path) == 2


async def test_an_author_who_left_does_not_disturb_the_others(writer: Writer, path: Path) -> None:
    held = Held(writer)
    leaving = asyncio.ensure_future(writer.write(path, storing(1)))
    staying = asyncio.ensure_future(writer.write(path, storing(2)))
    await asyncio.sleep(0)
    leaving.cancel()
    await held.let_go()
    await staying

    assert counted(path) == 2


async def test_each_file_has_its_own_commit(
    writer: Writer, path: Path, tmp_path: Path, commits: Commits
) -> None:
    other = tmp_path / "two.sqlite"
    open_for_writing(other, DATABASE_SCHEMA).close()
    held = Held(writer)
    writes = [
        asyncio.ensure_future(writer.write(target, storing(number)))
        for number in range(4)
        for target in (path, other)
    ]
    await held.let_go()
    await asyncio.gather(*writes)

    assert sorted(commits) == sorted([(path, 4), (other, 4)])


async def test_a_destroyed_file_is_not_made_again_by_a_late_write(writer: Writer, tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotFound):
        await writer.write(tmp_path / "gone.sqlite", storing(1))

    assert names(tmp_path) == set()


async def test_what_was_submitted_before_the_end_is_committed(commits: Commits, path: Path) -> None:
    writer = Writer(lambda path, update_seq: commits.append((path, update_seq)))
    writing = asyncio.ensure_future(writer.write(path, storing(1)))
    await asyncio.sleep(0)
    await writer.aclose()
    await writing

    assert counted(path) == 1
    with pytest.raises(EngineClosed):
        await writer.write(path, storing(2))


async def test_a_connection_that_cannot_undo_is_not_written_with_again(writer: Writer, path: Path) -> None:
    def keep_open(operation: int, what: str | None, *_: str | None) -> int:
        is_undoing = (operation, what) == (apsw.SQLITE_TRANSACTION, "ROLLBACK")
        return apsw.SQLITE_DENY if is_undoing else apsw.SQLITE_OK

    def work(connection: apsw.Connection, _state: State) -> None:
        connection.execute("DELETE FROM state")
        connection.authorizer = keep_open
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        await writer.write(path, work)

    (result,) = await writer.write(path, storing(1))
    assert result.error is None
