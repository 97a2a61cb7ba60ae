"""CouchDB's order of JSON values (docs, "Views Collation"), as keys that Python compares.

null < false < true < numbers < strings < arrays < objects. Strings follow ICU's root collation, of which
this module knows ASCII and the Latin letters that decompose into them, the rest by code point after them:
punctuation, symbols, digits, letters; accents tell apart what is otherwise equal, then case, lower first.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

CollationKey: TypeAlias = tuple[Any, ...]

_PUNCTUATION_TO_DIGITS: Final = "\t\n\x0b\x0c\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_PRIMARY: Final = {
    ord(character): chr(weight) for weight, character in enumerate(_PUNCTUATION_TO_DIGITS + _LETTERS, start=1)
}


def collation_key(value: object) -> CollationKey:
    """Return a key by which JSON values sort as CouchDB sorts them; equal keys, equal values."""
    if value is None:
        return (0,)
    if isinstance(value, bool):
        return (2,) if value else (1,)
    if isinstance(value, int | float):
        return (3, value)
    if isinstance(value, str):
        return (4, *text_key(value))
    if isinstance(value, Mapping):
        return (6, tuple((text_key(name), collation_key(member)) for name, member in value.items()))
    if isinstance(value, list | tuple):
        return (5, tuple(collation_key(member) for member in value))
    raise TypeError(f"not a JSON value: {type(value).__name__}")


def text_key(text: str) -> tuple[str, str, str]:
    """Return the key of a string: base characters, then their accents and case, then the text itself."""
    if text.isascii():
        base = text.lower()
        return (base.translate(_PRIMARY), text.swapcase(), text)
    decomposed = unicodedata.normalize("NFD", text)
    base = "".join(character for character in decomposed if not unicodedata.combining(character)).lower()
    # A combining mark sorts after every ASCII character: "e" before "é", whatever their case.
    marks = "".join(character for character in decomposed if unicodedata.combining(character))
    return (base.translate(_PRIMARY), marks + decomposed.swapcase(), text)


def type_name(value: object) -> str:
    """Return the word that `$type` compares with."""
    if value is None:
        return "null"
    for kinds, name in (
        (bool, "boolean"),
        ((int, float), "number"),
        (str, "string"),
        (Mapping, "object"),
    ):
        if isinstance(value, kinds):
            return name
    return "array"
