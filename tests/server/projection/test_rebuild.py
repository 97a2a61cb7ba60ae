"""A rebuild from zero gives what the incremental path gave; a check finds what was tampered with."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text

from server.central.databases import DECISIONS
from server.central.team_keys import TeamKeys
from server.identifiers import new_uuid
from server.projection.acts import TaskChange
from server.projection.decisions import Verdict
from server.projection.statements import table
from server.projection.version import VERSION
from server.store.control import Campaign, ReceiptOutbox, Stop
from server.store.figures import VisitCode, VisitFigure
from server.store.follow_ups import Act, Task, TaskState
from server.store.notices import Attendance, Notice, Photo
from server.store.people import Person, VisitIdentity
from server.store.read import (
    Answer,
    ChainLink,
    Decision,
    Finding,
    Quarantined,
    ReadModel,
    Receipt,
    Record,
    Visit,
)
from sync.document import IncomingDocument
from tests.server.projection.test_follow import Flaky, running
from tests.server.projection.town import Town
from tests.support.afterwards import task_key
from tests.support.organisation import DAY, NOON
from tests.support.photos import jpeg, photo_notices
from tests.support.records import full_answers

pytestmark = pytest.mark.anyio


async def _eventful(town: Town) -> None:
    """Project a day: records, a refusal, a correction, late ones of an old epoch, decisions, notices."""
    first = town.writer.record(town.nurse)
    wrong = town.writer.record(town.doctor, full_answers(vitals__sbp={"values": [13]}))
    await town.push(first, wrong)
    await town.projection.sweep()
    town.now = NOON + timedelta(hours=1)
    replaces = {"record": wrong.envelope.identifier, "reason": "Erreur de saisie"}
    await town.push(town.writer.record(town.doctor, replaces=replaces))
    decision = town.decision(first, Verdict.TO_CORRECT, "Précisez")
    await town.engine.put(DECISIONS, decision.identifier, decision.body, revision=None)
    await town.engine.put(DECISIONS, "d" + "0" * 40, {"jws": "forged"}, revision=None)
    search = TaskChange(
        subject=task_key(first),
        member=town.seeded.clinical,
        at=town.now,
        owner=town.seeded.clinical,
        due_on=DAY,
        outcome="en_attente",
    )
    act = town.act(search)
    await town.engine.put(DECISIONS, act.identifier, act.body, revision=None)
    await town.projection.sweep()
    with town.store.session() as session:
        TeamKeys(town.keys).start_epoch(session, town.seeded.team, town.now)
    town.now = NOON + timedelta(hours=2)
    last = town.writer.record(town.nurse)
    error = {"visit": last.payload["visit"], "record": last.envelope.identifier}
    await town.push(
        last,
        town.writer.notice(town.doctor, "attendance", status="done"),
        town.writer.notice(
            town.doctor, "cosignature", records=[{"envelope": error["record"], "record": last.digest}]
        ),
        town.writer.notice(town.doctor, "entered_in_error", **error),
        town.writer.notice(town.doctor, "deceased", visit=error["visit"]),
        *photo_notices(town.writer, town.doctor, error["visit"], jpeg(), pieces=2),
        *photo_notices(town.writer, town.doctor, error["visit"], b"no image"),
        town.writer.notice(town.nurse, "manifest", visits=1, records=1, signed=[last.digest, "0" * 64]),
    )
    await town.push_documents([IncomingDocument.from_json({"_id": "note", "_rev": "1-0"})])
    await town.projection.sweep()


async def test_a_rebuild_equals_the_incremental_path_days_later(any_town: Town) -> None:
    town = any_town
    await _eventful(town)
    before = town.read_model()
    town.now = NOON + timedelta(days=30)
    rebuilt = await town.rebuild()
    assert rebuilt.same, dict(rebuilt.differences)
    assert (rebuilt.records, rebuilt.quarantined) == (3, 3)
    assert town.read_model() == before
    assert town.rows(ReceiptOutbox) == []


async def test_a_rebuild_into_an_empty_read_model_loses_no_decision(town: Town) -> None:
    await _eventful(town)
    states = {row.digest: row.state for row in town.rows(Record)}
    with town.store.session() as session:
        for model in (Record, Answer, Visit, Decision, Finding, Quarantined, ChainLink, Act, Task, TaskState):
            session.connection().execute(delete(table(model)))
    rebuilt = await town.rebuild()
    assert {row.digest: row.state for row in town.rows(Record)} == states
    assert set(rebuilt.differences) >= {"record", "answer", "visit", "decision", "quarantined", "act", "task"}
    assert [(row.outcome, row.due_on) for row in town.rows(TaskState)] == [("en_attente", DAY)]


async def test_a_check_names_the_tables_that_differ_and_changes_nothing(any_town: Town) -> None:
    town = any_town
    await _eventful(town)
    with town.store.session() as session:
        session.connection().execute(text("UPDATE visit SET person = 'X'"))
    tampered = town.read_model()
    checked = await town.rebuild(check=True)
    assert not checked.same
    assert set(checked.differences) == {"visit"}
    assert town.read_model() == tampered
    assert (await town.rebuild()).differences == checked.differences
    assert (await town.rebuild(check=True)).same


async def _set_back(town: Town) -> None:
    """Leave what the version before left: records and cursors, and nothing of the new tables."""
    with town.store.session() as session:
        for model in NEW_TABLES:
            session.connection().execute(delete(table(model)))
        session.connection().execute(delete(table(ReadModel)))


NEW_TABLES = (Person, VisitIdentity, VisitFigure, VisitCode, Task, TaskState, Attendance, Photo, Notice)


async def test_a_store_of_the_former_version_is_filled_at_the_first_start(any_town: Town) -> None:
    town = any_town
    await _eventful(town)
    before, said = town.read_model(), town.rows(Receipt)
    await _set_back(town)
    assert town.read_model() != before
    await town.another_projection().sweep()
    assert town.read_model() == before
    assert town.rows(Receipt) == said
    assert [row.version for row in town.rows(ReadModel)] == [VERSION]


async def test_another_version_of_the_read_model_is_made_again_once(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await _eventful(town)
    before = town.read_model()
    with town.store.session() as session:
        session.connection().execute(text("UPDATE read_model SET version = 1"))
        session.connection().execute(text("UPDATE visit SET person = 'X'"))
    caplog.set_level(logging.INFO, logger="server.projection")
    following = town.another_projection()
    await following.sweep()
    assert town.read_model() == before
    await following.sweep()
    await town.another_projection().sweep()
    assert [line.message for line in caplog.records].count("the read model is made again") == 1


async def test_a_new_store_begins_at_this_version(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="server.projection")
    await town.push(town.writer.record(town.nurse))
    await town.projection.sweep()
    await town.another_projection().sweep()
    assert [row.version for row in town.rows(ReadModel)] == [VERSION]
    assert caplog.records == []


async def test_it_is_not_ready_before_the_read_model_is_made_again(town: Town) -> None:
    await _eventful(town)
    await _set_back(town)
    flaky: Any = Flaky(town.engine, failures=1_000)
    projection = town.another_projection(flaky)
    async with running(projection):
        waiting = asyncio.create_task(projection.caught_up())
        await asyncio.wait([waiting], timeout=0.1)
        assert not projection.ready
        assert town.rows(Person) == []
        flaky.failures = 0
        await asyncio.wait_for(waiting, 20)
    assert town.rows(Person) != []


async def test_following_goes_on_after_a_rebuild(town: Town) -> None:
    await _eventful(town)
    await town.rebuild()
    await town.push(town.writer.record(town.nurse))
    await town.projection.sweep()
    assert len(town.rows(Record)) == 4


async def test_what_was_signed_for_the_campaign_and_the_day_of_before_stays_integrated(
    any_town: Town,
) -> None:
    town = any_town
    record, told = town.writer.record(town.nurse), town.writer.notice(town.nurse, "attendance", status="done")
    late = town.writer.record(town.doctor)
    await town.push(record, told)
    await town.projection.sweep()
    with town.store.session() as session:
        stop = session.get_one(Stop, town.seeded.stop)
        before = session.get_one(Campaign, stop.campaign_id)
        after = Campaign(**{**before.model_dump(), "id": new_uuid(), "title": "Une autre"})
        session.add(after)
        session.flush()
        stop.campaign_id = after.id
        session.add(stop)
    await town.push(late)
    await town.projection.sweep()
    assert town.rows(Quarantined) == []
    known = town.read_model()
    rebuilt = await town.rebuild()
    assert rebuilt.same, dict(rebuilt.differences)
    assert (rebuilt.records, rebuilt.quarantined, town.read_model()) == (2, 0, known)


async def test_what_arrives_after_its_stop_was_moved_is_of_the_new_day(any_town: Town) -> None:
    town = any_town
    record, told = town.writer.record(town.nurse), town.writer.notice(town.nurse, "attendance", status="done")
    with town.store.session() as session:
        stop = session.get_one(Stop, town.seeded.stop)
        stop.day += timedelta(days=1)
        session.add(stop)
    await town.push(record, told)
    await town.projection.sweep()
    assert town.rows(Quarantined) == []
    days = {row.day for row in town.rows(Visit)} | {row.day for row in town.rows(Attendance)}
    assert days == {DAY + timedelta(days=1)}
    rebuilt = await town.rebuild()
    assert rebuilt.same, dict(rebuilt.differences)
