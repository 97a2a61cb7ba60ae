"""Edits: each names the leaf it replaces, or is a conflict."""

import asyncio

import pytest

from sync.document import IncomingDocument
from sync.engine import Engine
from sync.errors import Conflict, DocumentNotFound, InvalidIdentifier, InvalidRevision
from sync.revision import Revision
from tests.sync.contract.feed_reading import DB

pytestmark = pytest.mark.anyio


async def test_an_edit_of_the_current_revision_replaces_it(engine: Engine) -> None:
    first = await engine.put(DB, "a", {"value": 1}, revision=None)
    second = await engine.put(DB, "a", {"value": 2}, revision=first)

    read = await engine.get(DB, "a")

    assert str(read.revision) == second
    assert read.body == {"value": 2}
    assert [str(revision) for revision in read.ancestry] == [second, first]


async def test_an_edit_of_an_old_revision_is_a_conflict(engine: Engine) -> None:
    first = await engine.put(DB, "a", {"value": 1}, revision=None)
    await engine.put(DB, "a", {"value": 2}, revision=first)

    with pytest.raises(Conflict):
        await engine.put(DB, "a", {"value": 3}, revision=first)


@pytest.mark.parametrize("revision", [None, "1-unknown", "7-unknown"])
async def test_an_edit_that_names_no_leaf_is_a_conflict(engine: Engine, revision: str | None) -> None:
    await engine.put(DB, "a", {"value": 1}, revision=None)

    with pytest.raises(Conflict):
        await engine.put(DB, "a", {"value": 2}, revision=revision)


async def test_an_edit_of_a_document_that_is_not_here_is_a_conflict(engine: Engine) -> None:
    with pytest.raises(Conflict):
        await engine.put(DB, "a", {"value": 1}, revision="1-a")


async def test_a_deleted_document_is_gone_but_its_tombstone_can_be_named(engine: Engine) -> None:
    first = await engine.put(DB, "a", {"value": 1}, revision=None)
    tombstone = await engine.delete(DB, "a", revision=first)

    with pytest.raises(DocumentNotFound, match="deleted"):
        await engine.get(DB, "a")
    assert (await engine.get(DB, "a", revision=tombstone)).deleted


async def test_a_deleted_document_is_made_again_over_its_tombstone(engine: Engine) -> None:
    first = await engine.put(DB, "a", {"value": 1}, revision=None)
    await engine.delete(DB, "a", revision=first)

    again = await engine.put(DB, "a", {"value": 2}, revision=None)

    assert Revision.parse(again).generation == 3


async def test_deleting_what_never_was_says_so(engine: Engine) -> None:
    with pytest.raises(DocumentNotFound):
        await engine.delete(DB, "a", revision="1-a")


async def test_two_edits_of_one_document_in_one_call_conflict(engine: Engine) -> None:
    results = await engine.write(
        DB, [IncomingDocument("a", {"n": 1}), IncomingDocument("a", {"n": 2})], new_edits=True
    )

    assert sorted(str(result.error) for result in results) == ["None", "conflict"]


async def test_concurrent_edits_of_one_revision_have_one_winner(engine: Engine) -> None:
    first = await engine.put(DB, "a", {"n": 0}, revision=None)

    outcomes = await asyncio.gather(
        *(engine.put(DB, "a", {"n": number}, revision=first) for number in range(1, 11)),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 9


async def test_a_missing_document_is_said_to_be_so(engine: Engine) -> None:
    with pytest.raises(DocumentNotFound, match="missing"):
        await engine.get(DB, "a")


async def test_malformed_names_are_refused(engine: Engine) -> None:
    with pytest.raises(InvalidIdentifier):
        await engine.put(DB, "_a", {}, revision=None)
    with pytest.raises(InvalidRevision):
        await engine.put(DB, "a", {}, revision="nonsense")
