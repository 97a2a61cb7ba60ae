"""`Range` of attachments (RFC 9110 §14), as CouchDB reads it."""

import re
from typing import Final

from sync.errors import RangeNotSatisfiable

MAX_RANGES: Final = 9

_RANGE = re.compile(r"\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*")


def parse_ranges(header: str | None, length: int) -> list[tuple[int, int]] | None:
    """Return the byte ranges asked for, as start and end (excluded); None: the whole is to be sent.

    The whole answers no header, one that is not understood, one that asks for all of it or for more than
    nine ranges. Raises RangeNotSatisfiable for a range that ends before its start or lies past the end.
    """
    if header is None or not header.startswith("bytes="):
        return None
    matches = [_RANGE.fullmatch(text) for text in header.removeprefix("bytes=").split(",", MAX_RANGES + 1)]
    asked = [match.groups() for match in matches if match is not None]
    if len(asked) < len(matches) or len(asked) > MAX_RANGES or ("", "") in asked:
        return None
    if any(first and not last and int(first) == 0 for first, last in asked):
        return None
    return [_range(first, last, length) for first, last in asked]


def _range(first: str, last: str, length: int) -> tuple[int, int]:
    start = int(first) if first else max(0, length - int(last))
    end = min(int(last) + 1, length) if first and last else length
    if start >= end:
        raise RangeNotSatisfiable
    return start, end
