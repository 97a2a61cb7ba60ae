"""A stop's labels and visit cards set in type, as PDF; the fonts are those inside Typst.

No name is on them: a number, a code, the place and the day.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import msgspec
import typst
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from server.planning.labels import qr_text
from server.printable import printable

Kind = Literal["sheets", "cards"]

QUIET_ZONE: Final = 4
"""Modules left white around a code (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What is printed: labels ``first`` to ``last`` of a seed; place and day in words, the card's words."""

    seed: str
    first: int
    last: int
    place: str
    day: str
    title: str
    card: str
    boxes: tuple[str, ...]
    foot: str


def matrix(text: str) -> list[list[bool]]:
    """Return a label's code as rows of modules, dark ones True, quiet zone included; error correction M."""
    code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text, optimize=0)  # one segment, alphanumeric
    code.make(fit=True)
    return code.get_matrix()


def pdf(printed: Printed, kind: Kind, at: datetime) -> bytes:
    """Return the sheets, or the cards, as one PDF: the same for the same stop, but for the instant in it."""
    (made,) = compiled(printed, kind, format="pdf", timestamp=at.replace(microsecond=0))
    return made


def compiled(printed: Printed, kind: Kind, **options: Any) -> list[bytes]:
    """Return what Typst makes of them: one PDF, or a picture a page."""
    content = {
        "kind": kind,
        **printable(
            {
                "title": printed.title,
                "place": printed.place,
                "day": printed.day,
                "card": printed.card,
                "boxes": list(printed.boxes),
                "foot": printed.foot,
            }
        ),
        "labels": [
            {"number": number, "qr": _svg(qr_text(printed.seed, number))}
            for number in range(printed.first, printed.last + 1)
        ],
    }
    data = msgspec.json.encode(content).decode()
    made = typst.compile(_template(), ignore_system_fonts=True, sys_inputs={"labels": data}, **options)
    return made if isinstance(made, list) else [made]


def _svg(text: str) -> str:
    """Return a code as SVG, one path of runs of dark modules: sharp at any size."""
    rows = matrix(text)
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    side = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path d="{"".join(runs)}" fill="#000"/></svg>'
    )


@cache
def _template() -> bytes:
    return resources.files("server.planning").joinpath("templates", "labels.typ").read_bytes()
