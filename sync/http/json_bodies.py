"""JSON that somebody sent, within bounds on what it becomes in memory.

A body of a few megabytes can hold millions of empty objects, each of which takes sixty-four bytes once
read, and reading keeps everybody waiting. What opens or separates values is counted first, which is fast.
"""

import zlib
from typing import Final

import orjson

from sync.attachment import GZIP_BITS
from sync.errors import BadRequest, TooLarge

# A `_revs_diff` of 100,000 documents holds 400,000 of them.
MAXIMUM_VALUES: Final = 3_000_000


def gunzipped(body: bytes, limit_bytes: int) -> bytes:
    """Return what gzip encodes. Raises BadRequest, TooLarge past `limit_bytes`."""
    decoder = zlib.decompressobj(GZIP_BITS)
    try:
        decoded = decoder.decompress(body, limit_bytes + 1)
    except zlib.error as error:
        raise BadRequest("The request's body is not gzip, as its Content-Encoding says") from error
    if len(decoded) > limit_bytes:
        raise TooLarge(f"The request entity is too large (at most {limit_bytes} bytes)")
    if not decoder.eof:
        raise BadRequest("The request's body is not gzip, as its Content-Encoding says")
    return decoded


def read_json(body: bytes) -> object:
    """Read JSON. Raises BadRequest, TooLarge."""
    if len(body) > MAXIMUM_VALUES and sum(map(body.count, (b"{", b"[", b","))) > MAXIMUM_VALUES:
        raise TooLarge(f"The request entity holds too many values (at most {MAXIMUM_VALUES})")
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if error.msg.startswith("depth limit exceeded"):
            raise BadRequest("The request's JSON is nested too deep") from error
        raise BadRequest("invalid UTF-8 JSON") from error
    return value
