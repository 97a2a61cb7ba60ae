"""A QR code as one SVG path, so that a page can draw it without an image file or an inline style."""

from dataclasses import dataclass
from typing import Any

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET_ZONE = 4


@dataclass(frozen=True, slots=True)
class QrDrawing:
    """The squares of a code in a view box of ``side`` × ``side`` modules, quiet zone included."""

    side: int
    path: str


def draw(text: str) -> QrDrawing:
    """Draw a text as a QR code (ISO/IEC 18004), error correction M, with the quiet zone of four modules."""
    code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    squares = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return QrDrawing(len(rows), "".join(squares))
