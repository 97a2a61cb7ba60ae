"""What commands say, and to whom: results on standard output, complaints on standard error."""

import sys


class BadInput(Exception):
    """Something a person can mend; the message is one line in French."""


def say(words: str) -> None:
    """Write a line of the result, at once."""
    print(words, flush=True)  # noqa: T201 - what a command is for


def complain(words: str) -> None:
    """Write a line about what went wrong."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201
