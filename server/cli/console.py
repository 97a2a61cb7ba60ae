"""What commands say, and to whom: results on standard output, complaints on standard error."""

import errno
import sys

from server.demo.texts import text

_WHY = {
    errno.ENOENT: "file_missing",
    errno.ENOTDIR: "file_missing",
    errno.EISDIR: "file_is_folder",
    errno.EACCES: "file_denied",
    errno.EPERM: "file_denied",
    errno.ENAMETOOLONG: "file_name",
    errno.ENOSPC: "file_no_room",
    errno.EROFS: "file_read_only",
}


class BadInput(Exception):
    """Something a person can mend; the message is one line in French."""


def say(words: str) -> None:
    """Write a line of the result, at once."""
    print(words, flush=True)  # noqa: T201 - what a command is for


def complain(words: str) -> None:
    """Write a line about what went wrong."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201


def unreadable(error: Exception) -> str:
    """Why a file could be neither read nor written, in French: the system's own words are English."""
    return text(_WHY.get(getattr(error, "errno", None) or 0, "file_unreadable"))
