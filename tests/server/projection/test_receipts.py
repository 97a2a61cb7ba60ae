"""The outbox: a receipt is said once, survives a crash between the two stores, and never lags behind."""

import pytest
from sqlmodel import select

from server.projection import receipts
from server.projection.decisions import Verdict
from server.store.control import ReceiptOutbox
from server.store.read import Receipt
from tests.server.projection.town import Town

pytestmark = pytest.mark.anyio


async def test_a_crash_after_the_commit_leaves_the_receipt_queued_for_the_next_start(town: Town) -> None:
    record = town.writer.record(town.nurse)
    town.project(record)
    assert await town.published(record.envelope) is None
    assert await receipts.drain(town.store, town.central) == 1
    assert await town.published(record.envelope) is not None
    assert town.rows(ReceiptOutbox) == []


async def test_a_crash_after_the_writing_repeats_a_receipt_that_changes_nothing(town: Town) -> None:
    record = town.writer.record(town.nurse)
    town.project(record)
    (queued,) = town.rows(ReceiptOutbox)
    await receipts.drain(town.store, town.central)
    before = await town.engine.information(town.seeded.database)
    with town.store.session() as session:
        session.add(ReceiptOutbox(**queued.model_dump()))
    await receipts.drain(town.store, town.central)
    after = await town.engine.information(town.seeded.database)
    assert after.update_seq == before.update_seq
    assert town.rows(ReceiptOutbox) == []


async def test_only_the_last_receipt_of_an_envelope_is_queued(town: Town) -> None:
    record = town.writer.record(town.nurse)
    town.project(record)
    town.decide(town.decision(record, Verdict.TO_CORRECT, "Précisez"))
    (queued,) = town.rows(ReceiptOutbox)
    assert queued.body["open"]["state"] == "to_correct"
    assert queued.body["sealed"] == {"message": "Précisez", "by": "Cléo Essai"}


async def test_the_message_is_sealed_to_the_team_and_the_state_open(town: Town) -> None:
    record = town.writer.record(town.nurse)
    town.project(record)
    town.decide(town.decision(record, Verdict.TO_CORRECT, "Précisez"))
    await receipts.drain(town.store, town.central)
    receipt = await town.published(record.envelope)
    assert receipt is not None
    assert receipt.open is not None
    assert receipt.open["turn"] == "author"
    assert receipt.sealed == {"message": "Précisez", "by": "Cléo Essai"}


async def test_a_database_that_is_gone_keeps_its_receipts_and_holds_back_no_other(town: Town) -> None:
    record = town.writer.record(town.nurse)
    town.project(record)
    with town.store.session() as session:
        lost = session.exec(select(ReceiptOutbox)).one().model_dump(exclude={"id"})
        session.add(ReceiptOutbox(**{**lost, "database": "t" + "0" * 32}))
    assert await receipts.drain(town.store, town.central) == 1
    assert [row.database for row in town.rows(ReceiptOutbox)] == ["t" + "0" * 32]


async def test_nothing_is_said_twice_of_what_did_not_change(town: Town) -> None:
    record = town.writer.record(town.nurse)
    town.project(record)
    await receipts.drain(town.store, town.central)
    town.project(record, town.writer.record(town.nurse))
    assert len(town.rows(ReceiptOutbox)) == 1
    assert len(town.rows(Receipt)) == 2
