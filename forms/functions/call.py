"""The value of an item that a named function calculates (docs/forms.md, "Named functions")."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from math import floor, isfinite

from forms.answer_value import is_date
from forms.definition import Item, NamedFunction, Value
from forms.functions import gli, spirometry
from forms.functions.ages import completed_years, decimal_years, is_child
from forms.functions.spirometry import Manoeuvre
from forms.response import Answer

Result = Decimal | float | int | str | None
SIGNIFICANT = 15
"""Digits on which two machines' logarithms agree: a half is recognised in them."""


class Arguments:
    """What one call is given. What has no value is None, and keeps its place among several."""

    __slots__ = ("_answers", "_function")

    def __init__(self, function: NamedFunction, answers: Mapping[str, Answer]) -> None:
        self._function = function
        self._answers = answers

    def code(self, name: str) -> str | None:
        """A code that the form writes, or the code answered to a choice."""
        return self._function.code(name) or self.text(name)

    def text(self, name: str) -> str | None:
        """The only answer of this name, when it is a code."""
        value = self._first(name)
        return value if isinstance(value, str) else None

    def day(self, name: str) -> date | None:
        """The date answered."""
        text = self.text(name)
        return date.fromisoformat(text) if text is not None and is_date(text) else None

    def number(self, name: str) -> Decimal | None:
        """The number answered."""
        return _number(self._first(name))

    def numbers(self, name: str) -> list[Decimal | None]:
        """The number answered to each of the items given."""
        return [_number(value) for value in self._values(name)]

    def booleans(self, name: str) -> list[bool | None]:
        """What was answered to each of the items given."""
        return [value if isinstance(value, bool) else None for value in self._values(name)]

    def lacks(self, name: str) -> bool:
        """Whether the form gives the argument, and it has no value."""
        return None in self._values(name)

    def _first(self, name: str) -> Value | None:
        return next(iter(self._values(name)), None)

    def _values(self, name: str) -> list[Value | None]:
        answers = (self._answers.get(link_id) for link_id in self._function.links(name))
        return [answer.values[0] if answer is not None and answer.values else None for answer in answers]


def called_value(
    item: Item, function: NamedFunction, answers: Mapping[str, Answer], visit_date: date
) -> Value | None:
    """The value of `item`, or None when an argument is missing or out of range.

    `answers`: the effective ones of the items before it. A number is rounded half up to the item's decimals.
    """
    try:
        result = _FUNCTIONS[function.name](Arguments(function, answers), visit_date)
    except OverflowError:
        return None  # numbers of nobody: the limits of the items that hold them say so
    if result is None or isinstance(result, str):
        return result if result in item.options else None
    if isinstance(result, float):
        return _rounded(result, item.decimals) if isfinite(result) else None
    if item.type == "integer":
        return int(result)
    return _rounded(float(result), item.decimals) if item.decimals is not None else Decimal(result)


def _number(value: Value | None) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _rounded(value: float, decimals: int | None) -> Decimal:
    """Half up, whatever binary fraction stands for the decimal one; as written when no decimals are said."""
    if decimals is None:
        return Decimal(repr(value))
    scaled = float(f"{value * 10.0**decimals:.{SIGNIFICANT}g}")
    return Decimal(floor(scaled + 0.5)) / Decimal(10) ** decimals


def _gli(given: Arguments, visit_date: date) -> Result:
    birth, height, sex = given.day("birth-date"), given.number("height"), given.code("sex")
    equations, index = given.code("set"), given.code("index")
    if birth is None or height is None or sex is None or equations not in gli.tables().sets or index is None:
        return None
    fev1, fvc = given.number("fev1"), given.number("fvc")
    if any(given.lacks(name) for name in ("fev1", "fvc")) or (fev1 and fvc and fev1 > fvc):
        return None
    subject = gli.Subject(
        set=str(equations),
        index=index,
        sex=sex,
        age=decimal_years(birth, visit_date),
        height=float(height),
        group=int(given.code("group") or 1),
    )
    reference = gli.reference(subject)
    return (
        None if reference is None else _output(given.code("output"), reference, _measured(index, fev1, fvc))
    )


def _measured(index: str, fev1: Decimal | None, fvc: Decimal | None) -> float | None:
    """What was measured of `index`; None when it was not, or is no volume."""
    above, below = (None if litres is None or litres <= 0 else float(litres) for litres in (fev1, fvc))
    if index != "fev1-fvc":
        return above if index == "fev1" else below
    return None if above is None or below is None else above / below


def _output(name: str | None, reference: gli.Reference, measured: float | None) -> Result:
    match name:
        case "predicted":
            return reference.median
        case "lln":
            return reference.lower_limit
        case "uln":
            return reference.upper_limit
        case "z":
            return None if measured is None else reference.z(measured)
        case _:
            return None if measured is None else reference.percent(measured)


def _manoeuvres(given: Arguments) -> list[Manoeuvre]:
    said = zip(given.numbers("value"), given.booleans("acceptable"), given.booleans("usable"), strict=True)
    return [Manoeuvre(*each) for each in said]


def _grade(given: Arguments, visit_date: date) -> Result:
    birth = given.day("birth-date")
    return (
        None if birth is None else spirometry.grade(_manoeuvres(given), is_child=is_child(birth, visit_date))
    )


def _age_years(given: Arguments, visit_date: date) -> Result:
    birth = given.day("birth-date")
    return None if birth is None or birth > visit_date else completed_years(birth, visit_date)


_FUNCTIONS: Mapping[str, Callable[[Arguments, date], Result]] = {
    "gli": _gli,
    "spirometry-grade": _grade,
    "spirometry-best": lambda given, _: spirometry.best(_manoeuvres(given)),
    "spirometry-count": lambda given, _: spirometry.count_acceptable(given.booleans("acceptable")),
    "age-years": _age_years,
}
