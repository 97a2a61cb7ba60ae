"""No room left: the write is refused whole, and what was acknowledged stays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from sync.embedded import EmbeddedEngine
from sync.embedded.failures import storage_error
from sync.errors import StorageFailed, StorageFull
from sync.security import Security
from sync.write_rules import envelope_rule
from tests.sync.envelopes import envelope, incoming_envelope

pytestmark = pytest.mark.anyio

DB = "t1"
PAGES = 40


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    """An engine whose databases hold 40 pages (320 KiB)."""
    opened = await EmbeddedEngine.open(tmp_path / "store", database_page_limit=PAGES)
    await opened.create_database(DB, Security())
    yield opened
    await opened.aclose()


async def fill(engine: EmbeddedEngine) -> int:
    """Write envelopes of 5,000 characters until one is refused; return how many were acknowledged."""
    for number in range(1000):
        try:
            await engine.write(DB, [incoming_envelope(number, characters=5000)], new_edits=False)
        except StorageFull:
            return number
    raise AssertionError("the disk never filled")


async def test_a_full_database_says_so_and_keeps_what_it_acknowledged(small: EmbeddedEngine) -> None:
    acknowledged = await fill(small)

    page = await small.changes(DB)

    assert 0 < acknowledged == (await small.information(DB)).doc_count
    assert {change.identifier for change in page.results} == {
        envelope(number, characters=5000)["_id"] for number in range(acknowledged)
    }


async def test_nothing_of_a_refused_batch_is_kept(small: EmbeddedEngine) -> None:
    batch = [incoming_envelope(number, characters=5000) for number in range(200)]

    with pytest.raises(StorageFull):
        await small.write(DB, batch, new_edits=False, rule=envelope_rule)

    assert (await small.information(DB)).doc_count == 0
    assert (await small.changes(DB)).results == ()


async def test_a_large_write_that_does_not_fit_spares_the_small_ones_beside_it(small: EmbeddedEngine) -> None:
    outcomes = await asyncio.gather(
        small.write(DB, [incoming_envelope(1)], new_edits=False),
        small.write(DB, [incoming_envelope(2, characters=390_000)], new_edits=False),
        small.write(DB, [incoming_envelope(3)], new_edits=False),
        return_exceptions=True,
    )

    assert [isinstance(outcome, StorageFull) for outcome in outcomes] == [False, True, False]


async def test_another_database_still_has_room(small: EmbeddedEngine) -> None:
    await fill(small)
    await small.create_database("t2", Security())

    await small.write("t2", [incoming_envelope(1)], new_edits=False)

    assert (await small.information("t2")).doc_count == 1


async def test_with_room_again_the_same_write_succeeds(small: EmbeddedEngine, tmp_path: Path) -> None:
    acknowledged = await fill(small)
    await small.aclose()

    larger = await EmbeddedEngine.open(tmp_path / "store")
    await larger.write(DB, [incoming_envelope(acknowledged, characters=5000)], new_edits=False)
    count = (await larger.information(DB)).doc_count
    await larger.aclose()

    assert count == acknowledged + 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(28, "No space left on device"), StorageFull),
        (OSError(122, "Disk quota exceeded"), StorageFull),
        (OSError(5, "Input/output error"), StorageFailed),
        (apsw.NotADBError("file is not a database"), StorageFailed),
    ],
)
async def test_errors_of_the_disk_are_told_apart(error: OSError | apsw.Error, kind: type[Exception]) -> None:
    assert type(storage_error(error)) is kind
