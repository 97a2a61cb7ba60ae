"""Characters that change how a text reads without being read: they may turn a name round."""

import re
from typing import Final

_UNSEEN: Final = re.compile(
    # Controls but tabulation and line ends; Arabic letter mark; marks, embeddings, overrides, isolates.
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def without_controls(text: str) -> str:
    """Return a text without control characters and without what sets the direction of writing."""
    return _UNSEEN.sub("", text)
