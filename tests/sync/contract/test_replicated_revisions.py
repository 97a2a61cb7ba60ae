"""Replicated revisions: stored as given, merged in any order."""

import pytest

from sync.document import Document, IncomingDocument, WriteResult
from sync.engine import Engine
from sync.errors import InvalidDocument
from sync.revision import Revision
from sync.security import Security
from tests.sync.contract.feed_reading import DB, OTHER, identifiers
from tests.sync.envelopes import replicated, revision_path

pytestmark = pytest.mark.anyio


async def leaves(engine: Engine, identifier: str) -> list[Document]:
    found = await engine.open_revisions(DB, identifier, None)
    return [one for one in found if isinstance(one, Document)]


async def test_a_replicated_revision_is_stored_as_given(engine: Engine) -> None:
    (result,) = await engine.write(DB, [replicated("a", "3-c", "2-b", "1-a")], new_edits=False)

    assert result == WriteResult("a", Revision(3, "c"))
    read = await engine.get(DB, "a")
    assert read.body == {"value": "3-c"}
    assert read.ancestry == revision_path("3-c", "2-b", "1-a")


async def test_the_same_revision_again_changes_nothing(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "2-b", "1-a")], new_edits=False)
    before = await engine.information(DB)

    await engine.write(DB, [replicated("a", "2-b", "1-a", value="forged")], new_edits=False)

    assert await identifiers(engine, since=before.update_seq) == []
    assert (await engine.get(DB, "a")).body == {"value": "2-b"}


async def test_conflicting_revisions_are_kept_and_the_winner_is_couchdbs(engine: Engine) -> None:
    await engine.write(
        DB,
        [replicated("a", "2-b", "1-a"), replicated("a", "2-c", "1-a"), replicated("a", "1-a")],
        new_edits=False,
    )

    read = await engine.get(DB, "a")

    assert str(read.revision) == "2-c"
    assert read.conflicts == revision_path("2-b")
    assert (await engine.get(DB, "a", revision="2-b")).body == {"value": "2-b"}
    assert (await engine.get(DB, "a", revision="1-a")).body == {"value": "1-a"}


async def test_the_order_of_arrival_does_not_matter(engine: Engine) -> None:
    documents = [
        replicated("x", "3-c", "2-b", "1-a"),
        replicated("x", "3-d", "2-b", "1-a", deleted=True),
        replicated("x", "2-e", "1-a"),
        replicated("x", "1-f"),
    ]
    await engine.create_database(OTHER, Security())
    for document in documents:
        await engine.write(DB, [document], new_edits=False)
    for document in reversed(documents):
        await engine.write(OTHER, [document], new_edits=False)

    assert await engine.open_revisions(DB, "x", None) == await engine.open_revisions(OTHER, "x", None)


async def test_an_ancestor_that_arrives_later_ends_a_false_conflict(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "3-c"), replicated("a", "2-b", "1-a")], new_edits=False)
    await engine.write(DB, [replicated("a", "3-c", "2-b", "1-a")], new_edits=False)

    assert {str(leaf.revision) for leaf in await leaves(engine, "a")} == {"3-c"}


async def test_a_very_long_history_is_stemmed_once(engine: Engine) -> None:
    document = replicated("a", *(f"{generation}-x" for generation in range(1005, 0, -1)))
    await engine.write(DB, [document], new_edits=False)
    before = await engine.information(DB)
    await engine.write(DB, [document], new_edits=False)

    assert len((await engine.get(DB, "a")).ancestry) == 1000
    assert await identifiers(engine, since=before.update_seq) == []


async def test_a_replicated_document_without_revision_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidDocument):
        await engine.write(DB, [IncomingDocument("a", {})], new_edits=False)
