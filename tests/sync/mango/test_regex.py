"""`$regex`: what it matches, what it refuses, and that no expression takes long."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mango.failures import QueryError
from sync.mango.regex import Regex

EXPRESSIONS = [
    "abc",
    "^abc$",
    "a.c",
    "a|bc|",
    "(?:a|b)*c",
    "(a+)+b",
    "a{2,3}b{2}c{1,}",
    "a?b??c+?",
    "[a-c]+[^a]",
    "[]a]",
    "[a\\]-]",
    "\\bab\\b",
    "\\Bb\\B",
    "\\d+\\s\\w\\W\\D\\S",
    "(?i)aB[C]",
    "(?s)a.b",
    "(?m)^b$",
    "\\Aa",
    "\\x61\\x{62}\\.",
    "a{x}",
    "$",
    "",
]


@given(st.sampled_from(EXPRESSIONS), st.text(alphabet="abc AB1.\n]-é{x}", max_size=12))
def test_it_matches_what_pythons_matcher_does(expression: str, text: str) -> None:
    python = expression.replace("\\x{62}", "b")

    assert Regex(expression).search(text) == (re.search(python, text) is not None)


def test_a_search_repeated_gives_the_same_answer() -> None:
    regex = Regex("b$")

    assert [regex.search(text) for text in ("ab", "ab\n", "ab\n\n", "ba", "ab\n", "ab")] == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)*x", "([a-z]+)*[A-Z]"])
def test_an_expression_that_explodes_elsewhere_takes_a_moment(expression: str) -> None:
    before = time.process_time()
    Regex(expression).search("a" * 50_000 + "!")

    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    "expression",
    [
        "(",
        ")",
        "[a",
        "*a",
        "a**",
        "a++",
        "(?=a)",
        "(?<n>a)",
        "(?>a)",
        "(a)\\1",
        "\\p{L}",
        "a{3,2}",
        "[b-a]",
        "^*",
        "\\",
        "[[:nope:]]",
        "\\x{zz}",
        "((a{100}){100}){100}",
        "(" * 60 + ")" * 60,
        "a" * 1001,
    ],
)
def test_what_it_cannot_run_is_refused_with_the_operators_name(expression: str) -> None:
    with pytest.raises(QueryError, match=r"\$regex"):
        Regex(expression)


@given(st.text(alphabet="ab()[]{}|*+?\\^$.-1,:idws", max_size=20), st.text(alphabet="ab1", max_size=6))
def test_any_text_is_an_expression_or_refused(expression: str, text: str) -> None:
    try:
        regex = Regex(expression)
    except QueryError:
        return
    regex.search(text)
