"""Reading several documents: what is missing, what was asked, in order."""

import pytest

from sync.all_docs import AllDocsQuery
from sync.document import MissingRevision
from sync.engine import Engine
from sync.errors import DocumentNotFound
from sync.revision import Revision
from tests.sync.contract.feed_reading import DB
from tests.sync.envelopes import replicated, revision_path

pytestmark = pytest.mark.anyio


async def test_only_missing_revisions_are_told(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "2-b", "1-a")], new_edits=False)

    lacking = await engine.revs_diff(DB, {"a": ["2-b", "1-a", "3-c"], "b": ["1-x"], "c": []})

    assert lacking == {"a": (revision_path("3-c"), revision_path("2-b")), "b": (revision_path("1-x"), ())}


async def test_bulk_get_answers_in_order_and_says_what_is_missing(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "1-a"), replicated("b", "1-b")], new_edits=False)

    found = await engine.bulk_get(DB, [("b", "1-b"), ("a", None), ("a", "9-x"), ("z", None)])

    assert [[getattr(one, "revision", None) for one in documents] for documents in found] == [
        [Revision(1, "b")],
        [Revision(1, "a")],
        [Revision(9, "x")],
        [None],
    ]
    assert [isinstance(documents[0], MissingRevision) for documents in found] == [False, False, True, True]


async def test_latest_gives_the_leaf_that_a_revision_led_to(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "3-c", "2-b", "1-a")], new_edits=False)

    assert str((await engine.get(DB, "a", revision="1-a", latest=True)).revision) == "3-c"
    ((found,),) = await engine.bulk_get(DB, [("a", "1-a")], latest=True)
    assert str(found.revision) == "3-c"


async def test_a_known_ancestor_without_content_is_not_found(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "2-b", "1-a")], new_edits=False)

    with pytest.raises(DocumentNotFound):
        await engine.get(DB, "a", revision="1-a")


async def test_the_primary_index_is_in_order_of_id_without_deleted_documents(engine: Engine) -> None:
    for identifier in ("b", "a", "d", "c", "é"):
        await engine.put(DB, identifier, {"n": identifier}, revision=None)
    await engine.delete(DB, "d", revision=str((await engine.get(DB, "d")).revision))

    async def keys(query: AllDocsQuery) -> list[str]:
        return [row.key for row in (await engine.all_docs(DB, query)).rows]

    assert await keys(AllDocsQuery()) == ["a", "b", "c", "é"]
    assert await keys(AllDocsQuery(descending=True, limit=2)) == ["é", "c"]
    assert await keys(AllDocsQuery(start_key="b", end_key="c")) == ["b", "c"]
    assert await keys(AllDocsQuery(start_key="b", end_key="c", inclusive_end=False)) == ["b"]
    assert await keys(AllDocsQuery(start_key="c", end_key="a", descending=True)) == ["c", "b", "a"]
    assert await keys(AllDocsQuery(skip=1, limit=1)) == ["b"]
    assert await keys(AllDocsQuery(limit=0)) == []


async def test_requested_keys_are_answered_one_by_one(engine: Engine) -> None:
    revision = await engine.put(DB, "a", {"n": 1}, revision=None)
    await engine.put(DB, "b", {"n": 2}, revision=None)
    await engine.delete(DB, "a", revision=revision)

    page = await engine.all_docs(DB, AllDocsQuery(keys=["b", "a", "z", "b"], include_docs=True))

    assert [
        (row.key, row.revision is not None, row.deleted, row.document is not None) for row in page.rows
    ] == [
        ("b", True, False, True),
        ("a", True, True, False),
        ("z", False, False, False),
        ("b", True, False, True),
    ]
