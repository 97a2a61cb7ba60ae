"""The rows of a section as a page draws them: those of one table together, the others a line each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from forms.present import Row


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: what stands under each heading, None where the form asks nothing there."""

    title: str
    cells: tuple[Row | None, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is the same of several results, said once."""

    labels: tuple[str, ...]
    rule: str
    source: str
    settings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A group that the form draws as a table."""

    caption: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are drawn together: a table, or a line each."""

    rows: tuple[Row, ...]
    table: Table | None


def blocks(rows: Sequence[Row]) -> tuple[Block, ...]:
    """Return ``rows`` in order, cut where a table begins and ends."""
    return tuple(
        Block(together, _table(together) if grid else None)
        for grid, found in groupby(rows, key=lambda row: row.cell.grid if row.cell else "")
        for together in (tuple(found),)
    )


def _table(rows: tuple[Row, ...]) -> Table:
    cells = {(row.cell.row, row.cell.heading): row for row in rows if row.cell}
    places = [row.cell for row in rows if row.cell]
    headings = tuple(dict.fromkeys(place.heading for place in places))
    titles = {place.row: place.title for place in places}
    lines = tuple(
        Line(title, tuple(cells.get((line, heading)) for heading in headings))
        for line, title in titles.items()
    )
    return Table(places[0].caption, headings, lines, _rules(rows))


def _rules(rows: tuple[Row, ...]) -> tuple[Rule, ...]:
    labels: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[str]] = {}
    for row in rows:
        if row.rule and row.values:
            labels.setdefault((row.rule, row.source, row.settings), []).append(row.label)
    return tuple(Rule(tuple(of), *said) for said, of in labels.items())
