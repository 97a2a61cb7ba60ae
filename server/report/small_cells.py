"""Small cells hidden before a report goes to a third party: a count under the threshold may tell of somebody.

Zero stays: it tells of nobody. A share whose count is hidden is hidden too, and so is a mean over so few. In
a table that sums up to a known total, a single hidden cell could be had by subtraction: the next smallest of
its column, and of its row when the row sums up, is hidden with it. SNDS practice is 11.
"""

from collections.abc import Sequence

from server.report.tables import Cell, Row, Table

DEFAULT_THRESHOLD = 11
_HIDDEN = Cell("hidden")


def hide(table: Table, threshold: int) -> Table:
    """Return a table without its small cells; links to what is behind go too."""
    lines = [*table.rows, *table.missing]
    hidden = {
        (index, column)
        for index, row in enumerate(lines)
        for column, cell in enumerate(row.cells)
        if _is_small(cell, threshold)
    }
    if table.partition:
        for column in range(max((len(row.cells) for row in lines), default=0)):
            hidden |= _complement(lines, column, hidden)
    hidden |= _derived(lines, hidden)
    shown = [
        Row(row.label, tuple(_shown(cell, (i, c) in hidden) for c, cell in enumerate(row.cells)), row.total)
        for i, row in enumerate(lines)
    ]
    cut = len(table.rows)
    return Table(
        table.key,
        table.title,
        table.head,
        tuple(shown[:cut]),
        tuple(shown[cut:]),
        table.notes,
        table.partition,
        table.drawn,
    )


def _is_small(cell: Cell, threshold: int) -> bool:
    return cell.kind in ("count", "percent") and not cell.public and 0 < (cell.count or 0) < threshold


def _complement(lines: Sequence[Row], column: int, hidden: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The next smallest count of a column where exactly one is hidden."""
    parts = [
        (row.cells[column].count or 0, index)
        for index, row in enumerate(lines)
        if not row.total and column < len(row.cells) and _sums_up(row.cells[column])
    ]
    inside = [index for _, index in parts if (index, column) in hidden]
    if len(inside) != 1:
        return set()
    others = sorted(part for part in parts if part[1] != inside[0] and part[0] > 0)
    return {(others[0][1], column)} if others else set()


def _sums_up(cell: Cell) -> bool:
    return cell.kind == "count" and not cell.public


def _derived(lines: Sequence[Row], hidden: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """What would give a hidden count back: its share, and a mean over it."""
    found = set()
    for index, row in enumerate(lines):
        beside = {column for line, column in hidden if line == index}
        for column, cell in enumerate(row.cells):
            if beside and cell.kind in ("percent", "number"):
                found.add((index, column))
    return found


def _shown(cell: Cell, hidden: bool) -> Cell:  # noqa: FBT001 - a predicate over cells
    if hidden:
        return _HIDDEN
    return Cell(cell.kind, cell.text, cell.count, cell.of, cell.number, public=cell.public)
