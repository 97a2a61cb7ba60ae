"""Tables of a report: what a page, a PDF, a spreadsheet and a frozen report all show, from one value.

Texts are in one language, as their keys in the catalogue say; numbers are exact: a percentage keeps its
numerator and its denominator, a mean its decimal text.
"""

from typing import Any, Literal

import msgspec

from server.report.predicate import Predicate, to_json

Kind = Literal["text", "count", "percent", "number", "nothing", "hidden"]


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cell. ``count``: a count, or a percentage's numerator; ``of``: its denominator.

    ``number``: a decimal as text. ``opens``: the predicate of the visits behind it. ``public``: of stops or
    slots, not of people: never hidden. ``hidden``: under the threshold of small cells. ``nothing``: there is
    no number to give (a share of none).
    """

    kind: Kind
    text: str = ""
    count: int | None = None
    of: int | None = None
    number: str | None = None
    opens: dict[str, Any] | None = None
    public: bool = False


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: its label, then a cell a column. ``total``: the line sums those before it.

    ``within``, of a table's ``missing``: part of the line « Non renseigné », in the denominator like it.
    """

    label: str
    cells: tuple[Cell, ...]
    total: bool = False
    within: bool = False


class Table(msgspec.Struct, frozen=True, omit_defaults=True):
    """One table. ``head``: the label column's, then a text a column.

    ``missing``: what was not said, by reason, left out of the denominators but for what is ``within`` a
    line; ``notes``: how to read it.
    ``partition``: the lines, with ``missing``, sum up to all visits, so that one hidden cell would be told
    by the others. ``drawn``: the column that the chart shows, from 0; none, no chart.
    """

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    missing: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    partition: bool = False
    drawn: int | None = None

    @property
    def outside(self) -> tuple[Row, ...]:
        """What was not said, and is in no denominator."""
        return tuple(row for row in self.missing if not row.within)

    @property
    def within(self) -> tuple[Row, ...]:
        """What was not said, by reason, of the line that sums it up."""
        return tuple(row for row in self.missing if row.within)


def words(text: str) -> Cell:
    """Return a cell of text."""
    return Cell("text", text=text)


def count(value: int, opens: Predicate | None = None) -> Cell:
    """Return a count, with what it opens."""
    return Cell("count", count=value, opens=None if opens is None else to_json(opens))


def tally(value: int) -> Cell:
    """Return a count of what is nobody: stops, slots."""
    return Cell("count", count=value, public=True)


def percent(numerator: int, denominator: int) -> Cell:
    """Return a share; of nothing, there is none."""
    if denominator == 0:
        return Cell("nothing")
    return Cell("percent", count=numerator, of=denominator)


def number(decimal: object) -> Cell:
    """Return a decimal number; None, there is none."""
    return Cell("nothing") if decimal is None else Cell("number", number=str(decimal))
