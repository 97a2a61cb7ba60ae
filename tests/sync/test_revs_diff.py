"""What a target lacks."""

from sync.revision import Revision
from sync.revs_diff import difference
from sync.revtree import RevisionTree
from tests.sync.envelopes import revision_path

TREE = RevisionTree.of_path(revision_path("2-b", "1-a"), deleted=False, body=1)


def test_everything_is_missing_of_an_unknown_document() -> None:
    assert difference(None, [Revision(1, "a")]) == ((Revision(1, "a"),), ())


def test_a_known_revision_and_a_known_ancestor_are_not_missing() -> None:
    assert difference(TREE, revision_path("2-b", "1-a")) == ((), ())


def test_leaves_of_a_lower_generation_may_be_ancestors_of_what_is_missing() -> None:
    assert difference(TREE, revision_path("3-c", "2-b")) == ((Revision(3, "c"),), (Revision(2, "b"),))


def test_a_leaf_of_the_same_generation_is_no_ancestor() -> None:
    assert difference(TREE, revision_path("2-x")) == ((Revision(2, "x"),), ())
