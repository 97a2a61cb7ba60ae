"""Writes of many documents or of many revisions: cut into transactions, others' writes in between."""

import asyncio
import gc
import time
import weakref

import pytest

from sync.document import IncomingDocument, JsonValue
from sync.embedded import EmbeddedEngine, updates
from sync.revision import Revision
from sync.security import Security

pytestmark = pytest.mark.anyio

DB = "t1"


class Body(dict[str, JsonValue]):
    """A body that a weak reference may follow."""


def grafts(identifier: str, branches: int, generations: int, first: int = 0) -> list[IncomingDocument]:
    """Return conflicting revisions whose histories share nothing."""
    return [
        IncomingDocument(
            identifier,
            {"branch": branch},
            tuple(
                Revision(generation, f"{branch:08x}{generation:024x}")
                for generation in range(generations, 0, -1)
            ),
        )
        for branch in range(first, first + branches)
    ]


def edits(count: int) -> list[IncomingDocument]:
    return [IncomingDocument(f"d{number:05}", {"number": number}) for number in range(count)]


async def test_a_batch_over_several_slices_is_answered_whole_and_keeps_its_order(
    engine: EmbeddedEngine,
) -> None:
    documents = edits(2 * updates.SLICE_DOCUMENTS + 1)

    results = await engine.write(DB, documents, new_edits=True)

    wanted = [document.identifier for document in documents]
    assert [result.identifier for result in results] == wanted
    assert all(result.error is None for result in results)
    page = await engine.changes(DB)
    assert [change.identifier for change in page.results] == wanted


async def test_another_write_comes_between_the_slices_of_a_large_one(engine: EmbeddedEngine) -> None:
    await engine.create_database("quiet", Security())
    await engine.write("quiet", edits(1), new_edits=True)
    large = asyncio.ensure_future(engine.write(DB, edits(8 * updates.SLICE_DOCUMENTS), new_edits=True))
    while (await engine.information(DB)).doc_count == 0:
        assert not large.done(), "the large write had one commit"

    await engine.put("quiet", "small", {}, revision=None)
    overtook = not large.done()
    await large

    assert overtook


async def test_many_revisions_of_one_document_are_one_change(engine: EmbeddedEngine) -> None:
    before = (await engine.information(DB)).update_seq

    results = await engine.write(DB, grafts("a", 20, 50), new_edits=False)

    assert [str(result.revision) for result in results] == [
        f"50-{branch:08x}{50:024x}" for branch in range(20)
    ]
    (change,) = (await engine.changes(DB, since=before)).results
    assert change.identifier == "a"
    assert int(change.sequence.partition("-")[0]) == 1
    assert len((await engine.get(DB, "a")).conflicts) == 19
    for branch in range(20):
        found = await engine.get(DB, "a", revision=f"50-{branch:08x}{50:024x}")
        assert found.body == {"branch": branch}


async def test_a_document_takes_no_more_revisions_than_its_bound(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "MAXIMUM_REVISIONS", 100)
    await engine.write(DB, grafts("a", 2, 50), new_edits=False)

    (refused, other) = await engine.write(
        DB, [*grafts("a", 1, 50, first=2), *grafts("b", 1, 50)], new_edits=False
    )

    assert (refused.error, other.error) == ("forbidden", None)
    assert refused.reason == "too_many_revisions: the histories of one document hold at most 100 revisions"
    assert len((await engine.get(DB, "a")).conflicts) == 1


async def test_a_document_over_its_bound_already_takes_what_adds_nothing(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.write(DB, grafts("a", 2, 50), new_edits=False)
    monkeypatch.setattr(updates, "MAXIMUM_REVISIONS", 10)

    (again,) = await engine.write(DB, grafts("a", 1, 50), new_edits=False)

    assert again.error is None


async def test_the_revisions_of_a_document_with_a_large_tree_are_still_merged_together(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.write(DB, grafts("a", 10, 100), new_edits=False)
    monkeypatch.setattr(updates, "SLICE_REVISIONS", 500)

    await engine.write(DB, grafts("a", 10, 10, first=10), new_edits=False)

    (change,) = (await engine.changes(DB)).results
    assert int(change.sequence.partition("-")[0]) == 2


async def test_nothing_of_a_write_is_held_once_it_is_answered(engine: EmbeddedEngine) -> None:
    body = Body()
    written = weakref.ref(body)

    await engine.write(DB, [IncomingDocument("a", body)], new_edits=True)
    del body
    deadline = time.monotonic() + 10
    while written() is not None and time.monotonic() < deadline:
        await asyncio.sleep(0)
        gc.collect()

    assert written() is None
