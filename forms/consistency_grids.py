"""What must hold of a group drawn as a table: groups are its rows, their questions its columns."""

from collections import Counter
from collections.abc import Iterator, Sequence

from forms.definition import Item
from forms.errors import Defect
from forms.reason import because

Items = Sequence[Item]


def grids(items: Items) -> Iterator[Defect]:
    """A grid holds rows, a row questions with a heading of their own; all are calculated, or none is."""
    rows = {row.link_id: grid for grid in items if grid.control == "grid" for row in grid.items}
    for item in items:
        if item.control == "grid":
            yield from _grid(item)
        elif item.link_id in rows:
            yield from _row(item)
        if item.short is not None and not (item.path and item.path[-1] in rows):
            yield Defect(
                item.link_id, because("shortText heads a column: the question stands in a row of a grid")
            )


def _grid(grid: Item) -> Iterator[Defect]:
    cells = [cell for row in grid.items for cell in row.items]
    if not cells:
        yield Defect(grid.link_id, because("a grid holds groups, its rows, and these questions"))
    if len({cell.is_calculated for cell in cells if cell.is_leaf}) > 1:
        yield Defect(grid.link_id, because("all that a grid holds is calculated, or nothing is"))


def _row(row: Item) -> Iterator[Defect]:
    if row.type != "group" or row.delay is not None or row.control is not None:
        yield Defect(row.link_id, because("a row of a grid is a group, neither delayed nor a grid itself"))
    for cell in row.items:
        if not cell.is_leaf or cell.repeats or cell.hidden or cell.type in ("text", "attachment"):
            yield Defect(
                cell.link_id,
                because("a cell of a grid is a question that is shown, of one value that is no long text"),
            )
        elif cell.short is None:
            yield Defect(
                cell.link_id, because("a question in a row of a grid has a shortText, the column's heading")
            )
    headings = Counter(cell.short.french for cell in row.items if cell.short is not None)
    for heading in (heading for heading, times in headings.items() if times > 1):
        yield Defect(row.link_id, because("two questions of a row stand under {heading}", heading=heading))
