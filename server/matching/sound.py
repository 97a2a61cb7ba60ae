"""How a French name sounds, as a short code: names with the same code are pronounced alike, or nearly.

Written after the principle of FONEM (G. Bouchard, P. Brard, Y. Lavoie, « FONEM : un code de transcription
phonétique pour la reconstitution automatique des familles saguenayennes », Population 36-6, 1981): groups of
letters are rewritten as shorter ones, in passes, until the skeleton of the pronunciation is left; with nasal
vowels as digits, as in F. Brouard's Phonex (« L'art des Soundex »). The rules below are our own selection.
"""

import re
from functools import lru_cache

from server.matching.traits import folded

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        # Letters that are not heard, and two writings of one letter
        (r"Y", "I"),
        (r"PH", "F"),
        (r"W", "V"),
        (r"CHR", "KR"),
        (r"SCH|SH|CH", "8"),
        (r"H", ""),
        (r"BV", "V"),
        (r"CQU?|QU?|CK", "K"),
        (r"([A-Z])\1+", r"\1"),
        # Endings: silent consonants; 9 is a final é, however it is written
        (r"(?<=[A-Z8])(E?AU|O)(L?[DT][SX]?|[SX])?$", "O"),
        (r"(?<=[A-Z8])(EZ|ERS?|ETS?)$", "9"),
        (r"(?<=[A-Z8][A-Z8])[DTPSXZ]+$", ""),
        # Consonants whose sound depends on the next letter
        (r"SC(?=[EI9])", "S"),
        (r"C(?=[EI9])", "S"),
        (r"C", "K"),
        (r"GU(?=[EI9])", "6"),
        (r"GE(?=[AO])|G(?=[EI9])", "J"),
        (r"6", "G"),
        (r"Z", "S"),
        # Vowels written with several letters; nasal ones (1 an, 3 on, 5 in) before a consonant or at the end
        (r"AUL(?=[DT])", "O"),
        (r"E?AU", "O"),
        (r"OU", "U"),
        (r"OI[NM](?![AEIOU9])", "25"),
        (r"IE[NM](?![AEIOU9])", "I5"),
        (r"([AE]I|[IU])[NM](?![AEIOU9])", "5"),
        (r"E?A[NM](?![AEIOU9])|E[NM](?![AEIOU9])", "1"),
        (r"O[NM](?![AEIOU9])", "3"),
        (r"OI", "2"),
        (r"[AE]I", "E"),
        (r"O?EU|OE", "E"),
        (r"EA", "A"),
        (r"(?<=[^AEIOU9])E$", ""),
        (r"X", "KS"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=20_000)
def sound(name: str) -> str:
    """Return the code of a name, compound ones as one word; an empty text for one without letters."""
    code = "".join(letter for letter in folded(name) if "A" <= letter <= "Z")
    for pattern, written in _RULES:
        code = pattern.sub(written, code)
    return code


def alike(first: str, second: str) -> bool:
    """Tell whether two names have the same, not empty, code."""
    code = sound(first)
    return code != "" and code == sound(second)
