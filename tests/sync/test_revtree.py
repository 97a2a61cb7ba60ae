"""The revision tree: what two nodes know merges alike in every order, and every node has one winner."""

from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.revision import Revision
from sync.revtree import RevisionTree
from tests.sync.envelopes import revision_path

DIGESTS = "abc"


def tree_of(*paths: str, deleted: tuple[str, ...] = ()) -> RevisionTree:
    """Merge paths written "3-c 2-b 1-a"; those whose tip is in `deleted` end in a tombstone."""
    return reduce(
        RevisionTree.merged,
        (
            RevisionTree.of_path(revision_path(*path.split()), deleted=path.split()[0] in deleted, body=1)
            for path in paths
        ),
    )


@st.composite
def writes(draw: st.DrawFn) -> RevisionTree:
    """One write of a document: a path of up to five revisions whose oldest ancestors may be unknown.

    Content and deletion follow from the revision's name, as a digest's do.
    """
    generation = draw(st.integers(1, 5))
    known = draw(st.integers(1, generation))
    path = [Revision(generation - index, draw(st.sampled_from(DIGESTS))) for index in range(known)]
    tip = path[0]
    return RevisionTree.of_path(
        path,
        deleted=(tip.generation + ord(tip.digest)) % 2 == 0,
        body=tip.generation * 1000 + ord(tip.digest),
    )


trees = st.lists(writes(), min_size=1, max_size=6).map(lambda parts: reduce(RevisionTree.merged, parts))


@given(trees, trees)
def test_merging_is_commutative(one: RevisionTree, other: RevisionTree) -> None:
    assert one.merged(other) == other.merged(one)


@given(trees, trees, trees)
def test_merging_is_associative(one: RevisionTree, two: RevisionTree, three: RevisionTree) -> None:
    assert one.merged(two).merged(three) == one.merged(two.merged(three))


@given(trees)
def test_merging_is_idempotent(tree: RevisionTree) -> None:
    assert tree.merged(tree) == tree


@given(st.lists(writes(), min_size=1, max_size=8), st.randoms())
def test_the_winner_does_not_depend_on_the_order_of_arrival(parts: list[RevisionTree], draws: Random) -> None:
    shuffled = list(parts)
    draws.shuffle(shuffled)

    assert reduce(RevisionTree.merged, parts).leaves() == reduce(RevisionTree.merged, shuffled).leaves()


@given(trees)
def test_the_winner_is_alive_whenever_some_leaf_is(tree: RevisionTree) -> None:
    assert tree.winner().deleted == all(leaf.deleted for leaf in tree.leaves())


@given(trees)
def test_no_leaf_beats_the_winner(tree: RevisionTree) -> None:
    winner = tree.winner()
    rivals = [leaf.revision for leaf in tree.leaves() if leaf.deleted == winner.deleted]

    assert max(rivals) == winner.revision


@given(trees, st.integers(1, 4))
def test_stemming_keeps_every_leaf(tree: RevisionTree, revs_limit: int) -> None:
    assert tree.stemmed(revs_limit).leaves() == tree.leaves()


@given(trees, st.integers(1, 4))
def test_stemming_keeps_no_ancestor_that_is_far_from_every_leaf(tree: RevisionTree, revs_limit: int) -> None:
    stemmed = tree.stemmed(revs_limit)

    for revision in stemmed.nodes:
        nearest = min(leaf.revision.generation for leaf in stemmed.latest(revision))
        assert nearest - revision.generation < revs_limit


@given(trees)
def test_every_revision_leads_to_a_leaf(tree: RevisionTree) -> None:
    assert all(tree.latest(revision) for revision in tree.nodes)


@pytest.mark.parametrize(
    ("paths", "deleted", "winner"),
    [
        (["1-a"], (), "1-a"),
        (["1-a", "1-b"], (), "1-b"),
        (["2-a 1-a", "1-b"], (), "2-a"),
        (["2-b 1-a", "2-c 1-a"], (), "2-c"),
        (["3-d 2-d 1-a", "2-b 1-a"], ("3-d",), "2-b"),
        (["2-b 1-a", "2-c 1-a"], ("2-b", "2-c"), "2-c"),
        (["10-a", "9-z"], (), "10-a"),
    ],
    ids=[
        "a single leaf wins",
        "the digest that comes last wins",
        "the longer history wins",
        "an edit on both sides: the digest decides",
        "a deleted leaf loses however long",
        "all deleted: the digest decides",
        "generations compare as numbers",
    ],
)
def test_the_winner_follows_couchdb(paths: list[str], deleted: tuple[str, ...], winner: str) -> None:
    assert str(tree_of(*paths, deleted=deleted).winner().revision) == winner


def test_losing_leaves_that_are_alive_are_conflicts() -> None:
    tree = tree_of("2-b 1-a", "2-c 1-a", "2-d 1-a", deleted=("2-d",))

    assert [str(revision) for revision in tree.conflicts()] == ["2-b"]
    assert [str(revision) for revision in tree.deleted_conflicts()] == ["2-d"]


def test_an_ancestor_learnt_later_joins_the_branches() -> None:
    apart = tree_of("3-c", "2-b 1-a")

    assert [str(leaf.revision) for leaf in apart.leaves()] == ["3-c", "2-b"]
    assert [str(leaf.revision) for leaf in apart.merged(tree_of("3-c 2-b")).leaves()] == ["3-c"]


def test_a_revision_with_two_claimed_parents_keeps_both() -> None:
    tree = tree_of("2-b 1-a", "2-b 1-c")

    assert [str(leaf.revision) for leaf in tree.leaves()] == ["2-b"]
    assert [str(revision) for revision in tree.ancestry(Revision(2, "b"))] == ["2-b", "1-c"]


def test_stemming_forgets_the_oldest_ancestors() -> None:
    stemmed = tree_of("4-d 3-c 2-b 1-a").stemmed(2)

    assert [str(revision) for revision in stemmed.ancestry(Revision(4, "d"))] == ["4-d", "3-c"]


def test_latest_follows_a_revision_to_its_leaves() -> None:
    tree = tree_of("3-c 2-b 1-a", "2-x 1-a")

    assert [str(leaf.revision) for leaf in tree.latest(Revision(1, "a"))] == ["3-c", "2-x"]
    assert [str(leaf.revision) for leaf in tree.latest(Revision(2, "x"))] == ["2-x"]


def test_a_thousand_conflicts_of_long_histories_are_stemmed_one_by_one() -> None:
    """Each leaf keeps its own ancestors, however many leaves there are: the work grows with the tree."""
    shared = [Revision(generation, "s") for generation in range(1000, 0, -1)]
    tree = RevisionTree.of_path(shared, deleted=False, body=1)
    for number in range(1000):
        tree = tree.merged(
            RevisionTree.of_path([Revision(1001, f"{number}"), shared[0]], deleted=False, body=number)
        )

    stemmed = tree.stemmed(10)

    assert len(stemmed.leaves()) == 1000
    assert len(stemmed.nodes) == 1000 + 9
    assert len(stemmed.latest(Revision(992, "s"))) == 1000


def test_a_short_branch_keeps_its_ancestors_beside_a_long_one() -> None:
    tree = tree_of("6-f 5-e 4-d 3-c 2-b 1-a", "3-x 2-b")

    stemmed = tree.stemmed(2)

    assert sorted(map(str, stemmed.nodes)) == ["2-b", "3-x", "5-e", "6-f"]
