"""Texts that a PDF/A can hold: people type characters that no font inside Typst draws."""

import unicodedata
from functools import lru_cache
from typing import Any, Final

import typst

from server.plain_text import without_controls

REPLACEMENT: Final = "\u25a1"
"""What stands for a character that no embedded font can draw: a white square."""

_PROBE = (
    b'#set text(font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"))\n#sys.inputs.character'
)


def printable(value: Any) -> Any:
    """Return the same data with composed characters, and a square for each that cannot be drawn.

    Control characters and marks of direction are dropped: a letter never holds them.
    """
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", without_controls(value))
        return "".join(each if each == "\n" or _can_draw(each) else REPLACEMENT for each in text)
    if isinstance(value, dict):
        return {key: printable(each) for key, each in value.items()}
    return [printable(each) for each in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=4096)
def _can_draw(character: str) -> bool:
    """Say whether the fonts draw a character: a PDF/A may not hold one that they do not."""
    if " " <= character <= "~" or "\u00a0" <= character <= "\u017f":
        return True
    if unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co"):
        return False
    try:
        typst.compile(
            _PROBE, ignore_system_fonts=True, sys_inputs={"character": character}, pdf_standards=["a-2b"]
        )
    except typst.TypstError:
        return False
    return True
