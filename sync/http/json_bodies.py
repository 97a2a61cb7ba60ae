"""JSON that somebody sent, within bounds on what it becomes in memory.

A body of a few megabytes can hold millions of empty objects, each of which takes sixty-four bytes once
read, and reading keeps everybody waiting. What opens or separates values is counted first, which is fast.
"""

from typing import Final

import orjson

from sync.errors import BadRequest, TooLarge

# A `_revs_diff` of 100,000 documents holds 400,000 of them.
MAXIMUM_VALUES: Final = 3_000_000


def read_json(body: bytes) -> object:
    """Read JSON. Raises BadRequest, TooLarge."""
    if len(body) > MAXIMUM_VALUES and sum(map(body.count, (b"{", b"[", b","))) > MAXIMUM_VALUES:
        raise TooLarge(f"The request entity holds too many values (at most {MAXIMUM_VALUES})")
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("invalid UTF-8 JSON") from error
    return value
