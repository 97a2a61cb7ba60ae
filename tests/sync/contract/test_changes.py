"""The changes feed: in order, each document once, resumed where it stopped."""

import pytest

from sync.changes import Style
from sync.engine import Engine
from sync.errors import InvalidSequence
from sync.security import Security
from tests.sync.contract.feed_reading import DB, OTHER, identifiers
from tests.sync.envelopes import replicated, revision_path

pytestmark = pytest.mark.anyio


async def test_changes_come_in_order_and_each_document_once(engine: Engine) -> None:
    revision = await engine.put(DB, "a", {"n": 1}, revision=None)
    await engine.put(DB, "b", {"n": 1}, revision=None)
    await engine.put(DB, "a", {"n": 2}, revision=revision)

    assert await identifiers(engine) == ["b", "a"]
    assert await identifiers(engine, descending=True) == ["a", "b"]


async def test_changes_are_read_page_by_page_to_the_end(engine: Engine) -> None:
    await engine.write(DB, [replicated(f"d{n}", "1-a") for n in range(7)], new_edits=False)

    seen, since, pending = [], "0", []
    while True:
        page = await engine.changes(DB, since=since, limit=3)
        if not page.results:
            break
        seen += [change.identifier for change in page.results]
        pending.append(page.pending)
        since = page.last_seq

    assert seen == [f"d{n}" for n in range(7)]
    assert pending == [4, 1, 0]


async def test_a_limit_of_none_at_all_still_makes_progress(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "1-a"), replicated("b", "1-b")], new_edits=False)

    assert await identifiers(engine, limit=0) == ["a"]


async def test_since_now_lists_nothing_that_is_already_there(engine: Engine) -> None:
    await engine.put(DB, "a", {}, revision=None)
    page = await engine.changes(DB, since="now")
    await engine.put(DB, "b", {}, revision=None)

    assert page.results == ()
    assert await identifiers(engine, since=page.last_seq) == ["b"]


async def test_all_leaves_are_listed_for_replication(engine: Engine) -> None:
    await engine.write(
        DB,
        [
            replicated("a", "2-b", "1-a"),
            replicated("a", "2-c", "1-a"),
            replicated("a", "3-d", "2-d", deleted=True),
        ],
        new_edits=False,
    )

    (winner,) = (await engine.changes(DB)).results
    (everything,) = (await engine.changes(DB, style=Style.ALL_DOCS)).results

    assert winner.leaves == revision_path("2-c")
    assert everything.leaves == revision_path("2-c", "2-b", "3-d")
    assert not everything.deleted


async def test_a_deletion_is_a_change(engine: Engine) -> None:
    revision = await engine.put(DB, "a", {}, revision=None)
    await engine.delete(DB, "a", revision=revision)

    (change,) = (await engine.changes(DB, include_docs=True)).results

    assert change.deleted
    assert change.document is not None
    assert change.document.deleted


async def test_changes_can_be_asked_of_some_documents_only(engine: Engine) -> None:
    await engine.write(DB, [replicated(f"d{n}", "1-a") for n in range(5)], new_edits=False)

    page = await engine.changes(DB, doc_ids=["d3", "d1", "unknown"])

    assert [change.identifier for change in page.results] == ["d1", "d3"]
    assert page.last_seq == (await engine.changes(DB)).last_seq


async def test_a_sequence_of_another_database_starts_again(engine: Engine) -> None:
    await engine.create_database(OTHER, Security())
    await engine.write(OTHER, [replicated(f"d{n}", "1-a") for n in range(5)], new_edits=False)
    await engine.put(DB, "a", {}, revision=None)
    foreign = (await engine.changes(OTHER, limit=1)).last_seq

    assert await identifiers(engine, since=foreign) == ["a"]


async def test_what_is_no_sequence_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidSequence):
        await engine.changes(DB, since="nonsense")
