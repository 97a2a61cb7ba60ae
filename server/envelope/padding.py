"""Plaintext of an envelope: deflated, and padded so that its length tells little (wire §3.1)."""

import zlib

from server.envelope.errors import BadPadding, TooLong

KIB = 1024
SIZE_CLASSES = tuple(size * KIB for size in (2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256))
MAX_INFLATED = 2 * KIB * KIB
_LENGTH_BYTES = 4
_RAW_DEFLATE = -15


def pad(compact: bytes) -> bytes:
    """Return ``length ‖ deflate-raw(compact) ‖ zeros``; raise ``TooLong`` beyond 256 KiB."""
    deflater = zlib.compressobj(level=9, wbits=_RAW_DEFLATE)
    deflated = deflater.compress(compact) + deflater.flush()
    size = _class_of(_LENGTH_BYTES + len(deflated))
    if size is None:
        raise TooLong
    return (len(deflated).to_bytes(_LENGTH_BYTES, "big") + deflated).ljust(size, b"\0")


def unpad(plaintext: bytes) -> bytes:
    """Return what ``pad`` was given; raise ``BadPadding`` for anything that it would not have written."""
    end = _LENGTH_BYTES + int.from_bytes(plaintext[:_LENGTH_BYTES], "big")
    if len(plaintext) != _class_of(end) or plaintext.count(0, end) != len(plaintext) - end:
        raise BadPadding
    inflater = zlib.decompressobj(wbits=_RAW_DEFLATE)
    try:
        compact = inflater.decompress(plaintext[_LENGTH_BYTES:end], MAX_INFLATED + 1)
    except zlib.error as error:
        raise BadPadding from error
    # One byte over the bound, an unfinished stream or bytes after its end: a bomb, a cut, or a smuggled rest.
    if len(compact) > MAX_INFLATED or not inflater.eof or inflater.unused_data:
        raise BadPadding
    return compact


def _class_of(length: int) -> int | None:
    return next((size for size in SIZE_CLASSES if size >= length), None)
