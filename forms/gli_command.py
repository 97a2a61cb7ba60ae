"""`python -m forms gli`: the reference values of one person, at full precision."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from math import isfinite

from forms.errors import CommandRefused
from forms.functions.gli import Reference, Subject, ages, reference
from forms.functions.signatures import GROUPS, SETS

HEIGHT_RANGE = (50.0, 250.0)
"""cm: the equations state no limit; beyond this a height is a slip (metres, a digit too many)."""
VOLUME_RANGE = (0.0, 15.0)
"""L, the lower bound excluded: nobody blows more, and millilitres are told from litres."""
NAMES = {"FEV1": "fev1", "FVC": "fvc", "FEV1FVC": "fev1-fvc"}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")

Values = dict[str, float | None]


def add_arguments(parser: ArgumentParser) -> None:
    """The options of the command, named as in the papers."""
    parser.add_argument("--set", required=True, choices=SETS, help="which equations")
    parser.add_argument("--sex", required=True, choices=("F", "M"))
    parser.add_argument("--age", required=True, type=_number, metavar="YEARS", help="decimal years, 3 to 95")
    parser.add_argument("--height-cm", required=True, type=_number, metavar="CM")
    parser.add_argument("--group", choices=GROUPS, help="of gli-2012 only; 1 when absent")
    parser.add_argument("--fev1", type=_number, metavar="L", help="what was measured")
    parser.add_argument("--fvc", type=_number, metavar="L", help="what was measured")


def values(given: Namespace) -> dict[str, Values]:
    """Predicted, limits of normal, z and percent of each index; the last two None where nothing is measured.

    Raises CommandRefused when the equations do not cover the person, or what was measured is impossible.
    """
    _check(given)
    measured = {
        "fev1": given.fev1,
        "fvc": given.fvc,
        "fev1-fvc": given.fev1 / given.fvc if given.fev1 and given.fvc else None,
    }
    return {name: _of_index(_reference(given, index), measured[index]) for name, index in NAMES.items()}


def _check(given: Namespace) -> None:
    youngest, oldest = ages()
    if not youngest <= given.age <= oldest:
        raise CommandRefused(f"--age {given.age}: the equations cover {youngest:g} to {oldest:g} years")
    low, high = HEIGHT_RANGE
    if not low <= given.height_cm <= high:
        raise CommandRefused(f"--height-cm {given.height_cm}: {low:g} to {high:g} cm is expected")
    if given.group is not None and given.set != "gli-2012":
        raise CommandRefused(f"--group: {given.set} has no group")
    low, high = VOLUME_RANGE
    for name, litres in (("--fev1", given.fev1), ("--fvc", given.fvc)):
        if litres is not None and not low < litres <= high:
            raise CommandRefused(f"{name} {litres}: more than {low:g} and at most {high:g} L is expected")
    if given.fev1 is not None and given.fvc is not None and given.fev1 > given.fvc:
        raise CommandRefused(f"--fev1 {given.fev1} is more than --fvc {given.fvc}, which cannot be")


def _reference(given: Namespace, index: str) -> Reference:
    subject = Subject(given.set, index, given.sex, given.age, given.height_cm, int(given.group or 1))
    found = reference(subject)
    if found is None:
        raise CommandRefused("the equations do not cover this person")
    return found


def _of_index(found: Reference, measured: float | None) -> Values:
    return {
        "predicted": found.median,
        "lln": found.lower_limit,
        "uln": found.upper_limit,
        "z": None if measured is None else found.z(measured),
        "percent": None if measured is None else found.percent(measured),
    }


def _number(text: str) -> float:
    """A finite number. Raises ArgumentTypeError."""
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if not isfinite(value):
        raise ArgumentTypeError(f"{text!r} is not a number")
    return value
