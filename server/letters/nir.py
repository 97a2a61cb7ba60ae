"""Numbers written like a NIR: none is in a letter, whoever typed it."""

import re

_REMOVED = "[numéro de sécurité sociale retiré]"
_NIR = re.compile(
    r"""(?<!\d) [12378] [\s.]? \d{2} [\s.]? (?:0[1-9]|1[0-2]|[2-9]\d) [\s.]? (?:\d{2}|2[AB])
    [\s.]? \d{3} [\s.]? \d{3} (?:[\s.]?\d{2})? (?!\d)""",
    re.VERBOSE,
)
"""Sex, year, month, department, commune, order, perhaps the key."""


def has_nir(text: str) -> bool:
    """Return whether a text holds a number written like a NIR."""
    return _NIR.search(text) is not None


def without_nir(text: str) -> str:
    """Return a text with any number written like a NIR taken out, and a word that says so."""
    return _NIR.sub(_REMOVED, text)
