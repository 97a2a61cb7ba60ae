"""The manoeuvres of one spirometry judged together: ATS/ERS 2019.

Graham et al., Am J Respir Crit Care Med 2019;200:e70-e88, table 10. Acceptability and usability are the
operator's or the device's word. What is not known is None, and is not "no".
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from forms.rounding import half_up

ADULT_LIMITS = (150, 200, 250)
"""The largest difference of the best two, in mL: for A and B, for C, for D."""
CHILD_LIMITS = (100, 150, 200)
"""Up to six years of age, where 10 % of the best value is taken when it is more."""
REPEATED = 3
"""How many acceptable manoeuvres an A takes."""


class Manoeuvre(msgspec.Struct, frozen=True):
    """One blow: litres, and what was said of it."""

    value: Decimal | None = None
    acceptable: bool | None = None
    usable: bool | None = None

    @property
    def is_made(self) -> bool:
        """Whether there is a value or a judgement."""
        return any(said is not None for said in (self.value, self.acceptable, self.usable))


def grade(manoeuvres: Sequence[Manoeuvre], *, is_child: bool) -> str | None:
    """A: at least three acceptable, close together … E: alone or far apart; U: only usable ones; F: none.

    None when no manoeuvre was made, and while a grade would take what is not known for no: a manoeuvre of
    unknown acceptability, an acceptable one without its value, or, when none is acceptable nor usable, one of
    which it is not known whether it is usable.
    """
    made = [each for each in manoeuvres if each.is_made]
    if not made or any(each.acceptable is None for each in made):
        return None
    acceptable = [each for each in made if each.acceptable]
    if not acceptable:
        if any(each.usable for each in made):
            return "U"
        return "F" if all(each.usable is False for each in made) else None
    millilitres = sorted(
        (int(half_up(each.value * 1000, 0)) for each in acceptable if each.value is not None), reverse=True
    )
    if len(millilitres) < len(acceptable):
        return None
    if len(millilitres) == 1:
        return "E"
    return _repeatability(millilitres[0], millilitres[1], len(millilitres), is_child=is_child)


def _repeatability(best: int, second: int, count: int, *, is_child: bool) -> str:
    apart = best - second
    # Ten times the difference against the best value: a tenth of whole millilitres is not whole.
    close = is_child and apart * 10 <= best
    grades = ("A" if count >= REPEATED else "B", "C", "D")
    limits = CHILD_LIMITS if is_child else ADULT_LIMITS
    return next(
        (letter for letter, limit in zip(grades, limits, strict=True) if apart <= limit or close), "E"
    )


def best(manoeuvres: Sequence[Manoeuvre]) -> Decimal | None:
    """The largest acceptable value, else the largest usable one, in litres; None when there is neither."""
    acceptable = max(_values(each for each in manoeuvres if each.acceptable), default=None)
    if acceptable is not None:
        return acceptable
    return max(_values(each for each in manoeuvres if each.usable), default=None)


def _values(manoeuvres: Iterator[Manoeuvre]) -> Iterator[Decimal]:
    return (each.value for each in manoeuvres if each.value is not None)


def count_acceptable(judgements: Sequence[bool | None]) -> int | None:
    """How many are acceptable; None when none was judged."""
    judged = [each for each in judgements if each is not None]
    return sum(judged) if judged else None
