"""INS names and telephone numbers: lexical rules, the same as on the tablet."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.ins import is_phone, name_defect, normalize_name, normalize_phone, text_rule_defect
from tests.forms.vectors import vectors

VECTORS = vectors("ins_names.json")
NAMES = VECTORS["names"]


@pytest.mark.parametrize("vector", NAMES, ids=lambda vector: vector["about"])
def test_a_name_is_normalised_and_judged_as_in_the_vectors(vector: Any) -> None:
    normalized = normalize_name(vector["typed"])

    assert normalized == vector["normalized"]
    assert name_defect(normalized, "ins-name") == vector["ins-name"]
    assert name_defect(normalized, "ins-first-name") == vector["ins-first-name"]


@pytest.mark.parametrize("vector", VECTORS["phones"], ids=lambda vector: vector["typed"])
def test_a_phone_number_is_normalised_and_judged_as_in_the_vectors(vector: Any) -> None:
    normalized = normalize_phone(vector["typed"])

    assert normalized == vector["normalized"]
    assert is_phone(normalized) == vector["accepted"]


@given(st.text(max_size=120))
def test_normalising_twice_changes_nothing(typed: str) -> None:
    once = normalize_name(typed)

    assert normalize_name(once) == once


@given(st.text(max_size=120))
def test_an_accepted_name_holds_only_what_the_ins_allows(typed: str) -> None:
    name = normalize_name(typed)

    if name_defect(name, "ins-name") is None:
        assert re.fullmatch(r"[A-Z'][A-Z '-]{0,99}", name)
        assert "  " not in name


@given(st.text(max_size=120))
def test_a_given_name_is_never_judged_more_leniently_than_a_birth_name(typed: str) -> None:
    name = normalize_name(typed)

    if name_defect(name, "ins-first-name") is None:
        assert name_defect(name, "ins-name") is None


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_digits_are_refused_not_removed(typed: str) -> None:
    assert name_defect(normalize_name(typed), "ins-name") == "character"


@pytest.mark.parametrize(
    ("rule", "value", "reason"),
    [
        ("ins-name", "GARCIA-HAMMADI", None),
        ("ins-name", "Garcia", "not-normalized"),
        ("ins-name", "GARCIA ", "not-normalized"),
        ("ins-name", "GARCIA2", "character"),
        ("ins-name", " ", "empty"),
        ("ins-first-name", "JEAN-", "end"),
        ("ins-first-name", "Jean-", "not-normalized"),
        ("phone", "0477123456", None),
        ("phone", "04 77 12 34 56", "not-normalized"),
        ("phone", "0477", "phone"),
    ],
)
def test_a_stored_value_is_judged_as_it_is_stored(rule: str, value: str, reason: str | None) -> None:
    assert text_rule_defect(rule, value) == reason
