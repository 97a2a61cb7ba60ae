"""A reader of small QR codes (ISO/IEC 18004), written apart from what draws them: versions 1 to 6, no repair.

It reads the format, takes the mask off, walks the modules and decodes one byte or alphanumeric segment:
enough to say what a printed code says. A damaged code is not repaired but refused.
"""

from collections.abc import Callable, Sequence

Modules = Sequence[Sequence[bool]]

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FORMAT_MASK = 0b101010000010010
_LEVELS = {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, _x: y % 2 == 0,
    lambda _y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: (y * x) % 2 + (y * x) % 3 == 0,
    lambda y, x: ((y * x) % 2 + (y * x) % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + (y * x) % 3) % 2 == 0,
)
_BLOCKS = {(1, "M"): [16], (2, "M"): [28], (3, "M"): [44], (4, "M"): [32, 32]}
"""Data codewords of each block, by version and level (table 9 of the standard)."""


def read_qr(modules: Modules) -> str:
    """Return the text of a code given without its quiet zone; raise ``ValueError``."""
    side = len(modules)
    version = (side - 17) // 4
    level, mask = _format(modules)
    if level != "M" or (version, level) not in _BLOCKS:
        raise ValueError(f"version {version}, level {level}")
    bits = _bits(modules, version, _MASKS[mask])
    codewords = [int(bits[start : start + 8], 2) for start in range(0, len(bits) - 7, 8)]
    return _text(_deinterleaved(codewords, _BLOCKS[version, level]))


def _format(modules: Modules) -> tuple[str, int]:
    """Read the format beside the first finder pattern; both copies must say the same."""
    side = len(modules)
    beside = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(side - 1 - step, 8) for step in range(7)] + [(8, side - 8 + step) for step in range(8)]
    said = {"".join("01"[modules[y][x]] for y, x in places) for places in (beside, apart)}
    if len(said) != 1:
        raise ValueError("the two formats differ")
    value = (int(said.pop(), 2) ^ _FORMAT_MASK) >> 10
    return _LEVELS[value >> 3], value & 0b111


def _bits(modules: Modules, version: int, masked: Callable[[int, int], bool]) -> str:
    """Walk two columns at a time, from the right, up and down, around what is no data."""
    side = len(modules)
    found: list[str] = []
    upward = True
    for right in (x for x in range(side - 1, 0, -2)):
        column = right if right > 6 else right - 1
        for y in range(side - 1, -1, -1) if upward else range(side):
            found += [
                "01"[modules[y][x] ^ masked(y, x)]
                for x in (column, column - 1)
                if not _is_function(y, x, side, version)
            ]
        upward = not upward
    return "".join(found)


def _is_function(y: int, x: int, side: int, version: int) -> bool:
    finder = (y < 9 and x < 9) or (y < 9 and x >= side - 8) or (y >= side - 8 and x < 9)
    alignment = version > 1 and abs(y - (side - 7)) <= 2 and abs(x - (side - 7)) <= 2
    return finder or alignment or y == 6 or x == 6


def _deinterleaved(codewords: Sequence[int], blocks: Sequence[int]) -> list[int]:
    rows = [codewords[number : sum(blocks) : len(blocks)] for number in range(len(blocks))]
    return [word for row in rows for word in row]


def _text(words: Sequence[int]) -> str:
    bits = "".join(f"{word:08b}" for word in words)
    mode, rest = bits[:4], bits[4:]
    if mode == "0100":
        length = int(rest[:8], 2)
        return bytes(int(rest[8 + 8 * i : 16 + 8 * i], 2) for i in range(length)).decode()
    if mode != "0010":
        raise ValueError(f"mode {mode}")
    length, at, text = int(rest[:9], 2), 9, ""
    for _ in range(length // 2):
        pair = int(rest[at : at + 11], 2)
        text, at = text + _ALPHANUMERIC[pair // 45] + _ALPHANUMERIC[pair % 45], at + 11
    return text + _ALPHANUMERIC[int(rest[at : at + 6], 2)] if length % 2 else text
