"""What is known of a person at one visit, and names folded so that writings of one name meet."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from forms.ins import normalize_name

UNKNOWN_PLACE = "99999"
"""INSEE's code of a birth place that is not known (docs/clinical/consultation.md)."""
DOUBTFUL = frozenset({"DOUT", "FICT"})
"""Attributes « douteux » and « fictif » (RNIV): such an identity is never joined by itself."""
VALIDATED = "VALI"
_PARTICLES = frozenset({"D", "DE", "DES", "DU", "LA", "LE", "LES", "L", "DEL", "DELLA", "DI", "VAN", "VON"})
_TITLES = frozenset({"DR", "DOCTEUR", "DOCTEURE", "PR", "PROFESSEUR", "PROFESSEURE", "M", "MR", "MME"})
_JOINTS = str.maketrans("-'", "  ")


@dataclass(frozen=True, slots=True)
class Traits:
    """INS traits and what goes with them; None for what was not said, refused or unknown.

    Names in the spelling of the INS (docs/forms.md), ``sex`` F, M or I, ``birth_place`` and ``commune`` INSEE
    codes, ``phone`` normalised, ``status`` the identity's (PROV, VALI, …). ``complete``: it was said to be
    complete, with a whole birth date.
    """

    birth_name: str | None = None
    first_name: str | None = None
    given_names: str | None = None
    used_name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    birth_place: str | None = None
    commune: str | None = None
    phone: str | None = None
    status: str | None = None
    complete: bool = True

    @property
    def known_place(self) -> str | None:
        """The birth place, None when it is the code of an unknown one."""
        return None if self.birth_place == UNKNOWN_PLACE else self.birth_place


@lru_cache(maxsize=20_000)
def folded(name: str | None) -> str:
    """Return a name with its hyphens and apostrophes as spaces: JEAN-PIERRE and Jean Pierre are one."""
    return " ".join(normalize_name(name or "").translate(_JOINTS).split())


@lru_cache(maxsize=20_000)
def bare(name: str | None) -> str:
    """Return a folded name without its particles, unless it has nothing else, in one word."""
    words = folded(name).split()
    return "".join([word for word in words if word not in _PARTICLES] or words)


def without_title(name: str) -> str:
    """Return a professional's name folded, without dots and leading titles, unless it is nothing else."""
    words = folded(name.replace(".", " ")).split()
    start = next((place for place, word in enumerate(words) if word not in _TITLES), 0)
    return " ".join(words[start:])


@lru_cache(maxsize=20_000)
def parts(name: str | None) -> frozenset[str]:
    """Return the words of a compound name that are long enough to be a name by themselves."""
    return frozenset(word for word in folded(name).split() if len(word) > 2 and word not in _PARTICLES)
