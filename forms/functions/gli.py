"""Reference values of spirometry by the equations of the Global Lung Function Initiative, ages 3 to 95.

GLI-2012: Quanjer et al., Eur Respir J 2012;40:1324-1343. GLI Global 2022, which needs no ethnic group:
Bowerman et al., Am J Respir Crit Care Med 2023;207:768-774. Formulas, tables, terms: `forms/data/README.md`.
Nothing is extrapolated: outside what the equations cover there is no value. Binary numbers on purpose, in the
order in which the tablet computes: both give the same to the last few bits.
"""

from functools import cache
from importlib import resources
from math import exp, floor, log

import msgspec

LIMIT = 1.645
"""z of the limits of normal, as the reference calculator of the ERS takes it: the 5th and 95th centiles."""
EPSILON = 1e-9
"""Guards the row of an age that binary fractions put just below its quarter of a year."""


class Subject(msgspec.Struct, frozen=True):
    """Whose reference values are asked.

    `set`: `gli-2012` or `gli-2022`. `index`: `fev1`, `fvc` or `fev1-fvc`. `sex`: `F` or `M`. `age`: decimal
    years. `height`: cm. `group`, of gli-2012 only: 1 to 5.
    """

    set: str
    index: str
    sex: str
    age: float
    height: float
    group: int = 1


class Reference(msgspec.Struct, frozen=True):
    """The distribution of healthy people like the subject: litres, or a ratio from 0 to 1 for fev1-fvc."""

    skewness: float
    median: float
    variation: float

    @property
    def lower_limit(self) -> float:
        """The lower limit of normal."""
        return self._limit(-LIMIT)

    @property
    def upper_limit(self) -> float:
        """The upper limit of normal."""
        return self._limit(LIMIT)

    def z(self, measured: float) -> float:
        """How many standard deviations `measured`, which is positive, is from the median."""
        return float((measured / self.median) ** self.skewness - 1) / (self.skewness * self.variation)

    def percent(self, measured: float) -> float:
        """`measured` in percent of the predicted value."""
        return measured / self.median * 100

    def _limit(self, z: float) -> float:
        return exp(log(self.median) + log(1 + z * self.skewness * self.variation) / self.skewness)


class _Ages(msgspec.Struct, frozen=True):
    start: float = msgspec.field(name="from")
    end: float = msgspec.field(name="to")
    step: float


class _Table(msgspec.Struct, frozen=True):
    """Coefficients, and the splines of the median, the variation and the skewness at each step of age."""

    coefficients: dict[str, float]
    m: tuple[float, ...]
    s: tuple[float, ...]
    l: tuple[float, ...] = ()  # noqa: E741 — as the papers name it


class _Tables(msgspec.Struct, frozen=True):
    age: _Ages
    sets: dict[str, dict[str, dict[str, _Table]]]


@cache
def tables() -> _Tables:
    """`forms/data/gli.json`, read once."""
    content = resources.files("forms").joinpath("data", "gli.json").read_bytes()
    return msgspec.json.decode(content, type=_Tables)


def ages() -> tuple[float, float]:
    """The youngest and the oldest age that the equations cover, in years, inclusive."""
    return tables().age.start, tables().age.end


def reference(subject: Subject) -> Reference | None:
    """The reference of `subject`; None outside the ages covered, without a height, or of another sex."""
    start, end = ages()
    table = tables().sets[subject.set][subject.index].get(subject.sex)
    if table is None or not start <= subject.age <= end or not subject.height > 0:
        return None
    step = tables().age.step
    row = floor((subject.age - start) / step + EPSILON)
    weight = (subject.age - (start + row * step)) / step
    c, age = table.coefficients, log(subject.age)
    of_group = subject.group if subject.set == "gli-2012" and subject.group > 1 else 0
    return Reference(
        skewness=c["q0"] + c["q1"] * age + _spline(table.l, row, weight),
        median=exp(
            c["a0"]
            + c["a1"] * log(subject.height)
            + c["a2"] * age
            + (c[f"a{of_group + 1}"] if of_group else 0)
            + _spline(table.m, row, weight)
        ),
        variation=exp(
            c["p0"] + c["p1"] * age + (c[f"p{of_group}"] if of_group else 0) + _spline(table.s, row, weight)
        ),
    )


def _spline(values: tuple[float, ...], row: int, weight: float) -> float:
    """Between the row of the age and the next one; the last row, and a spline that is 0, stand alone."""
    here = values[row] if values else 0.0
    after = values[row + 1] if row + 1 < len(values) else here
    return here + (after - here) * weight
