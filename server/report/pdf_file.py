"""A report set in type: PDF/A-2b, with its charts. The fonts are those inside Typst."""

from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec
import typst

from server.clock import PARIS
from server.printable import printable
from server.report.chart import bars
from server.report.document import Document
from server.report.tables import Cell, Table
from server.report.writing import SPACE, Written

STANDARD: Final = "a-2b"
FONT: Final = "Libertinus Serif"
WITHIN: Final = f"Dans «{SPACE}Non renseigné{SPACE}»{SPACE}: "
UNSAID: Final = f"Hors dénominateur{SPACE}: "


def pdf_file(document: Document, digest: str) -> bytes:
    """Return the file's bytes, the same for the same document; a square for what no font draws."""
    content = msgspec.json.encode(printable(_content(document, digest))).decode()
    made = typst.compile(
        _template(),
        ignore_system_fonts=True,
        sys_inputs={"report": content},
        format="pdf",
        pdf_standards=[STANDARD],
        timestamp=document.extracted_at.replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def _content(document: Document, digest: str) -> dict[str, Any]:
    frozen_at = f"{document.extracted_at.astimezone(PARIS):%d/%m/%Y à %H:%M}"
    cover = [
        ("Période", f"du {document.first_day:%d/%m/%Y} au {document.last_day:%d/%m/%Y}"),
        *document.perimeter,
        ("Figé le", f"{frozen_at}, par {document.frozen_by}"),
        ("Empreinte SHA-256", digest),
    ]
    if document.threshold is not None:
        cover.append(("Petits effectifs", f"masqués de 1 à {document.threshold - 1}"))
    write = Written("fr", document.threshold)
    return {
        "title": document.title,
        "organization": document.organization,
        "frozen_at": frozen_at,
        "digest": digest,
        "rule": document.rule,
        "cover": [list(pair) for pair in cover],
        "tables": [_table(table, write) for table in document.tables],
    }


def _table(table: Table, write: Written) -> dict[str, Any]:
    told = [
        f"{heading}{', '.join(f'{row.label} {write(row.cells[0])}' for row in rows)}."
        for heading, rows in ((WITHIN, table.within), (UNSAID, table.outside))
        if rows
    ]
    return {
        "title": table.title,
        "head": list(table.head),
        "rows": [
            {"label": row.label, "cells": [_text(cell, write) for cell in row.cells], "total": row.total}
            for row in table.rows
        ],
        "missing": " ".join(told),
        "notes": list(table.notes),
        "chart": bars(table, "fr", write.threshold, FONT),
    }


def _text(cell: Cell, write: Written) -> str:
    if cell.kind == "percent" and cell.of is not None:
        return f"{write(cell)} / {write.whole(cell.of)}"
    return write(cell)


@cache
def _template() -> bytes:
    return resources.files("server.report").joinpath("templates", "report.typ").read_bytes()
