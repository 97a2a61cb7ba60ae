"""Coordinators' passwords: Argon2id digests, and the composition rules of the CNIL.

CNIL, deliberation 2022-100 of 21 July 2022, password alone: one of the three published equivalents of 80 bits
is enough. They are applied as rules: computed entropies disagree with the CNIL's own examples.
"""

import secrets
import unicodedata
from collections.abc import Callable
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_CHARACTERS = 256
MIN_WORDS = 7
MIN_WORD_CHARACTERS = 3
MIN_CHARACTERS_BY_CLASSES = {4: 12, 3: 14}

_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()
_CLASSES: tuple[Callable[[str], bool], ...] = (
    str.islower,
    str.isupper,
    str.isdigit,
    lambda character: not character.isalnum(),
)


class PasswordFault(StrEnum):
    """Why a new password is refused."""

    TOO_WEAK = "too-weak"
    TOO_LONG = "too-long"
    CONTAINS_LOGIN = "contains-login"
    REPETITIVE = "repetitive"
    UNCHANGED = "unchanged"
    DIFFERENT = "different"


def _normal(password: str) -> str:
    """Return one spelling of what was typed, whatever the keyboard composed accents with."""
    return unicodedata.normalize("NFC", password)


def _is_long_enough(password: str) -> bool:
    words = {word for word in password.split() if len(word) >= MIN_WORD_CHARACTERS}
    if len(words) >= MIN_WORDS:
        return True
    classes = sum(any(belongs(character) for character in password) for belongs in _CLASSES)
    minimum = MIN_CHARACTERS_BY_CLASSES.get(classes)
    return minimum is not None and len(password) >= minimum


def faults(password: str, *, login: str) -> list[PasswordFault]:
    """Return what is wrong with a new password, or nothing.

    Accepted: 12 characters of 4 classes (lower case, upper case, digits, others), 14 of 3 classes, or a
    phrase of 7 different words of at least 3 letters; without the login, and of 5 different characters or
    more.
    """
    password = _normal(password)
    found = []
    if len(password) > MAX_CHARACTERS:
        found.append(PasswordFault.TOO_LONG)
    if not _is_long_enough(password):
        found.append(PasswordFault.TOO_WEAK)
    if login.casefold() in password.casefold():
        found.append(PasswordFault.CONTAINS_LOGIN)
    if len(set(password)) < 5:
        found.append(PasswordFault.REPETITIVE)
    return found


def one_time() -> str:
    """Return a password to hand over: twelve letters and digits in groups of four, none like another."""
    letters = [secrets.choice(_READABLE) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def digest(password: str) -> str:
    """Return the Argon2id digest to store (PHC string; RFC 9106 low-memory profile: 64 MiB, 3 passes)."""
    return _hasher.hash(_normal(password))


def matches(stored: str, password: str) -> bool:
    """Say whether a password is the one whose digest was stored; an unreadable digest matches nothing."""
    if len(password) > MAX_CHARACTERS:
        return False
    try:
        return _hasher.verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Say whether a digest was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)
