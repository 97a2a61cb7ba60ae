"""Rounding, the same on the tablet and here: half up, before any threshold (docs/forms.md, "Expressions")."""

from decimal import ROUND_FLOOR, Decimal
from math import floor

HALF = Decimal("0.5")


def half_up(value: Decimal, decimals: int) -> Decimal:
    """`value` to `decimals` places, a half going towards plus infinity: ``floor(x × 10ⁿ + 0.5) / 10ⁿ``."""
    scale = Decimal(10) ** decimals
    whole = (value * scale + HALF).to_integral_value(rounding=ROUND_FLOOR)
    return whole / scale


def half_up_tenth(value: float) -> Decimal:
    """A binary number to one decimal, in binary arithmetic: bit for bit what the tablet's JavaScript does."""
    return Decimal(floor(value * 10 + 0.5)) / 10


def decimal_places(value: Decimal) -> int:
    """How many decimals a number needs: 0 for 120.0, 1 for 36.50."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
