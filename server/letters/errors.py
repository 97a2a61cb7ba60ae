"""What can go wrong with a letter.

::

    LetterError
    ├── LetterRefused    no letter may be made of this visit; ``reason`` says why
    ├── RecordsChanged   the visit's records are not those that were previewed
    └── NotPrintable     the typesetter refused; ``detail`` is its word, without any of the letter's text
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why no letter may be made of a visit."""

    SHARING = "sharing"
    RESTRICTED = "restricted"
    NOTHING = "nothing"


class LetterError(Exception):
    """A refusal of this package."""


class LetterRefused(LetterError):
    """No letter may be made of this visit."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class RecordsChanged(LetterError):
    """A record came or was corrected since the letter was previewed."""


class NotPrintable(LetterError):
    """The typesetter could not make the document."""
