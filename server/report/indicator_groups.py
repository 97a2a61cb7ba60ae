"""Indicators by instrument, each with what is better looked at than read: a chart, as data (``charts.json``).

Where an indicator belongs is told by what it counts, so that coordinators may word it as they like.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from server.projection.figure_items import FORM
from server.report.indicator import SETS, OfVisits, Result, published, read_definition
from server.report.indicator_table import outcome
from server.report.predicate import In, leaves
from server.report.tables import Cell
from server.store.reports import Indicator

OTHER = "other"
"""What an organisation added for itself, and types."""
_GENERAL = "medicobus"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, the share or the count it draws, and its length out of 100."""

    words: str
    cell: Cell
    length: float


@dataclass(frozen=True, slots=True)
class Group:
    """The indicators of one instrument (``key`` of ``SETS``, or ``OTHER``) in their order; its chart, if any.

    ``title``: the chart's.
    """

    key: str
    results: tuple[Result, ...]
    title: str
    bars: tuple[Bar, ...]


def grouped(results: Sequence[Result], language: str) -> tuple[Group, ...]:
    """Return the groups that have indicators, in the order of ``SETS``."""
    found: dict[str, list[Result]] = {key: [] for key in (*SETS, OTHER)}
    for result in results:
        found[group_of(result.indicator)].append(result)
    return tuple(_group(key, tuple(those), language) for key, those in found.items() if those)


def group_of(indicator: Indicator) -> str:
    """Return the instrument of an indicator: by the form that it counts, else by its published label."""
    definition = read_definition(indicator.definition)
    if isinstance(definition, OfVisits):
        forms = set(_forms(definition))
        for key, form in SETS.items():
            if form is not None and any(code == form or code.startswith(f"{form}-") for code in forms):
                return key
    if definition is not None:
        return _GENERAL
    return next((key for key in SETS if indicator.label in _published(key)), OTHER)


def _forms(definition: OfVisits) -> Iterator[str]:
    for leaf in leaves(definition.counted_above):
        if isinstance(leaf, In) and leaf.fact == FORM:
            yield from leaf.codes


def _group(key: str, results: tuple[Result, ...], language: str) -> Group:
    chart = _charts().get(key)
    bars = tuple(_bars(key, chart, results, language)) if chart is not None else ()
    if chart is None or not any(bar.length for bar in bars):
        return Group(key, results, "", ())
    return Group(key, results, chart["title"][language != "fr"], bars)


def _bars(key: str, chart: Mapping[str, Any], results: Sequence[Result], language: str) -> Iterator[Bar]:
    drawn = []
    for each in chart["bars"]:
        result = _of(key, each["label"], results)
        cell = outcome(result) if result is not None and not result.withheld else Cell("nothing")
        if cell.count is not None:
            drawn.append((each["words"][language != "fr"], cell))
    largest = max((cell.count or 0 for _, cell in drawn), default=0)
    for words, cell in drawn:
        # Shares are of a hundred, whatever the largest: half of a bar is half of those who were asked.
        whole = cell.of if cell.kind == "percent" else largest
        yield Bar(words, cell, round(100 * (cell.count or 0) / whole, 2) if whole else 0)


def _of(key: str, label: str, results: Sequence[Result]) -> Result | None:
    """The result of a published indicator: under its label, or under another with the same definition."""
    definition = _published(key).get(label)
    named = [each for each in results if each.indicator.label == label]
    same = [each for each in results if definition is not None and each.indicator.definition == definition]
    return next(iter((*named, *same)), None)


@cache
def _published(key: str) -> Mapping[str, Any]:
    """The definitions of a published set, by label."""
    return {each["label"]: each["definition"] for each in published(key)}


@cache
def _charts() -> Mapping[str, Any]:
    text = resources.files("server.report").joinpath("indicators", "charts.json").read_text(encoding="utf-8")
    charts: Mapping[str, Any] = json.loads(text)
    return charts
