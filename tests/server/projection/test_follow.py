"""The task that follows the databases: it catches up, it survives, it never skips and never stops."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from server.keys.organisation import rotate_encryption
from server.projection.follow import Projection
from server.store.control import EnrolmentState, Slot
from server.store.read import ProjectionCursor, Quarantined, Record
from sync.changes import ChangesPage
from sync.document import IncomingDocument
from sync.engine import Engine
from sync.errors import StorageFailed
from tests.server.projection.town import Town
from tests.support.organisation import make_slot
from tests.support.records import RecordWriter, SealedRecord

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(projection: Projection) -> AsyncIterator[None]:
    """The projection as a task."""
    task = asyncio.create_task(projection.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Flaky:
    """An engine whose first changes calls fail, as one whose disk or network is away; the rest is real."""

    def __init__(self, engine: Engine, failures: int) -> None:
        self._engine = engine
        self.failures = failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def changes(self, name: str, **query: Any) -> ChangesPage:
        """Fail, or ask the engine."""
        if self.failures:
            self.failures -= 1
            raise StorageFailed("away")
        return await self._engine.changes(name, **query)


async def test_what_is_written_is_projected_and_receipted(any_town: Town) -> None:
    town = any_town
    record = town.writer.record(town.nurse)
    await town.push(record)
    async with running(town.projection):
        await town.projection.caught_up()
        assert town.projection.ready
    assert [row.digest for row in town.rows(Record)] == [record.digest]
    receipt = await town.published(record.envelope)
    assert receipt is not None
    assert receipt.open == {
        "envelope": record.envelope.identifier,
        "record": record.digest,
        "state": "integrated",
        "turn": None,
        "reasons": [],
        "at": "2026-11-23T12:00:00.000+00:00",
    }


async def test_an_update_is_seen_without_being_asked_for(town: Town) -> None:
    async with running(town.projection):
        await town.projection.caught_up()
        updates = town.engine.updates()
        record = town.writer.record(town.nurse)
        await town.push(record)
        while await town.published(record.envelope) is None:
            await asyncio.wait_for(updates.wait(10), 10)
        updates.close()
    assert len(town.rows(Record)) == 1


async def test_more_documents_than_a_page_are_all_read(town: Town) -> None:
    junk = [IncomingDocument.from_json({"_id": f"note-{n}", "_rev": "1-0", "n": n}) for n in range(450)]
    await town.push_documents(junk)
    record = town.writer.record(town.nurse)
    await town.push(record)
    await town.projection.sweep()
    assert len(town.rows(Record)) == 1
    assert len(town.rows(Quarantined)) == 450


async def test_a_new_process_goes_on_from_the_cursor(town: Town) -> None:
    await town.push(town.writer.record(town.nurse))
    await town.projection.sweep()
    (cursor,) = [row for row in town.rows(ProjectionCursor) if row.database == town.seeded.database]
    await town.push(town.writer.record(town.nurse))
    await town.another_projection().sweep()
    (moved,) = [row for row in town.rows(ProjectionCursor) if row.database == town.seeded.database]
    assert moved.since != cursor.since
    assert len(town.rows(Record)) == 2


async def test_it_waits_while_the_engine_is_away_and_then_catches_up(town: Town) -> None:
    await town.push(town.writer.record(town.nurse))
    flaky: Any = Flaky(town.engine, failures=1)
    projection = town.another_projection(flaky)
    async with running(projection):
        await asyncio.wait_for(projection.caught_up(), 20)
    assert len(town.rows(Record)) == 1


async def test_a_task_that_ends_cancels_those_who_wait_for_it(town: Town) -> None:
    flaky: Any = Flaky(town.engine, failures=1_000)
    projection = town.another_projection(flaky)
    async with running(projection):
        waiting = asyncio.create_task(projection.caught_up())
        await asyncio.wait([waiting], timeout=0.05)
        assert not projection.ready
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_record_waiting_for_its_signer_is_integrated_once_confirmed(town: Town) -> None:
    pending = make_slot(town.store, town.device, town.seeded.nurse, EnrolmentState.PENDING)
    record = town.writer.record(pending)
    await town.push(record)
    await town.projection.sweep()
    received = await town.published(record.envelope)
    assert received is not None
    assert received.open is not None
    assert (received.open["state"], received.open["reasons"]) == ("received", ["signer-unknown"])
    with town.store.session() as session:
        session.get_one(Slot, pending.id).state = EnrolmentState.CONFIRMED
    await town.projection.sweep()
    integrated = await town.published(record.envelope)
    assert integrated is not None
    assert integrated.open is not None
    assert integrated.open["state"] == "integrated"


async def test_what_waits_is_tried_again_though_others_write_without_a_pause(town: Town) -> None:
    pending = make_slot(town.store, town.device, town.seeded.nurse, EnrolmentState.PENDING)
    await town.push(town.writer.record(pending))
    projection, updates = town.another_projection(sweep_s=0.3), town.engine.updates()
    async with running(projection):
        await projection.caught_up()
        with town.store.session() as session:
            session.get_one(Slot, pending.id).state = EnrolmentState.CONFIRMED
        async with asyncio.timeout(20):
            for number in itertools.count():
                if town.rows(Record):
                    break
                note = {"_id": f"note-{number}", "_rev": "1-0", "n": number}
                await town.push_documents([IncomingDocument.from_json(note)])
                await updates.wait(1)
        updates.close()


async def test_a_record_sealed_to_a_key_that_central_lacks_is_read_once_it_has_it(town: Town) -> None:
    rotated = rotate_encryption(town.keys)
    record: SealedRecord = RecordWriter(town.seeded, rotated).record(town.nurse)
    await town.push(record)
    await town.projection.sweep()
    assert town.reasons() == {record.envelope.identifier: "unknown-key"}
    town.keys = rotated
    await town.another_projection().sweep()
    assert len(town.rows(Record)) == 1


async def test_a_tombstone_does_not_take_back_what_was_signed(town: Town) -> None:
    record = town.writer.record(town.nurse)
    await town.push(record)
    await town.projection.sweep()
    envelope = record.envelope
    await town.engine.delete(town.seeded.database, envelope.identifier, revision=envelope.revision)
    await town.projection.sweep()
    assert len(town.rows(Record)) == 1
