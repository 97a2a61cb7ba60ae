"""Revisions: how they are read, ordered and derived."""

import pytest

from sync.errors import InvalidRevision
from sync.revision import Revision, next_revision


def test_a_revision_is_written_as_it_was_read() -> None:
    assert str(Revision.parse("12-0af")) == "12-0af"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1-",
        "-a",
        "0-a",
        "01-a",
        "a-1",
        "1-a b",
        "1-a/../b",
        "1-" + "a" * 65,
        "9999999999-a",
        1,
        None,
    ],
)
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(InvalidRevision):
        Revision.parse(text)


def test_the_same_edit_of_the_same_parent_has_the_same_revision() -> None:
    parent = Revision(1, "a")

    assert next_revision(parent, {"a": 1, "b": 2}, deleted=False) == next_revision(
        parent, {"b": 2, "a": 1}, deleted=False
    )


def test_another_parent_another_body_or_a_deletion_has_another_revision() -> None:
    revisions = {
        next_revision(Revision(1, "a"), {"a": 1}, deleted=False),
        next_revision(Revision(1, "b"), {"a": 1}, deleted=False),
        next_revision(Revision(1, "a"), {"a": 2}, deleted=False),
        next_revision(Revision(1, "a"), {"a": 1}, deleted=True),
    }

    assert len(revisions) == 4
    assert {revision.generation for revision in revisions} == {2}
