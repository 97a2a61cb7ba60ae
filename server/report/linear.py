"""What linear equations tell of their unknowns: exact, over rational numbers."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

Equation = Mapping[int, int]
"""Coefficients by variable; the sum, with what is known, is zero."""


def determined(equations: Iterable[Equation], unknown: Sequence[int]) -> set[int]:
    """Return the unknowns of which the equations leave one value only, all other variables being known."""
    wanted = set(unknown)
    rows = [
        {variable: Fraction(factor) for variable, factor in each.items() if variable in wanted and factor}
        for each in equations
    ]
    reduced: list[tuple[int, dict[int, Fraction]]] = []
    for row in rows:
        left = row
        for at, other in reduced:
            left = _less(left, other, at)
        if left:
            pivot = min(left)
            scaled = {variable: factor / left[pivot] for variable, factor in left.items()}
            reduced = [(at, _less(other, scaled, pivot)) for at, other in reduced]
            reduced.append((pivot, scaled))
    return {pivot for pivot, row in reduced if len(row) == 1}


def _less(row: dict[int, Fraction], other: dict[int, Fraction], pivot: int) -> dict[int, Fraction]:
    """Take a multiple of another row away, so that its pivot is gone."""
    factor = row.get(pivot)
    if factor is None:
        return row
    left = {v: row.get(v, Fraction()) - factor * other.get(v, Fraction()) for v in {*row, *other}}
    return {variable: value for variable, value in left.items() if value}
