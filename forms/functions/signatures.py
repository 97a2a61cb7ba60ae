"""Which arguments each named function takes, and on which items it may stand (docs/forms.md)."""

from collections.abc import Mapping
from typing import NamedTuple

NUMBERS = frozenset({"integer", "decimal", "quantity"})
FRACTIONS = frozenset({"decimal", "quantity"})
DATES = frozenset({"date"})
BOOLEANS = frozenset({"boolean"})
CHOICES = frozenset({"choice"})
SETS = ("gli-2022", "gli-2012")
INDICES = ("fev1", "fvc", "fev1-fvc")
MEASURED_OUTPUTS = frozenset({"z", "percent"})
OUTPUTS = ("predicted", "lln", "uln", *sorted(MEASURED_OUTPUTS))
GROUPS = ("1", "2", "3", "4", "5")
GRADES = ("A", "B", "C", "D", "E", "F", "U")


class Parameter(NamedTuple):
    """One argument: given as a link to an item of one of `types`, in `unit`, or as one of `codes`.

    `options`: codes that a choice named by the link has; with `codes`, it has no other. `several`: may be
    given more than once.
    """

    types: frozenset[str] = frozenset()
    codes: tuple[str, ...] = ()
    unit: str = ""
    options: tuple[str, ...] = ()
    several: bool = False
    required: bool = True


class Signature(NamedTuple):
    """`results`: the item types it may stand on; `options`: the codes that a choice of them offers."""

    results: frozenset[str]
    parameters: Mapping[str, Parameter]
    options: tuple[str, ...] = ()


BIRTH_DATE = Parameter(DATES)
LITRES = Parameter(NUMBERS, unit="L")
_EACH_VALUE = Parameter(NUMBERS, unit="L", several=True)
_EACH_JUDGEMENT = Parameter(BOOLEANS, several=True)

SIGNATURES: Mapping[str, Signature] = {
    "gli": Signature(
        FRACTIONS,
        {
            "set": Parameter(CHOICES, codes=SETS),
            "index": Parameter(codes=INDICES),
            "output": Parameter(codes=OUTPUTS),
            "sex": Parameter(CHOICES, options=("F", "M")),
            "birth-date": BIRTH_DATE,
            "height": Parameter(NUMBERS, unit="cm"),
            "fev1": LITRES._replace(required=False),
            "fvc": LITRES._replace(required=False),
            "group": Parameter(codes=GROUPS, required=False),
        },
    ),
    "spirometry-grade": Signature(
        CHOICES,
        {
            "birth-date": BIRTH_DATE,
            "value": _EACH_VALUE,
            "acceptable": _EACH_JUDGEMENT,
            "usable": _EACH_JUDGEMENT,
        },
        options=GRADES,
    ),
    "spirometry-best": Signature(
        FRACTIONS, {"value": _EACH_VALUE, "acceptable": _EACH_JUDGEMENT, "usable": _EACH_JUDGEMENT}
    ),
    "spirometry-count": Signature(frozenset({"integer"}), {"acceptable": _EACH_JUDGEMENT}),
    "age-years": Signature(frozenset({"integer"}), {"birth-date": BIRTH_DATE}),
}
