"""A report as CSV that opens right in a French spreadsheet.

UTF-8 with its mark, semicolons, decimal comma, CRLF, quotes where needed. One line a cell. A cell that would
begin as a formula (``=``, ``+``, ``-``, ``@``, a tabulation) begins with an apostrophe: it stays a text.
"""

import csv
import io
from collections.abc import Callable, Sequence

from server.plain_text import without_controls
from server.report.document import Document
from server.report.tables import Cell, Row, Table
from server.report.writing import share

BYTE_ORDER_MARK = "\ufeff"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
HEAD = ("Tableau", "Ligne", "Colonne", "Valeur", "Unité", "Numérateur", "Dénominateur")


def csv_file(document: Document, digest: str) -> bytes:
    """Return the file's bytes."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    rows.writerow([neutral(text) for text in ("Rapport", document.title)])
    rows.writerow([neutral(text) for text in ("Organisation", document.organization)])
    rows.writerow(["Période", f"{document.first_day:%d/%m/%Y}", f"{document.last_day:%d/%m/%Y}"])
    for name, value in document.perimeter:
        rows.writerow([neutral(name), neutral(value)])
    rows.writerow(["Figé le", f"{document.extracted_at:%d/%m/%Y %H:%M} UTC", neutral(document.frozen_by)])
    rows.writerow(["Empreinte SHA-256", digest])
    rows.writerow([])
    rows.writerow(HEAD)
    for table in document.tables:
        _table(rows.writerow, table, document.threshold)
    return (BYTE_ORDER_MARK + written.getvalue()).encode()


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, without characters that nobody sees."""
    seen = without_controls(text)
    return f"'{seen}" if seen.startswith(_FORMULAS) else seen


def _table(write: Callable[[Sequence[str]], object], table: Table, threshold: int | None) -> None:
    for row in table.rows:
        for head, cell in zip(table.head[1:], row.cells, strict=False):
            if cell != Cell("text"):
                write(_line(table, row, head, cell, threshold))
    for row in table.missing:
        head = "Dans « Non renseigné »" if row.within else "Hors dénominateur"
        write(_line(table, row, head, row.cells[0], threshold))
    for note in table.notes:
        write([neutral(table.title), "Note", neutral(note)])


def _line(table: Table, row: Row, head: str, cell: Cell, threshold: int | None) -> list[str]:
    value, unit, numerator, denominator = _value(cell, threshold)
    return [
        neutral(table.title),
        neutral(row.label),
        neutral(head),
        value,
        unit,
        numerator,
        denominator,
    ]


def _value(cell: Cell, threshold: int | None) -> tuple[str, str, str, str]:
    match cell:
        case Cell(kind="count", count=int(value)):
            return str(value), "", "", ""
        case Cell(kind="percent", count=int(numerator), of=int(denominator)):
            return str(share(numerator, denominator)).replace(".", ","), "%", str(numerator), str(denominator)
        case Cell(kind="number", number=str(number)):
            return number.replace(".", ","), "", "", ""
        case Cell(kind="hidden"):
            return "masqué" if cell.text else f"moins de {threshold}", "", "", ""
        case _:
            return neutral(cell.text), "", "", ""
