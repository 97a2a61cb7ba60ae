"""How much two identities look like one person's, and why: points and reasons, all shown to who decides.

A score is the sum of the points of its reasons (``weights.json``): it only sorts and filters what people look
at, and joins nothing by itself. Different first names keep twins apart; two validated identities that differ
speak against one person, since a document was read for each.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from server.matching.sound import alike
from server.matching.traits import VALIDATED, Traits, bare, folded, parts

_SHORTEST = 4
"""Letters that a name needs before one of them may differ: LEA and LEO are two names."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The points of each reason, and the score from which two people are proposed as one."""

    threshold: int
    points: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two identities may, or may not, be one person's; ``values``: what it rests on, sorted."""

    code: str
    points: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The score of two identities and its reasons, those that weigh most first."""

    score: int
    reasons: tuple[Reason, ...]


@cache
def weights() -> Weights:
    """Return the weights shipped with this package."""
    data = json.loads(_text("weights.json"))
    return Weights(data["threshold"], data["points"])


@cache
def _diminutives() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(names) for names in json.loads(_text("diminutives.json")))


def _text(name: str) -> str:
    return resources.files("server.matching").joinpath(name).read_text(encoding="utf-8")


def compare(first: Traits, second: Traits) -> Comparison:
    """Compare two identities; the order of the two changes nothing."""
    points = weights().points
    reasons = [
        Reason(code, points[code], values)
        for code, values in (
            *_birth_dates(first, second),
            *_names(first, second),
            *_equal(first, second),
            *_statuses(first, second),
        )
    ]
    ordered = sorted(reasons, key=lambda reason: (-abs(reason.points), reason.code))
    return Comparison(sum(reason.points for reason in reasons), tuple(ordered))


_Found = Iterator[tuple[str, tuple[str, ...]]]


def _both(first: str | None, second: str | None) -> tuple[str, ...]:
    return tuple(sorted({text for text in (first, second) if text}))


def _birth_dates(first: Traits, second: Traits) -> _Found:
    if first.birth_date is None or second.birth_date is None:
        return
    values = _both(first.birth_date.isoformat(), second.birth_date.isoformat())
    yield f"birth-date-{date_likeness(first.birth_date, second.birth_date)}", values


def date_likeness(first: date, second: date) -> str:
    """Return ``same``, ``swapped`` (day and month), ``one-digit`` or ``differs``."""
    if first == second:
        return "same"
    if (first.year, first.month, first.day) == (second.year, second.day, second.month):
        return "swapped"
    written = zip(f"{first:%Y%m%d}", f"{second:%Y%m%d}", strict=True)
    return "one-digit" if sum(a != b for a, b in written) == 1 else "differs"


def _names(first: Traits, second: Traits) -> _Found:
    birth = folded(first.birth_name), folded(second.birth_name)
    given = folded(first.first_name), folded(second.first_name)
    if all((*birth, *given)) and birth[0] != birth[1] and birth == (given[1], given[0]):
        yield "names-exchanged", _both(" ".join((birth[0], given[0])), " ".join((birth[1], given[1])))
        return
    if all(birth):
        yield _birth_names(first, second, *birth), _both(*birth)
    if all(given):
        yield _first_names(first, second, *given), _both(*given)


def _birth_names(first: Traits, second: Traits, one: str, other: str) -> str:
    used = folded(first.used_name), folded(second.used_name)
    if one == other:
        return "birth-name-same"
    if bare(one) == bare(other) or one.replace(" ", "") == other.replace(" ", ""):
        return "birth-name-particle"
    if alike(one, other) or alike(bare(one), bare(other)):
        return "birth-name-alike"
    if (used[0] and _one_name(used[0], other)) or (used[1] and _one_name(used[1], one)):
        return "used-name-is-birth-name"
    if _one_letter(one, other):
        return "birth-name-one-letter"
    return "birth-name-part" if parts(one) & parts(other) else "birth-name-differs"


def _one_name(one: str, other: str) -> bool:
    return one == other or alike(one, other)


def _first_names(first: Traits, second: Traits, one: str, other: str) -> str:
    if one.replace(" ", "") == other.replace(" ", ""):
        return "first-name-same"
    if alike(one, other):
        return "first-name-alike"
    if _one_letter(one, other):
        return "first-name-one-letter"
    if one in _given(second) or other in _given(first):
        return "first-name-among-given"
    if any(one in names and other in names for names in _diminutives()):
        return "first-name-diminutive"
    return "first-name-part" if parts(one) & parts(other) else "first-name-differs"


def _given(traits: Traits) -> frozenset[str]:
    """Return the birth given names, each folded: they are written one after another, compounds hyphened."""
    return frozenset(folded(name) for name in (traits.given_names or "").replace(",", " ").split())


def _equal(first: Traits, second: Traits) -> _Found:
    for name, one, other, opposed in (
        ("sex", first.sex, second.sex, True),
        ("birth-place", first.known_place, second.known_place, True),
        ("phone", first.phone, second.phone, False),
        ("commune", first.commune, second.commune, False),
    ):
        if one and other and (one == other or opposed):
            yield f"{name}-{'same' if one == other else 'differs'}", _both(one, other)


def _statuses(first: Traits, second: Traits) -> _Found:
    if first.status == second.status == VALIDATED and _strict(first) != _strict(second):
        yield "both-validated", (VALIDATED,)


def _strict(traits: Traits) -> tuple[object, ...]:
    names = folded(traits.birth_name), folded(traits.first_name)
    return (*names, traits.birth_date, traits.sex, traits.known_place)


def _one_letter(first: str, second: str) -> bool:
    """Tell whether one letter more, less, other, or exchanged with its neighbour, makes one the other."""
    if min(len(first), len(second)) < _SHORTEST or abs(len(first) - len(second)) > 1:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    rests = first[start:], second[start:]
    if len(first) == len(second):
        same_after_two = rests[0][2:] == rests[1][2:]
        return rests[0][1:] == rests[1][1:] or (same_after_two and rests[0][:2] == rests[1][1::-1])
    longer, shorter = sorted(rests, key=len, reverse=True)
    return longer[1:] == shorter
