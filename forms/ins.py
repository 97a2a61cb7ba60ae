"""Spelling of the INS traits, and of telephone numbers (docs/forms.md, "Text rules").

Source: lexical rules of the RNIV as quoted by SEL-MP-043 v05.00.01. Normalising is lossless in intent:
accents go, capitals come, nothing else is removed; what does not fit is refused with a reason.
"""

import re
import unicodedata
from typing import Literal

NameRule = Literal["ins-name", "ins-first-name"]
NameReason = Literal["empty", "length", "character", "start", "doubled", "end"]

MAX_LENGTH = 100
_LIGATURES = str.maketrans({"Œ": "OE", "œ": "OE", "Æ": "AE", "æ": "AE", "’": "'"})
_ALLOWED = re.compile(r"[A-Z '-]*", re.ASCII)
_PHONE = re.compile(r"0[1-9][0-9]{8}|\+[1-9][0-9]{7,14}")


def normalize_name(typed: str) -> str:
    """Capitals without accents or ligatures, ASCII apostrophe, no outer white space."""
    expanded = typed.strip().translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFD", expanded)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").upper()


def name_defect(name: str, rule: NameRule) -> NameReason | None:
    """Why a normalised name is refused, or None; a given name may not hold `--` nor end in `-` or `'`."""
    given = rule == "ins-first-name"
    if not name.strip():
        return "empty"
    if len(name) > MAX_LENGTH:
        return "length"
    if _ALLOWED.fullmatch(name) is None:
        return "character"
    if name[0] in " -":
        return "start"
    if "  " in name or "''" in name or (given and "--" in name):
        return "doubled"
    return "end" if given and name[-1] in "-'" else None


def normalize_phone(typed: str) -> str:
    """Digits only, French numbers in their ten-digit form, others with `+` and the country."""
    bare = typed.strip().replace("(0)", "")
    bare = "".join(c for c in bare if c not in ".-/" and unicodedata.category(c) != "Zs")
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if re.fullmatch(r"\+33[1-9][0-9]{8}", bare):
        bare = "0" + bare[3:]
    return bare


def is_phone(number: str) -> bool:
    """Whether a normalised number is French, or international with 8 to 15 digits."""
    return _PHONE.fullmatch(number) is not None


def text_rule_defect(rule: str, value: str) -> str | None:
    """Why the stored value of an item under a text rule is refused, or None.

    The reasons are those of `name_defect`, `phone`, and `not-normalized` when normalising would change the
    value.
    """
    if rule == "phone":
        if normalize_phone(value) != value:
            return "not-normalized"
        return None if is_phone(value) else "phone"
    if (
        value.strip()
        and normalize_name(value) != value
        and name_defect(normalize_name(value), "ins-name") is None
    ):
        return "not-normalized"
    return name_defect(value, "ins-first-name" if rule == "ins-first-name" else "ins-name")
