"""A report as a workbook: numbers as numbers, one sheet a table, notes below; the same bytes each time."""

import io
import re
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from server.report.document import Document
from server.report.tables import Cell, Table

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31


def xlsx_file(document: Document, digest: str) -> bytes:
    """Return the workbook's bytes."""
    output = io.BytesIO()
    # Texts stay texts: nothing typed becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(output, options)
    book.set_properties(
        {
            "title": document.title,
            "author": document.frozen_by,
            "company": document.organization,
            "created": document.extracted_at.replace(tzinfo=None),
            "comments": f"SHA-256 {digest}",
        }
    )
    styles = _Styles(book)
    _cover(book.add_worksheet("Rapport"), document, digest, styles)
    taken = {"rapport"}
    for table in document.tables:
        sheet = book.add_worksheet(_name(table.title, taken))
        _fill(sheet, table, document.threshold, styles)
    book.close()
    return output.getvalue()


class _Styles:
    def __init__(self, book: Any) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.head: Format = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        )
        self.label: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.total: Format = book.add_format({"bold": True, "top": 1})
        self.count: Format = book.add_format({"num_format": "#,##0"})
        self.percent: Format = book.add_format({"num_format": "0.0%"})
        self.number: Format = book.add_format({"num_format": "0.0"})
        self.note: Format = book.add_format({"italic": True, "text_wrap": True, "valign": "top"})


def _cover(sheet: Worksheet, document: Document, digest: str, styles: _Styles) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, document.title, styles.title)
    lines = [
        ("Organisation", document.organization),
        ("Période", f"du {document.first_day:%d/%m/%Y} au {document.last_day:%d/%m/%Y}"),
        *document.perimeter,
        ("Figé le", f"{document.extracted_at:%d/%m/%Y %H:%M} UTC"),
        ("Par", document.frozen_by),
        ("Empreinte SHA-256", digest),
        ("Lecture", document.rule),
    ]
    if document.threshold is not None:
        lines.append(("Petits effectifs", f"Les effectifs de 1 à {document.threshold - 1} sont masqués."))
    for row, (name, value) in enumerate(lines, start=2):
        sheet.write_string(row, 0, name, styles.head)
        sheet.write_string(row, 1, value, styles.label)


def _fill(sheet: Worksheet, table: Table, threshold: int | None, styles: _Styles) -> None:
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, len(table.head), 16)
    sheet.write_string(0, 0, table.title, styles.title)
    for column, text in enumerate(table.head):
        sheet.write_string(2, column, text, styles.head)
    line = 3
    for row in table.rows:
        sheet.write_string(line, 0, row.label, styles.total if row.total else styles.label)
        for column, cell in enumerate(row.cells, start=1):
            _write(sheet, line, column, cell, threshold, styles)
        line += 1
    line += 1
    for heading, rows in (("Dans « Non renseigné »", table.within), ("Hors dénominateur", table.outside)):
        if not rows:
            continue
        sheet.write_string(line, 0, heading, styles.head)
        line += 1
        for row in rows:
            sheet.write_string(line, 0, row.label, styles.label)
            _write(sheet, line, 1, row.cells[0], threshold, styles)
            line += 1
        line += 1
    for note in table.notes:
        sheet.merge_range(line, 0, line, max(len(table.head) - 1, 1), note, styles.note)
        sheet.set_row(line, 32)
        line += 1
    sheet.freeze_panes(3, 1)


def _write(
    sheet: Worksheet, line: int, column: int, cell: Cell, threshold: int | None, styles: _Styles
) -> None:
    match cell:
        case Cell(kind="count", count=int(value)):
            sheet.write_number(line, column, value, styles.count)
        case Cell(kind="percent", count=int(numerator), of=int(denominator)):
            sheet.write_number(line, column, numerator / denominator, styles.percent)
        case Cell(kind="number", number=str(number)):
            sheet.write_number(line, column, float(number), styles.number)
        case Cell(kind="hidden"):
            sheet.write_string(line, column, "masqué" if cell.text else f"moins de {threshold}")
        case Cell(kind="nothing"):
            sheet.write_string(line, column, "–")
        case _:
            sheet.write_string(line, column, cell.text)


def _name(title: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, none of those that Excel refuses, not taken."""
    plain = _FORBIDDEN.sub(" ", title).strip("' ")[:_LONGEST_NAME] or "Tableau"
    name, copy = plain, 2
    while name.lower() in taken:
        name = f"{plain[: _LONGEST_NAME - 4]} ({copy})"
        copy += 1
    taken.add(name.lower())
    return name
