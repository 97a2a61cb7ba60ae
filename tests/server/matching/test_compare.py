"""Comparing two identities: cases from France, and what holds for all."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.matching.compare import Comparison, compare, date_likeness, weights
from server.matching.traits import Traits, folded

MARIE = Traits(
    birth_name="LEFEVRE",
    first_name="MARIE",
    given_names="MARIE LOUISE",
    birth_date=date(1947, 3, 12),
    sex="F",
    birth_place="42187",
    commune="42104",
    phone="0477000001",
    status="PROV",
)
THRESHOLD = weights().threshold


def codes(found: Comparison) -> set[str]:
    return {reason.code for reason in found.reasons}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"birth_name": "LEFEBVRE"}, "birth-name-alike"),
        ({"birth_name": "LE FEVRE"}, "birth-name-particle"),
        ({"birth_name": "LEFEVRE-DUPONT"}, "birth-name-part"),
        ({"birth_name": "LEFEVER"}, "birth-name-one-letter"),
        ({"birth_name": "DURAND", "used_name": "LEFEVRE"}, "used-name-is-birth-name"),
        ({"first_name": "MARYE"}, "first-name-alike"),
        ({"first_name": "MARIE-ODILE", "given_names": None}, "first-name-part"),
        ({"first_name": "LOUISE", "given_names": None}, "first-name-among-given"),
        ({"first_name": "MARIETTE", "given_names": None}, "first-name-diminutive"),
        ({"birth_date": date(1947, 12, 3)}, "birth-date-swapped"),
        ({"birth_date": date(1947, 3, 13)}, "birth-date-one-digit"),
        ({"birth_date": date(1957, 3, 12)}, "birth-date-one-digit"),
        ({"birth_name": "MARIE", "first_name": "LEFEVRE"}, "names-exchanged"),
        ({"birth_place": None, "commune": "42187", "phone": None}, "birth-name-same"),
        ({"birth_place": "99999", "phone": "0477000002"}, "birth-date-same"),
    ],
)
def test_what_may_be_one_person_is_proposed_with_its_reason(changed: dict[str, object], reason: str) -> None:
    found = compare(MARIE, replace(MARIE, **changed))  # type: ignore[arg-type]
    assert reason in codes(found)
    assert found.score >= THRESHOLD


@pytest.mark.parametrize(
    ("case", "changed"),
    [
        ("twin sister", {"first_name": "ANNE", "given_names": "ANNE JEANNE"}),
        ("twin brother", {"first_name": "PAUL", "given_names": None, "sex": "M"}),
        ("homonym of another age in the same house", {"birth_date": date(1975, 8, 30)}),
        ("born the same day", {"birth_name": "MOREAU", "birth_place": None, "phone": None}),
        (
            "same date and first name elsewhere",
            {"birth_name": "MOREAU", "birth_place": "69123", "phone": None},
        ),
    ],
)
def test_who_is_somebody_else_is_not_proposed(case: str, changed: dict[str, object]) -> None:
    assert compare(MARIE, replace(MARIE, **changed)).score < THRESHOLD, case  # type: ignore[arg-type]


def test_jean_pierre_with_or_without_a_hyphen_is_one_name() -> None:
    written = replace(MARIE, first_name="JEAN-PIERRE"), replace(MARIE, first_name="JEAN PIERRE")
    assert "first-name-same" in codes(compare(*written))


def test_two_validated_identities_that_differ_speak_against_one_person() -> None:
    one = replace(MARIE, status="VALI")
    assert "both-validated" in codes(compare(one, replace(one, birth_name="LEFEBVRE")))
    assert "both-validated" not in codes(compare(one, one))
    assert "both-validated" not in codes(compare(one, replace(MARIE, birth_name="LEFEBVRE")))


def test_what_is_not_known_says_nothing() -> None:
    assert compare(Traits(), MARIE) == Comparison(0, ())


def test_a_reason_says_what_it_rests_on() -> None:
    found = compare(MARIE, replace(MARIE, birth_date=date(1947, 12, 3)))
    assert next(r.values for r in found.reasons if r.code == "birth-date-swapped") == (
        "1947-03-12",
        "1947-12-03",
    )


def test_only_one_digit_is_one_digit() -> None:
    assert date_likeness(date(1947, 3, 12), date(1948, 3, 13)) == "differs"


NAMES = st.sampled_from(
    [
        "LEFEVRE",
        "LEFEBVRE",
        "MARTIN",
        "MARIE",
        "JEAN",
        "JEAN PIERRE",
        "JEAN-PIERRE",
        "DE MARTIN",
        "LEO",
        "DUPONT",
    ]
)
DATES = st.sampled_from([date(1947, 3, 12), date(1947, 12, 3), date(1974, 3, 12), date(1950, 1, 1)])


def identities() -> st.SearchStrategy[Traits]:
    return st.builds(
        Traits,
        birth_name=st.none() | NAMES,
        first_name=st.none() | NAMES,
        given_names=st.none() | st.lists(NAMES, min_size=1, max_size=3).map(" ".join),
        used_name=st.none() | NAMES,
        birth_date=st.none() | DATES,
        sex=st.none() | st.sampled_from("FM"),
        birth_place=st.sampled_from([None, "42187", "69123", "99999"]),
        commune=st.sampled_from([None, "42104", "42015"]),
        phone=st.sampled_from([None, "0477000001", "0477000002"]),
        status=st.sampled_from([None, "PROV", "VALI"]),
    )


@given(identities(), identities())
def test_it_is_symmetric(one: Traits, other: Traits) -> None:
    assert compare(one, other) == compare(other, one)


@given(identities())
def test_an_identity_compared_with_itself_has_nothing_against_it(one: Traits) -> None:
    assert all(reason.points > 0 for reason in compare(one, one).reasons)


@given(
    identities(),
    identities(),
    st.sampled_from(["birth_name", "first_name", "birth_date", "sex", "birth_place", "commune", "phone"]),
)
def test_what_agrees_more_never_scores_less(one: Traits, other: Traits, name: str) -> None:
    agreeing = replace(other, **{name: getattr(one, name)})
    if getattr(one, name) is None or "names-exchanged" in codes(compare(one, other)):
        return  # Unknown is not an agreement; names in each other's place agree already, in another way.
    if getattr(other, name) is None and folded(str(getattr(one, name))) == "":
        return
    assert compare(one, agreeing).score >= compare(one, other).score
