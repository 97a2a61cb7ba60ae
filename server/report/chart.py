"""Bar charts as SVG, drawn by the server: a label, a bar with a pattern, and the figure as text.

No colour speaks alone: the value is written beside each bar and the whole is in the table beside. Only
presentation attributes: the pages' policy allows no inline style, and a PDF takes the same text.
"""

from collections.abc import Sequence
from html import escape

from server.report.tables import Row, Table
from server.report.writing import written

WIDTH, LABEL, VALUE, ROW, BAR = 680, 260, 130, 30, 16
_INK, _SEA, _EDGE, _PAPER = "#071f2c", "#0b3d5c", "#5d7685", "#ffffff"
_LONGEST = 34


def bars(
    table: Table, language: str, threshold: int | None = None, font: str = "system-ui, sans-serif"
) -> str:
    """Return the chart of a table's drawn column as SVG text; empty when there is nothing to draw."""
    drawn = table.drawn
    rows = [row for row in table.rows if not row.total]
    if drawn is None or not any((row.cells[drawn].count or 0) > 0 for row in rows):
        return ""
    largest = max(row.cells[drawn].count or 0 for row in rows)
    height = ROW * len(rows) + 8
    pattern = f"hatch-{table.key}"
    lines = "".join(
        _bar(row, drawn, index, largest, pattern, language, threshold) for index, row in enumerate(rows)
    )
    told = "; ".join(f"{row.label}: {_value(row, drawn, language, threshold)}" for row in rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="{font}" font-size="14" '
        f'aria-label="{escape(table.title)} – {escape(told)}"><defs>'
        f'<pattern id="{pattern}" width="8" height="8" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="8" height="8" fill="{_SEA}"/>'
        f'<rect width="2" height="8" fill="{_PAPER}" fill-opacity="0.35"/></pattern></defs>{lines}</svg>'
    )


def _bar(
    row: Row, drawn: int, index: int, largest: int, pattern: str, language: str, threshold: int | None
) -> str:
    top = 4 + index * ROW
    middle = top + ROW / 2 + 5
    length = round((WIDTH - LABEL - VALUE) * (row.cells[drawn].count or 0) / largest, 1)
    return (
        f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end" fill="{_INK}">'
        f"{escape(_short(row.label))}</text>"
        f'<rect x="{LABEL}" y="{top + (ROW - BAR) / 2}" width="{length}" height="{BAR}" '
        f'fill="url(#{pattern})" stroke="{_EDGE}" stroke-width="1"/>'
        f'<text x="{LABEL + length + 8}" y="{middle}" fill="{_INK}">'
        f"{escape(_value(row, drawn, language, threshold))}</text>"
    )


def _value(row: Row, drawn: int, language: str, threshold: int | None) -> str:
    texts: Sequence[str] = [written(row.cells[drawn], language, threshold)]
    if len(row.cells) > drawn + 1 and row.cells[drawn + 1].kind == "percent":
        texts = [*texts, f"({written(row.cells[drawn + 1], language, threshold)})"]
    return " ".join(texts)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
