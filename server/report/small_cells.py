"""Small cells hidden before a report goes to a third party: a count under the threshold may tell of somebody.

Zero stays: it tells of nobody. A share whose count is hidden is hidden too, and so is a mean over so few.
SNDS practice is 11.

A hidden count may not be had back from the others: what sums up over the whole report is written as linear
equations (``Sums``), and counts are hidden until the equations leave every hidden one open. A share tells
what it is of, and so does a note: when that number has to be hidden, so are the table's shares and notes.
"""

import json
from collections.abc import Iterator, Sequence

from server.report.linear import Equation, determined
from server.report.tables import Cell, Row, Table

DEFAULT_THRESHOLD = 11
MASKED = "masked"
"""The text of a hidden cell that is not small by itself."""

_NO_QUESTION = "no-question"
_EVERY = '{"all": []}'
_ROW_SUMS = {"cross": ((0, (1, 2, 3)), (0, (4, 5, 6)))}
_MEANS = {4: "age", 5: "distance_km"}
_IDENTIFIED, _UNIDENTIFIED = (2, 1), (3, 0)
"""Lines and columns of the summary."""

_Where = tuple[int, int, int]


class Sums:
    """The counts of a report as variables (the same predicate and number is one), and how they sum up."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = tables
        self.values: list[int] = []
        self.at: dict[_Where, int] = {}
        self.of: dict[int, int] = {}
        self.equations: list[Equation] = []
        self._named: dict[tuple[str, int], int] = {}
        for index, table in enumerate(tables):
            self._number(index, table)
        self.visits = next((n for (text, _), n in self._named.items() if text == _EVERY), None)
        for index, table in enumerate(tables):
            for found in self._found(index, table):
                self._add(found)

    def _variable(self, value: int, name: str | None = None) -> int:
        if name is not None and (name, value) in self._named:
            return self._named[name, value]
        self.values.append(value)
        if name is not None:
            self._named[name, value] = len(self.values) - 1
        return len(self.values) - 1

    def _number(self, index: int, table: Table) -> None:
        for line, row in enumerate(_lines(table)):
            for column, cell in enumerate(row.cells):
                if cell.kind == "count" and not cell.public and cell.count is not None:
                    name = None if cell.opens is None else json.dumps(cell.opens, sort_keys=True)
                    self.at[index, line, column] = self._variable(cell.count, name)
        if table.drawn is not None and table.key not in ("places", "indicators"):
            shares = [cell.of for row in table.rows for cell in row.cells if cell.kind == "percent"]
            if shares and shares[0] is not None and len(set(shares)) == 1:
                self.of[index] = self._variable(shares[0])

    def _add(self, found: tuple[list[int | None], list[int | None]]) -> None:
        """Add that these sum up to those, if their numbers do."""
        left, right = ([each for each in side if each is not None] for side in found)
        if not right:
            return  # a total that the table does not have: nothing is said of its parts
        if sum(self.values[each] for each in left) != sum(self.values[each] for each in right):
            return
        equation: dict[int, int] = {}
        for each, factor in (*((each, 1) for each in left), *((each, -1) for each in right)):
            equation[each] = equation.get(each, 0) + factor
        self.equations.append(equation)

    def _found(self, index: int, table: Table) -> Iterator[tuple[list[int | None], list[int | None]]]:
        lines = _lines(table)
        parts = [line for line, row in enumerate(table.rows) if not row.total]
        totals = [line for line, row in enumerate(table.rows) if row.total]
        unsaid = [self.at.get((index, line, 0)) for line in range(len(table.rows), len(lines))]
        every = [self._every(index, parts, unsaid)]
        for column in range(max((len(row.cells) for row in lines), default=0)):
            summed = [self.at.get((index, line, column)) for line in parts]
            if not any(each is not None for each in summed):
                continue  # a column of shares: no count of it sums up to anything
            for line in totals:
                total = [self.at.get((index, line, column))]
                yield summed, total
                yield [*summed, *unsaid], total
                yield [*total, *unsaid], every
            yield [*summed, *unsaid], every
            yield summed, [self.of.get(index)]
        for line in range(len(lines)):
            for whole, some in _ROW_SUMS.get(table.key, ()):
                yield [self.at.get((index, line, each)) for each in some], [self.at.get((index, line, whole))]
        yield from self._several(index, table, every)
        if table.key == "summary":
            yield [self.at.get((index, *_IDENTIFIED)), self.at.get((index, *_UNIDENTIFIED))], every
            for line, key in _MEANS.items():
                yield [self.at.get((index, line, 1))], [self._stated(key)]

    def _several(
        self, index: int, table: Table, every: list[int | None]
    ) -> Iterator[tuple[list[int | None], list[int | None]]]:
        if table.partition or not table.missing:
            return
        asked: list[int | None] = []
        lacked: list[int | None] = []
        for line, row in enumerate(table.missing, start=len(table.rows)):
            without = (row.cells[0].opens or {}).get("missing") == [_NO_QUESTION]
            (lacked if without else asked).append(self.at.get((index, line, 0)))
        yield asked, [self.at.get((index, len(table.rows) - 1, 0))]
        yield [*lacked, self.of.get(index)], every

    def _every(self, index: int, parts: list[int], unsaid: list[int | None]) -> int | None:
        """All visits: as the report counts them, or what a table alone sums up to."""
        if self.visits is None and self.tables[index].partition:
            told = [*(self.at.get((index, line, 0)) for line in parts), *unsaid]
            self.visits = self._variable(sum(self.values[each] for each in told if each is not None))
        return self.visits

    def _stated(self, key: str) -> int | None:
        for index, table in enumerate(self.tables):
            if table.key == key:
                lines = [line for line, row in enumerate(table.rows) if row.total]
                return self.at.get((index, lines[0], 0)) if lines else None
        return None


def hide(table: Table, threshold: int) -> Table:
    """Return a table by itself without its small cells; links to what is behind go too."""
    return hide_all((table,), threshold)[0]


def hide_all(tables: Sequence[Table], threshold: int) -> tuple[Table, ...]:
    """Return the tables of a report without small cells, nor what would give them back."""
    sums = Sums(tables)
    hidden = hidden_of(sums, threshold)
    return tuple(_table(table, index, sums, hidden, threshold) for index, table in enumerate(tables))


def hidden_of(sums: Sums, threshold: int) -> set[int]:
    """Return the variables to hide: the small ones, and others until none of them can be solved for."""
    hidden = {n for n, value in enumerate(sums.values) if 0 < value < threshold and n != _alone(sums)}
    while told := determined(sums.equations, sorted(hidden)):
        more = _one_more(sums, hidden, told)
        if more is None:
            break
        hidden.add(more)
    return hidden


def _alone(sums: Sums) -> int | None:
    """What nothing shows and everybody is taken to know: all visits, of a table by itself."""
    return sums.visits if sums.visits not in sums.at.values() else None


def _one_more(sums: Sums, hidden: set[int], told: set[int]) -> int | None:
    """The smallest count of the shortest equation that tells a hidden one; all visits only as the last."""
    found = []
    for equation in sums.equations:
        if told & {each for each, factor in equation.items() if factor}:
            shown = [n for n, factor in equation.items() if factor and n not in hidden and n != _alone(sums)]
            ranked = sorted((n == sums.visits, sums.values[n] == 0, sums.values[n], n) for n in shown)
            sole = len(set(equation) & hidden)
            found += [(ranked[0][0], sole, len(ranked), ranked[0])] if ranked else []
    return min(found)[-1][-1] if found else None


def _lines(table: Table) -> tuple[Row, ...]:
    return (*table.rows, *table.missing)


def _table(table: Table, index: int, sums: Sums, hidden: set[int], threshold: int) -> Table:
    whole = sums.of.get(index)
    bare = whole in hidden or any(
        sums.at.get((index, line, 0)) in hidden for line, row in enumerate(table.rows) if row.total
    )
    rows = []
    for line, row in enumerate(_lines(table)):
        small = {column for column in range(len(row.cells)) if sums.at.get((index, line, column)) in hidden}
        small |= {column for column, cell in enumerate(row.cells) if _small_share(cell, threshold)}
        cells = tuple(
            _shown(cell, threshold, hidden=column in small or _derived(cell, beside=bool(small), bare=bare))
            for column, cell in enumerate(row.cells)
        )
        rows.append(Row(row.label, cells, row.total, row.within))
    cut = len(table.rows)
    return Table(
        table.key,
        table.title,
        table.head,
        tuple(rows[:cut]),
        tuple(rows[cut:]),
        () if bare else table.notes,
        table.partition,
        table.drawn,
    )


def _small_share(cell: Cell, threshold: int) -> bool:
    return cell.kind == "percent" and not cell.public and 0 < (cell.count or 0) < threshold


def _derived(cell: Cell, *, beside: bool, bare: bool) -> bool:
    """What would give a hidden count back: its share, a mean over it, what shares are of."""
    return (cell.kind in ("percent", "number") and beside) or (cell.kind == "percent" and bare)


def _shown(cell: Cell, threshold: int, *, hidden: bool) -> Cell:
    if not hidden:
        return Cell(cell.kind, cell.text, cell.count, cell.of, cell.number, public=cell.public)
    small = cell.kind == "count" and (cell.count or 0) < threshold
    return Cell("hidden") if small else Cell("hidden", MASKED)
