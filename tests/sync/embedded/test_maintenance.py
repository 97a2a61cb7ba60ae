"""Purge, limits, compaction, on the embedded engine."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.all_docs import AllDocsQuery
from sync.document import Document, MissingRevision
from sync.embedded import EmbeddedEngine
from sync.errors import DocumentNotFound
from sync.revision import Revision
from sync.revtree import RevisionTree
from sync.security import Security
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio


@pytest.fixture
async def edited(engine: EmbeddedEngine) -> list[str]:
    """The revisions of a document edited twenty times, the first one first."""
    revisions = [await engine.put("t1", "a", {"text": "x" * 20_000, "edit": 0}, revision=None)]
    for edit in range(1, 20):
        revision = await engine.put("t1", "a", {"text": "x" * 20_000, "edit": edit}, revision=revisions[-1])
        revisions.append(revision)
    return revisions


async def compacted(engine: EmbeddedEngine) -> None:
    """Compact and wait for the end."""
    await engine.maintenance.compact("t1")
    assert (await engine.information("t1")).compact_running
    async with asyncio.timeout(10):
        while (await engine.information("t1")).compact_running:
            pass


async def test_inner_revisions_are_readable_until_compaction(
    engine: EmbeddedEngine, edited: list[str]
) -> None:
    assert (await engine.get("t1", "a", revision=edited[3])).body["edit"] == 3
    before = await engine.information("t1")

    await compacted(engine)

    after = await engine.information("t1")
    with pytest.raises(DocumentNotFound):
        await engine.get("t1", "a", revision=edited[3])
    assert (await engine.get("t1", "a")).body["edit"] == 19
    assert (await engine.get("t1", "a")).ancestry == tuple(
        Revision.parse(revision) for revision in reversed(edited)
    )
    assert after.update_seq == before.update_seq
    assert after.active_size < before.active_size
    assert after.file_size < before.file_size


async def test_compaction_keeps_every_leaf(engine: EmbeddedEngine) -> None:
    leaves = ["3-a", "3-b", "2-c"]
    documents = [
        replicated("a", "1-r"),
        replicated("a", "2-r", "1-r"),
        replicated("a", "3-a", "2-r", "1-r"),
        replicated("a", "3-b", "2-r", "1-r"),
        replicated("a", "2-c", "1-r", deleted=True),
    ]
    for document in documents:
        await engine.write("t1", [document], new_edits=False)
    whole = await engine.open_revisions("t1", "a", leaves)

    await compacted(engine)

    assert await engine.open_revisions("t1", "a", leaves) == whole
    assert all(isinstance(one, Document) for one in whole)
    assert await engine.open_revisions("t1", "a", ["2-r"]) == [MissingRevision("a", Revision(2, "r"))]
    assert await engine.revs_diff("t1", {"a": ["2-r", "1-r"]}) == {}


async def test_a_compaction_ends_with_its_engine(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path / "closing")
    await engine.create_database("t1", Security())
    await engine.maintenance.compact("t1")
    await asyncio.wait_for(engine.aclose(), 5)


async def test_a_purged_document_never_was(engine: EmbeddedEngine) -> None:
    first = await engine.put("t1", "a", {"text": "x"}, revision=None)
    second = await engine.put("t1", "a", {"text": "y"}, revision=first)
    await engine.put("t1", "b", {}, revision=None)
    since = (await engine.changes("t1")).last_seq

    purged = await engine.maintenance.purge(
        "t1", {"a": [Revision.parse(first), Revision.parse(second)], "absent": [Revision(1, "a")]}
    )

    information = await engine.information("t1")
    assert purged == {"a": [second], "absent": []}
    assert (information.doc_count, information.doc_del_count) == (1, 0)
    assert information.purge_seq.startswith("1-")
    assert information.update_seq != since
    assert [row.identifier for row in (await engine.changes("t1")).results] == ["b"]
    assert (await engine.changes("t1", since=since)).results == ()
    assert [row.key for row in (await engine.all_docs("t1", AllDocsQuery())).rows] == ["b"]
    assert await engine.revs_diff("t1", {"a": [second]}) != {}
    with pytest.raises(DocumentNotFound):
        await engine.get("t1", "a")


async def test_a_purged_branch_leaves_the_others_and_makes_a_change(engine: EmbeddedEngine) -> None:
    for path in (["1-r"], ["2-a", "1-r"], ["3-b", "2-b", "1-r"]):
        await engine.write("t1", [replicated("a", *path)], new_edits=False)
    since = (await engine.changes("t1")).last_seq

    purged = await engine.maintenance.purge("t1", {"a": [Revision(3, "b"), Revision(1, "r")]})

    found = await engine.get("t1", "a")
    assert purged == {"a": ["3-b"]}
    assert (found.revision, found.body) == (Revision(2, "a"), {"value": "2-a"})
    assert found.conflicts == ()
    assert [row.identifier for row in (await engine.changes("t1", since=since)).results] == ["a"]
    lacking = await engine.revs_diff("t1", {"a": ["3-b", "2-b", "1-r"]})
    assert set(lacking["a"].missing) == {Revision(3, "b"), Revision(2, "b")}


async def test_purges_are_remembered_up_to_a_limit(engine: EmbeddedEngine) -> None:
    await engine.maintenance.set_purged_infos_limit("t1", 2)
    for identifier in ("a", "b", "c"):
        revision = await engine.put("t1", identifier, {}, revision=None)
        await engine.maintenance.purge("t1", {identifier: [Revision.parse(revision)]})

    assert await engine.maintenance.purged_infos_limit("t1") == 2
    assert [identifier for identifier, _ in await engine.maintenance.purged_infos("t1")] == ["b", "c"]


async def test_the_revs_limit_bounds_histories_and_keeps_leaves(engine: EmbeddedEngine) -> None:
    assert await engine.maintenance.revs_limit("t1") == 1000
    await engine.maintenance.set_revs_limit("t1", 3)
    await engine.write("t1", [replicated("a", "2-z", "1-r")], new_edits=False)
    revision = "1-r"
    await engine.write("t1", [replicated("a", "1-r")], new_edits=False)
    path = [revision]
    for generation in range(2, 8):
        path.insert(0, f"{generation}-a")
        await engine.write("t1", [replicated("a", *path)], new_edits=False)

    found = await engine.get("t1", "a")

    assert found.ancestry == (Revision(7, "a"), Revision(6, "a"), Revision(5, "a"))
    assert found.conflicts == (Revision(2, "z"),)


revisions = st.builds(Revision, st.integers(1, 4), st.sampled_from("abc"))


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.text(alphabet="abc", min_size=4, max_size=4)), min_size=1),
    st.sets(revisions),
)
async def test_what_remains_of_a_purged_tree_is_what_the_other_leaves_lead_to(
    paths: list[tuple[int, str]], gone: set[Revision]
) -> None:
    tree = RevisionTree({})
    for length, digests in paths:
        path = [Revision(length - place, digests[place]) for place in range(length)]
        tree = tree.merged(RevisionTree.of_path(path, deleted=False, body=None))
    leaves = {leaf.revision for leaf in tree.leaves()}

    rest = tree.without_leaves(gone)

    remaining = set() if rest is None else {leaf.revision for leaf in rest.leaves()}
    assert remaining == leaves - gone
