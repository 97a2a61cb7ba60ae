"""An enrolment link as a QR code (ISO/IEC 18004): in a terminal, or as a PNG to print or to show.

No text is drawn beside the code: a server has no font it can count on for French letters. The card with its
words is the coordinators' page, which the browser prints.
"""

import io
from typing import Any

from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage
from qrcode.main import QRCode

MODULE_PX = 12
"""Side of one module in pixels: a link's code is about 9 cm wide at 200 dots an inch."""
_QUIET_ZONE = 4


def terminal(link: str) -> str:
    """Return the code in half blocks, light on dark, for a terminal."""
    drawn = io.StringIO()
    _code(link).print_ascii(out=drawn, invert=True)
    return drawn.getvalue()


def png(link: str) -> bytes:
    """Return the code as a PNG, black on white, quiet zone included."""
    encoded = io.BytesIO()
    _code(link).make_image(image_factory=PilImage).save(encoded, "PNG")
    return encoded.getvalue()


def _code(link: str) -> QRCode[Any]:
    code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, box_size=MODULE_PX, border=_QUIET_ZONE)
    code.add_data(link)
    code.make(fit=True)
    return code
