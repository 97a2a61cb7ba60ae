"""What can go wrong with a letter.

::

    LetterError
    ├── LetterRefused    no letter may be made of this visit; ``reason`` says why
    ├── AlreadyReplaced  the letter to cancel is replaced already, or of another visit
    └── NotPrintable     the typesetter could not make the document
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why no letter may be made of a visit."""

    SHARING = "sharing"
    REPORT = "report"
    RESTRICTED = "restricted"
    NOTHING = "nothing"


class LetterError(Exception):
    """A refusal of this package."""


class LetterRefused(LetterError):
    """No letter may be made of this visit."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class AlreadyReplaced(LetterError):
    """The letter to cancel is replaced already, or of another visit."""


class NotPrintable(LetterError):
    """The typesetter could not make the document."""
