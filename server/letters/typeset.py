"""A letter set in type: PDF/A-2b, or pages as pictures for the preview. The fonts are those inside Typst."""

from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec
import typst

from server.letters.content import LetterContent
from server.letters.errors import NotPrintable
from server.printable import printable

STANDARD: Final = "a-2b"
PREVIEW_PPI = 110.0


def pdf(content: LetterContent, at: datetime) -> bytes:
    """Return the letter as PDF/A-2b, made at an instant that is written in it; raise ``NotPrintable``."""
    (made,) = _compiled(content, format="pdf", pdf_standards=[STANDARD], timestamp=at.replace(microsecond=0))
    return made


def pages(content: LetterContent) -> list[bytes]:
    """Return each page as a PNG; raise ``NotPrintable``."""
    return _compiled(content, format="png", ppi=PREVIEW_PPI)


def _compiled(content: LetterContent, **options: Any) -> list[bytes]:
    texts = printable(msgspec.to_builtins(content))
    letter = msgspec.json.encode(texts).decode()
    try:
        made = typst.compile(_template(), ignore_system_fonts=True, sys_inputs={"letter": letter}, **options)
    except typst.TypstError as error:
        raise NotPrintable from error
    return made if isinstance(made, list) else [made]


@cache
def _template() -> bytes:
    return resources.files("server.letters").joinpath("templates", "letter.typ").read_bytes()
