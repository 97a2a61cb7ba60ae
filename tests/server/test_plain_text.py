"""What nobody sees in a text: dropped at the border, and never in a letter, a table or a page."""

import pytest

from server.plain_text import without_controls
from server.printable import printable
from server.report.csv_file import neutral

UNSEEN = [
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u200e",
    "\u200f",
    "\u061c",
    "\x00",
    "\x1b",
    "\x7f",
    "\x85",
]


@pytest.mark.parametrize("character", UNSEEN)
def test_what_is_not_seen_is_dropped_everywhere(character: str) -> None:
    text = f"Dr {character}Loin"
    assert without_controls(text) == "Dr Loin"
    assert printable({"name": [text]}) == {"name": ["Dr Loin"]}
    assert neutral(text) == "Dr Loin"
    assert neutral(f"{character}=1+1") == "'=1+1"


def test_lines_tabs_and_what_is_written_stay() -> None:
    text = "L’été\u202f: « œuf »\u00a0\t–\r\nعربي עברית 👩\u200d⚕️"
    assert without_controls(text) == text
