"""Which visits are one person's by themselves: identity keys, automatic edges, and what coordinators said.

The five strict traits (birth name, first given name, complete birth date, sex, birth place) make an identity
key. Without a birth place, the commune of residence or the telephone must agree besides; and an identity
without one that would join two birth places joins neither. Names alone never join anything. A partial,
doubtful or refused identity is the visit's own. The outcome depends on the sets given, not on their order.
"""

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from server.matching.traits import DOUBTFUL, Traits, folded

Pair = tuple[str, str]
"""Two identity keys, the smaller first."""


def pair(first: str, second: str) -> Pair:
    """Return two keys, the smaller first."""
    return (first, second) if first < second else (second, first)


@dataclass(frozen=True, slots=True)
class Keys:
    """A visit's identity key; ``core`` is the digest of the traits but the places, None when it is alone."""

    identity: str
    core: str | None


def keys_of(traits: Traits, visit: str, team: str) -> Keys:
    """Return the keys of the identity that a visit gives."""
    core = _core(traits)
    if core is None:
        return Keys(own_key(visit, team), None)
    if traits.known_place is not None:
        return Keys(_digest("full", core, traits.known_place), core)
    contacts = sorted(contacts_of(traits))
    return Keys(_digest("contacts", core, *contacts) if contacts else own_key(visit, team), core)


def own_key(visit: str, team: str) -> str:
    """Return the identity key of a visit that is joined to no other by itself."""
    return _digest("visit", visit, team)


def contacts_of(traits: Traits) -> frozenset[str]:
    """Return what may join an identity without a birth place: its commune of residence, its telephone."""
    named = (("commune", traits.commune), ("phone", traits.phone))
    return frozenset(f"{name}:{value}" for name, value in named if value)


def person_key(salt: str, identity_key: str) -> str:
    """Return the opaque key of an identity, as it leaves central (wire §4.2): a UUID's form."""
    return str(UUID(hex=hmac.new(salt.encode(), identity_key.encode(), hashlib.sha256).hexdigest()[:32]))


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity key, and what of all its visits decides which others it joins."""

    key: str
    core: str | None = None
    place: str | None = None
    contacts: frozenset[str] = frozenset()


def components(
    identities: Collection[Identity], merged: Collection[Pair], separated: Collection[Pair]
) -> dict[str, str]:
    """Return the smallest identity key of the person to which each identity belongs.

    ``merged`` and ``separated`` are what coordinators decided of two identities. No two separated ones end in
    one person, whatever would join them.
    """
    joined = _Components({each.key for each in identities}, separated)
    for first, second in sorted(merged):
        joined.join(first, second)
    by_core: dict[str, list[Identity]] = defaultdict(list)
    for each in identities:
        if each.core is not None:
            by_core[each.core].append(each)
    apart = frozenset(separated)
    roots = dict(joined.roots())
    edges = [edge for group in by_core.values() if len(group) > 1 for edge in _automatic(group, apart, roots)]
    for first, second in sorted(edges):
        joined.join(first, second)
    return dict(joined.roots())


def _automatic(group: list[Identity], apart: frozenset[Pair], roots: Mapping[str, str]) -> Iterable[Pair]:
    """Yield the edges among identities of one core; ``roots``: whom coordinators joined already."""
    placed = [each for each in group if each.place is not None]
    unplaced = [each for each in group if each.place is None]
    clusters = _Components({each.key for each in unplaced}, apart)
    for first in unplaced:
        for second in unplaced:
            if first.key < second.key and _touch(first, second, apart):
                clusters.join(first.key, second.key)
                yield first.key, second.key
    edges: dict[str, list[Pair]] = defaultdict(list)
    towards: dict[str, set[str]] = defaultdict(set)
    for key, root in clusters.roots():
        one = next(each for each in unplaced if each.key == key)
        for other in placed:
            if _touch(one, other, apart):
                edges[root].append(pair(key, other.key))
                towards[root].add(roots.get(other.key, other.key))
    for root, found in edges.items():
        if len(towards[root]) == 1:
            yield from found


def _touch(first: Identity, second: Identity, apart: frozenset[Pair]) -> bool:
    return bool(first.contacts & second.contacts) and pair(first.key, second.key) not in apart


class _Components:
    """Disjoint sets, named by their smallest key, that never hold two separated keys."""

    def __init__(self, keys: Iterable[str], separated: Collection[Pair]) -> None:
        self._members = {key: {key} for key in keys}
        self._apart: dict[str, set[str]] = defaultdict(set)
        for first, second in separated:
            self._apart[first].add(second)
            self._apart[second].add(first)

    def join(self, first: str, second: str) -> None:
        """Make two sets one, unless a pair of theirs is separated or one of the keys is not known."""
        one, other = self._members.get(first), self._members.get(second)
        if one is None or other is None or one is other:
            return
        if any(self._apart[key] & other for key in one if key in self._apart):
            return
        one |= other
        for key in other:
            self._members[key] = one

    def roots(self) -> Iterable[Pair]:
        """Yield each key with the smallest key of its set."""
        smallest: dict[int, str] = {}
        for key, members in self._members.items():
            yield key, smallest.setdefault(id(members), min(members))


def _core(traits: Traits) -> str | None:
    if not traits.complete or traits.status in DOUBTFUL or traits.birth_date is None or not traits.sex:
        return None
    birth_name, first_name = folded(traits.birth_name), folded(traits.first_name)
    if not birth_name or not first_name:
        return None
    return _digest("core", birth_name, first_name, traits.birth_date.isoformat(), traits.sex)


def _digest(kind: str, *texts: str) -> str:
    return hashlib.sha256(json.dumps(["escale-identity/1", kind, *texts]).encode()).hexdigest()
