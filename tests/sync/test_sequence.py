"""Update sequences: what this database gave is resumed, anything else starts again."""

import pytest

from sync.errors import InvalidSequence
from sync.sequence import Sequence


@pytest.mark.parametrize(
    ("since", "number"),
    [
        ("7-mine", 7),
        ('"7-mine"', 7),
        ("9-mine", 9),
        ("0", 0),
        ("7-another", 0),
        ("7", 0),
        ("10-mine", 0),
        ("23-g1AAAABteJzLYWBg4MhgTmHgzcvPy0l1IM", 0),
    ],
    ids=[
        "its own",
        "its own, as JSON",
        "its last",
        "the start",
        "of another node or a database made again",
        "a bare number, of another kind of engine",
        "a number to come, from before a restored backup",
        "one of Apache CouchDB",
    ],
)
def test_a_sequence_resumes_only_where_it_was_given(since: str, number: int) -> None:
    assert Sequence.resume(since, identity="mine", current=9).number == number


@pytest.mark.parametrize("since", ["", "abc", "-1", "1.5", "now!", "[1]", "9" * 30])
def test_what_is_no_sequence_is_refused(since: str) -> None:
    with pytest.raises(InvalidSequence):
        Sequence.resume(since, identity="mine", current=9)
