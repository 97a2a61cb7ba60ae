"""What a `spirometer-file` item holds: curves of forced expirations, compact JSON (docs/forms.md, "Curves").

The tablet writes it from a device's file; here it comes from outside, and is bounded before it is drawn.
It is read as JavaScript reads it, with binary numbers, so that both engines say the same of every text.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from math import isfinite
from typing import NoReturn

from forms.rounding import decimal_places

LONGEST = 32_768
"""UTF-16 code units of the whole text: eight full manoeuvres take about 25 000."""
MOST_TRIALS = 8
MOST_POINTS = 120
DECIMALS = 3
LONGEST_DEVICE = 200
LARGEST_NUMBER = 99
"""Of a manoeuvre, as the device numbers them."""
LITRES = (0.1, 12.0)
"""FEV1 and FVC."""
COLUMNS: Mapping[str, tuple[float, float]] = {
    "time_s": (-5.0, 60.0),
    "volume_l": (-12.0, 12.0),
    "flow_l_s": (-20.0, 25.0),
}
"""Inclusive limits of what a human being breathes, in s, L and L/s: outside, it is another unit."""
_SOURCE = re.compile(r"[a-z0-9-]{1,40}")


def are_curves(text: str) -> bool:
    """Whether the text is curves that can be drawn, exactly as docs/forms.md says."""
    if _utf16_length(text) > LONGEST:
        return False
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict) or document.keys() != {"v", "source", "device", "trials"}:
        return False
    source, device, trials = document["source"], document["device"], document["trials"]
    if _number(document["v"]) != 1 or not isinstance(source, str) or _SOURCE.fullmatch(source) is None:
        return False
    if not isinstance(device, str) or _utf16_length(device) > LONGEST_DEVICE:
        return False
    if not isinstance(trials, list) or not 1 <= len(trials) <= MOST_TRIALS:
        return False
    numbers = {_number(trial["n"]) for trial in trials if _is_trial(trial)}
    return len(numbers) == len(trials)


def _is_trial(trial: object) -> bool:
    """One manoeuvre: its number, what was measured, and three columns of one length."""
    if not isinstance(trial, dict) or trial.keys() - {"fev1", "fvc"} != {"n", *COLUMNS}:
        return False
    number = _number(trial["n"])
    if number is None or number % 1 != 0 or not 1 <= number <= LARGEST_NUMBER:
        return False
    measured = {name: trial[name] for name in ("fev1", "fvc") if name in trial}
    if not measured or not all(_within(value, LITRES) for value in measured.values()):
        return False
    if len(measured) == len(("fev1", "fvc")) and measured["fev1"] > measured["fvc"]:
        return False
    columns = [trial[name] for name in COLUMNS]
    if not all(isinstance(column, list) and len(column) <= MOST_POINTS for column in columns):
        return False
    times = columns[0]
    return (
        len({len(column) for column in columns}) == 1
        and all(_within(each, COLUMNS[name]) for name in COLUMNS for each in trial[name])
        and all(before <= after for before, after in pairwise(times))
    )


def _within(value: object, limits: tuple[float, float]) -> bool:
    number = _number(value)
    return number is not None and limits[0] <= number <= limits[1] and _places(number) <= DECIMALS


def _number(value: object) -> float | None:
    """A JSON number as JavaScript holds it, or None; `true` is none, nor what is too large for a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _places(number: float) -> int:
    return decimal_places(Decimal(repr(number)))


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _refuse(constant: str) -> NoReturn:
    """`NaN` and the infinities are no JSON."""
    raise ValueError(constant)
