"""The order of JSON values."""

import pytest

from sync.mango.collation import collation_key

IN_ORDER = [
    None,
    False,
    True,
    -1,
    0,
    1.5,
    2,
    10**400,
    "",
    " ",
    "_",
    "-",
    "a",
    "A",
    "á",
    "aa",
    "aB",
    "b",
    "B",
    "z",
    [],
    ["a"],
    ["a", "b"],
    ["b"],
    {},
    {"a": 1},
    {"a": 1, "b": 0},
    {"a": 2},
    {"b": 0},
]


def test_values_are_in_couchdbs_order() -> None:
    backwards = IN_ORDER[::-1]

    assert sorted(backwards, key=collation_key) == IN_ORDER


def test_numbers_are_equal_by_value_and_texts_by_character() -> None:
    assert collation_key(1) == collation_key(1.0) != collation_key(True)
    assert collation_key("é") != collation_key("e\u0301")
    assert collation_key({"a": 1, "b": 2}) != collation_key({"b": 2, "a": 1})


def test_punctuation_comes_before_digits_and_digits_before_letters() -> None:
    texts = list("_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$059aAbBzZ")

    assert sorted(texts, key=collation_key) == texts


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        collation_key(object())
