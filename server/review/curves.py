"""A spirometer's curves as the record page draws them: flow against volume, volume against time.

What is kept came from a tablet: whatever is not as ``docs/forms.md`` ("Curves") says is not drawn at all.
Lines differ by their dashes and carry their number; no colour speaks alone, and the table beside says the
same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Annotated, ClassVar

import msgspec

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 320, 240, 44, 36, 12, 18
MOST_TRIALS, MOST_POINTS = 8, 120
DASHES = ("", "8 3", "2 3", "9 3 2 3", "14 4", "4 4", "1 2", "12 3 2 3 2 3")

Samples = Annotated[tuple[float, ...], msgspec.Meta(max_length=MOST_POINTS)]
Point = tuple[float, float]


class Trial(msgspec.Struct, frozen=True):
    """One manoeuvre: volumes in L, flows in L/s, times in s; the lists have one length, or are empty."""

    n: int
    time_s: Samples
    volume_l: Samples
    flow_l_s: Samples
    fev1: float | None = None
    fvc: float | None = None

    @property
    def peak(self) -> float | None:
        """The highest flow, in L/s; None without a curve."""
        return max(self.flow_l_s, default=None)

    @property
    def duration(self) -> float | None:
        """How long the expiration was recorded, in s; None without a curve."""
        return self.time_s[-1] - self.time_s[0] if self.time_s else None

    @property
    def is_drawn(self) -> bool:
        """Whether there is a line to draw."""
        return len(self.time_s) > 1


class Curves(msgspec.Struct, frozen=True):
    """What a ``spirometer-file`` item holds."""

    v: int
    source: str
    device: str
    trials: Annotated[tuple[Trial, ...], msgspec.Meta(max_length=MOST_TRIALS)]


@dataclass(frozen=True, slots=True)
class Mark:
    """A graduation: where it stands along its axis, and its number."""

    at: float
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """One manoeuvre's path, its dashes, and where its number stands."""

    n: int
    path: str
    dashes: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing of ``WIDTH`` × ``HEIGHT``; ``kind`` is ``flow-volume`` or ``volume-time``."""

    kind: str
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    lines: tuple[Line, ...]

    width: ClassVar = WIDTH
    height: ClassVar = HEIGHT
    left: ClassVar = LEFT
    right: ClassVar = WIDTH - RIGHT
    top: ClassVar = TOP
    bottom: ClassVar = HEIGHT - BOTTOM


def read_curves(text: str) -> Curves | None:
    """Return the curves that a record keeps; None when ``text`` is anything else."""
    try:
        curves = msgspec.json.decode(text, type=Curves)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return None
    return curves if curves.v == 1 and all(_is_sound(trial) for trial in curves.trials) else None


def _is_sound(trial: Trial) -> bool:
    lists = (trial.time_s, trial.volume_l, trial.flow_l_s)
    numbers = [number for each in lists for number in each]
    numbers += [number for number in (trial.fev1, trial.fvc) if number is not None]
    # Nobody blows thousands of litres: such numbers would only make a drawing that never ends.
    return len({len(each) for each in lists}) == 1 and all(isfinite(n) and abs(n) < 1000 for n in numbers)


def charts(curves: Curves) -> tuple[Chart, ...]:
    """Return both drawings; none when no manoeuvre has a curve."""
    drawn = [trial for trial in curves.trials if trial.is_drawn]
    if not drawn:
        return ()
    flows = [(trial.n, list(zip(trial.volume_l, trial.flow_l_s, strict=True))) for trial in drawn]
    volumes = [(trial.n, list(zip(trial.time_s, trial.volume_l, strict=True))) for trial in drawn]
    return _chart("flow-volume", flows), _chart("volume-time", volumes)


def _chart(kind: str, lines: Sequence[tuple[int, Sequence[Point]]]) -> Chart:
    points = [point for _, each in lines for point in each]
    right = _whole(max(1.0, *(x for x, _ in points)))
    top = _whole(max(1.0, *(y for _, y in points)))
    bottom = -_whole(max(0.0, *(-y for _, y in points)))

    def across(x: float) -> float:
        return round(LEFT + max(0.0, x) / right * (WIDTH - LEFT - RIGHT), 1)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - bottom) / (top - bottom) * (HEIGHT - BOTTOM - TOP), 1)

    return Chart(
        kind,
        tuple(Mark(across(number), number) for number in _marks(0, right)),
        tuple(Mark(up(number), number) for number in _marks(bottom, top)),
        tuple(_line(kind, n, each, index, across, up) for index, (n, each) in enumerate(lines)),
    )


def _line(
    kind: str,
    n: int,
    points: Sequence[Point],
    index: int,
    across: Callable[[float], float],
    up: Callable[[float], float],
) -> Line:
    path = "".join(f"{'L' if number else 'M'}{across(x)} {up(y)}" for number, (x, y) in enumerate(points))
    # Its number stands at its peak, or at its end; of lines that end together none hides another's.
    x, y = max(points, key=lambda point: point[1]) if kind == "flow-volume" else points[-1]
    lower = (4 if kind == "flow-volume" else -4) + index * 11
    return Line(n, path, DASHES[index % len(DASHES)], across(x) + 3, up(y) + lower)


def _whole(value: float) -> int:
    """Return the next whole number; an even one where there would be too many marks."""
    whole = ceil(value - 1e-9)
    return ceil(whole / 2) * 2 if whole > 8 else whole


def _marks(low: int, high: int) -> range:
    span = high - low
    step = next((step for step in (1, 2, 5, 10, 20, 50, 100, 200) if span / step <= 10), 500)
    return range(-(-low // step) * step, high + 1, step)
