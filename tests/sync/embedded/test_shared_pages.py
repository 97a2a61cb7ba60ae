"""Everyone who waits at the same place is given the same page: it is read once."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from sync.changes import ChangesPage, ChangesQuery
from sync.embedded import EmbeddedEngine
from sync.embedded.shared_pages import SharedPages
from sync.errors import StorageFailed
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio

HERE, THERE = Path("one.sqlite"), Path("two.sqlite")
QUERY = ChangesQuery(since="0")


class Readings:
    """Readings that end when they are told to, counted."""

    def __init__(self) -> None:
        self.count = 0
        self.gate = asyncio.Event()
        self.failure: Exception | None = None

    async def read(self) -> ChangesPage:
        self.count += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return ChangesPage((), f"{self.count}", 0)


@pytest.fixture
async def readings() -> Readings:
    return Readings()


async def asked(
    count: int, page: Callable[[], Coroutine[None, None, ChangesPage]]
) -> list[asyncio.Task[ChangesPage]]:
    """Ask so many times, and let each come as far as it can."""
    asking = [asyncio.create_task(page()) for _ in range(count)]
    await asyncio.sleep(0)
    return asking


async def test_those_who_ask_together_share_one_reading(readings: Readings) -> None:
    pages = SharedPages()
    asking = await asked(500, lambda: pages.page(HERE, 1, QUERY, readings.read))
    readings.gate.set()
    found = await asyncio.gather(*asking)

    assert readings.count == 1
    assert all(page is found[0] for page in found)


@pytest.mark.parametrize(
    ("path", "update_seq", "query"),
    [
        (HERE, 2, QUERY),
        (THERE, 1, QUERY),
        (HERE, 1, ChangesQuery(since="1")),
        (HERE, 1, ChangesQuery("0", 5)),
    ],
)
async def test_another_commit_database_or_question_is_read_by_itself(
    readings: Readings, path: Path, update_seq: int, query: ChangesQuery
) -> None:
    pages = SharedPages()
    readings.gate.set()

    await pages.page(HERE, 1, QUERY, readings.read)
    await pages.page(path, update_seq, query, readings.read)

    assert readings.count == 2


async def test_one_who_leaves_does_not_take_the_page_from_the_others(readings: Readings) -> None:
    pages = SharedPages()
    leaving, staying = await asked(2, lambda: pages.page(HERE, 1, QUERY, readings.read))
    leaving.cancel()
    await asyncio.sleep(0)
    readings.gate.set()

    assert (await staying).last_seq == "1"


async def test_a_reading_that_failed_is_told_to_all_and_tried_again(readings: Readings) -> None:
    pages = SharedPages()
    readings.failure = StorageFailed("planted")
    readings.gate.set()
    asking = await asked(2, lambda: pages.page(HERE, 1, QUERY, readings.read))
    told = await asyncio.gather(*asking, return_exceptions=True)
    readings.failure = None

    again = await pages.page(HERE, 1, QUERY, readings.read)

    assert [type(each) for each in told] == [StorageFailed, StorageFailed]
    assert again.last_seq == "2"


async def test_who_asks_after_a_write_sees_it(engine: EmbeddedEngine) -> None:
    for number in range(1, 4):
        await engine.write("t1", [replicated(f"d{number}", "1-a")], new_edits=False)

        assert len((await engine.changes("t1")).results) == number
