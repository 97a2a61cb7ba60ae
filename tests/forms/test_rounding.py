"""Rounding half up, in decimal and in binary arithmetic."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.rounding import decimal_places, half_up, half_up_tenth

REASONABLE = st.decimals(min_value=-10_000, max_value=10_000, places=4)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        ("8.75", 1, "8.8"),
        ("8.749", 1, "8.7"),
        ("-8.75", 1, "-8.7"),
        ("99.1001", 0, "99"),
        ("0.5", 0, "1"),
        ("0", 1, "0"),
    ],
)
def test_a_half_goes_up(value: str, decimals: int, rounded: str) -> None:
    assert half_up(Decimal(value), decimals) == Decimal(rounded)


@given(REASONABLE, st.integers(min_value=0, max_value=3))
def test_rounding_moves_by_at_most_half_a_unit(value: Decimal, decimals: int) -> None:
    half_unit = Decimal(10) ** -decimals / 2

    assert -half_unit <= value - half_up(value, decimals) < half_unit or value == half_up(value, decimals)


@given(REASONABLE, REASONABLE)
def test_rounding_keeps_the_order(one: Decimal, other: Decimal) -> None:
    if one <= other:
        assert half_up(one, 1) <= half_up(other, 1)


@given(REASONABLE, st.integers(min_value=0, max_value=3))
def test_rounding_twice_changes_nothing(value: Decimal, decimals: int) -> None:
    once = half_up(value, decimals)

    assert half_up(once, decimals) == once
    assert decimal_places(once) <= decimals


@given(st.integers(min_value=0, max_value=100_000))
def test_a_number_of_tenths_is_its_own_rounding(tenths: int) -> None:
    assert half_up_tenth(tenths / 10) == Decimal(tenths) / 10


@pytest.mark.parametrize(
    ("value", "places"), [("120", 0), ("120.0", 0), ("36.60", 1), ("1E+2", 0), ("0.125", 3)]
)
def test_decimals_are_counted_as_needed(value: str, places: int) -> None:
    assert decimal_places(Decimal(value)) == places
