"""Identity keys and persons: what joins by itself, what never does, and that order changes nothing."""

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.matching.identity import (
    Identity,
    Pair,
    components,
    contacts_of,
    keys_of,
    own_key,
    pair,
    person_key,
)
from server.matching.traits import Traits

ANNE = Traits(
    birth_name="MARTIN",
    first_name="ANNE-SOPHIE",
    birth_date=date(1950, 5, 2),
    sex="F",
    birth_place="42187",
    commune="42104",
    phone="0477000001",
)


def identity(traits: Traits, visit: str = "v", team: str = "t") -> Identity:
    keys = keys_of(traits, visit, team)
    return Identity(keys.identity, keys.core, traits.known_place, contacts_of(traits))


def one_person(*traits: Traits, merged: tuple[Pair, ...] = (), separated: tuple[Pair, ...] = ()) -> bool:
    found = components([identity(each, str(n)) for n, each in enumerate(traits)], merged, separated)
    return len(set(found.values())) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"first_name": "ANNE SOPHIE"},
        {"commune": "69123", "phone": None},
        {"used_name": "DUPONT", "given_names": "ANNE-SOPHIE MARIE", "status": "VALI"},
    ],
)
def test_the_five_strict_traits_make_one_key(changed: dict[str, object]) -> None:
    assert keys_of(replace(ANNE, **changed), "a", "t") == keys_of(ANNE, "b", "u")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"birth_name": "MARTINE"},
        {"first_name": "ANNE"},
        {"birth_date": date(1950, 2, 5)},
        {"sex": "M"},
        {"birth_place": "69123"},
    ],
)
def test_one_strict_trait_that_differs_makes_two(changed: dict[str, object]) -> None:
    assert not one_person(ANNE, replace(ANNE, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"complete": False},
        {"status": "DOUT"},
        {"status": "FICT"},
        {"birth_date": None},
        {"sex": None},
        {"birth_name": None},
        {"first_name": None},
        {"birth_name": " "},
    ],
)
def test_a_partial_or_doubtful_identity_is_the_visits_own(changed: dict[str, object]) -> None:
    partial = replace(ANNE, **changed)  # type: ignore[arg-type]
    assert keys_of(partial, "a", "t").identity == own_key("a", "t") != own_key("b", "t")
    assert keys_of(partial, "a", "t").core is None
    assert not one_person(partial, partial)


@pytest.mark.parametrize("place", [None, "99999"])
def test_without_a_birth_place_commune_or_telephone_must_agree(place: str | None) -> None:
    somewhere = replace(ANNE, birth_place=place)
    assert one_person(somewhere, ANNE)
    assert one_person(replace(somewhere, phone=None), ANNE)
    assert one_person(replace(somewhere, commune=None), ANNE)
    assert one_person(replace(somewhere, commune=None), replace(somewhere, commune="42015"))
    assert not one_person(replace(somewhere, commune="42015", phone=None), ANNE)
    assert not one_person(replace(somewhere, commune=None, phone=None), ANNE)
    nowhere = replace(somewhere, commune=None, phone=None)
    assert not one_person(nowhere, nowhere)


def test_an_identity_without_a_place_joins_neither_of_two_places() -> None:
    elsewhere, unplaced = replace(ANNE, birth_place="69123"), replace(ANNE, birth_place=None)
    three = [identity(each) for each in (ANNE, elsewhere, unplaced)]
    assert len(set(components(three, (), ()).values())) == 3
    both = pair(three[0].key, three[1].key)
    assert len(set(components(three, [both], ()).values())) == 1
    apart = pair(three[1].key, three[2].key)
    found = components(three, (), [apart])
    assert found[three[0].key] == found[three[2].key] != found[three[1].key]


def test_what_coordinators_separate_never_meets_again() -> None:
    first, second, third = (Identity(key) for key in "abc")
    found = components([first, second, third], [("a", "b"), ("b", "c")], [("a", "c")])
    assert found["a"] != found["c"]
    assert not one_person(ANNE, replace(ANNE, birth_place=None), separated=(_keys(ANNE),))


def _keys(traits: Traits) -> Pair:
    return pair(identity(traits).key, identity(replace(traits, birth_place=None)).key)


def test_a_person_key_is_a_uuid_that_depends_on_the_salt() -> None:
    key = person_key("salt", "a" * 64)
    assert len(key) == 36
    assert key == person_key("salt", "a" * 64) != person_key("other", "a" * 64)


IDENTITIES = st.builds(
    Identity,
    key=st.sampled_from("abcdefgh"),
    core=st.sampled_from([None, "x", "y"]),
    place=st.sampled_from([None, None, "1", "2"]),
    contacts=st.frozensets(st.sampled_from(["c1", "c2", "p1"])),
)
PAIRS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")).filter(lambda two: two[0] < two[1])
)


@given(st.lists(IDENTITIES, unique_by=lambda each: each.key), PAIRS, PAIRS, st.integers(0, 2**16))
def test_the_order_of_what_is_known_changes_nothing(
    known: list[Identity], merged: list[Pair], separated: list[Pair], seed: int
) -> None:
    expected = components(known, merged, separated)
    order = random.Random(seed)
    for each in (known, merged, separated):
        order.shuffle(each)
    assert components(known, merged, separated) == expected
    assert all(
        expected[first] != expected[second]
        for first, second in separated
        if {first, second} <= expected.keys()
    )
    assert all(expected[root] == root for root in expected.values())
