"""A letter set in type: PDF/A-2b, or pages as pictures for the preview. The fonts are those inside Typst."""

import unicodedata
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import msgspec
import typst

from server.letters.content import LetterContent
from server.letters.errors import NotPrintable

STANDARD: Final = "a-2b"
REPLACEMENT = "\u25a1"
"""What stands for a character that no embedded font can draw: a white square."""
PREVIEW_PPI = 110.0

_PROBE = (
    b'#set text(font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"))\n#sys.inputs.character'
)


def pdf(content: LetterContent, at: datetime) -> bytes:
    """Return the letter as PDF/A-2b, made at an instant that is written in it; raise ``NotPrintable``."""
    (made,) = _compiled(content, format="pdf", pdf_standards=[STANDARD], timestamp=at.replace(microsecond=0))
    return made


def pages(content: LetterContent) -> list[bytes]:
    """Return each page as a PNG; raise ``NotPrintable``."""
    return _compiled(content, format="png", ppi=PREVIEW_PPI)


def _compiled(content: LetterContent, **options: Any) -> list[bytes]:
    texts = _printable(msgspec.to_builtins(content))
    letter = msgspec.json.encode(texts).decode()
    try:
        made = typst.compile(_template(), ignore_system_fonts=True, sys_inputs={"letter": letter}, **options)
    except typst.TypstError as error:
        raise NotPrintable from error
    return made if isinstance(made, list) else [made]


@cache
def _template() -> bytes:
    return resources.files("server.letters").joinpath("templates", "letter.typ").read_bytes()


def _printable(value: Any) -> Any:
    """Return the same data with composed characters, and a square for each that cannot be drawn."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value)
        return "".join(each if each == "\n" or _can_draw(each) else REPLACEMENT for each in text)
    if isinstance(value, dict):
        return {key: _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=4096)
def _can_draw(character: str) -> bool:
    """Say whether the fonts draw a character: a PDF/A may not hold one that they do not."""
    if " " <= character <= "~" or "\u00a0" <= character <= "\u017f":
        return True
    if unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co"):
        return False
    try:
        typst.compile(
            _PROBE, ignore_system_fonts=True, sys_inputs={"character": character}, pdf_standards=[STANDARD]
        )
    except typst.TypstError:
        return False
    return True
