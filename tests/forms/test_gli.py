"""The GLI equations: reference values, published worked examples, and what must hold for anybody."""

import json
from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.functions.gli import Reference, Subject, ages, reference, tables
from tests.forms.vectors import FOLDER

VECTORS = json.loads((FOLDER / "gli.json").read_text(encoding="utf-8"))
PRINTED = {"predicted": 4, "lln": 4, "uln": 4, "z": 3, "percent": 2}


def _subject(vector: Any) -> Subject:
    return Subject(
        vector["set"],
        vector["index"],
        vector["sex"],
        vector["age"],
        vector["height_cm"],
        vector.get("group", 1),
    )


def _reference(subject: Subject) -> Reference:
    found = reference(subject)
    assert found is not None
    return found


def _about(vector: Any) -> str:
    return " ".join(str(vector[name]) for name in ("set", "sex", "age", "height_cm", "index"))


def test_both_sets_have_their_reference_values() -> None:
    assert {vector["set"] for vector in VECTORS["vectors"]} == set(tables().sets)
    assert len(VECTORS["vectors"]) == 74


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=_about)
def test_a_reference_value_is_reproduced_to_its_printed_precision(vector: Any) -> None:
    found, measured = _reference(_subject(vector)), vector["measured"]
    computed = {
        "predicted": found.median,
        "lln": found.lower_limit,
        "uln": found.upper_limit,
        "z": found.z(measured),
        "percent": found.percent(measured),
    }

    for name, decimals in PRINTED.items():
        assert abs(computed[name] - vector[name]) <= 0.5000001 * 10**-decimals, name


@pytest.mark.parametrize("example", VECTORS["published"], ids=lambda example: example["source"])
def test_a_published_example_is_reproduced_as_printed(example: Any) -> None:
    found, measured = _reference(_subject(example)), example["measured"]
    computed = {
        "M": found.median,
        "S": found.variation,
        "L": found.skewness,
        "lln": found.lower_limit,
        "z": found.z(measured),
        "percent": found.percent(measured),
    }

    for name, printed in example["printed"].items():
        decimals = len(str(printed).partition(".")[2])
        assert abs(computed[name] - printed) <= 0.5000001 * 10**-decimals, name


SUBJECTS = st.one_of(
    st.builds(
        Subject,
        set=st.just("gli-2012"),
        index=st.sampled_from(["fev1", "fvc", "fev1-fvc"]),
        sex=st.sampled_from(["F", "M"]),
        age=st.floats(3, 95),
        height=st.floats(50, 250),
        group=st.integers(1, 5),
    ),
    st.builds(
        Subject,
        set=st.just("gli-2022"),
        index=st.sampled_from(["fev1", "fvc", "fev1-fvc"]),
        sex=st.sampled_from(["F", "M"]),
        age=st.floats(3, 95),
        height=st.floats(50, 250),
    ),
)


@given(SUBJECTS)
def test_the_median_and_the_limits_are_where_they_are_by_definition(subject: Subject) -> None:
    found = _reference(subject)

    assert found.z(found.median) == 0
    assert found.percent(found.median) == 100
    assert abs(found.z(found.lower_limit) + 1.645) <= 1e-9
    assert abs(found.z(found.upper_limit) - 1.645) <= 1e-9
    assert 0 < found.lower_limit < found.median < found.upper_limit


@given(SUBJECTS, st.floats(0.1, 10), st.floats(0.1, 10))
def test_who_blows_more_has_the_higher_z(subject: Subject, one: float, other: float) -> None:
    found = _reference(subject)

    if one + 0.001 <= other:
        assert found.z(one) <= found.z(other)
        assert found.percent(one) < found.percent(other)


@pytest.mark.parametrize("age", [2.99, 95.01, -1.0, 0.0, float("nan"), float("inf")])
@pytest.mark.parametrize("equations", ["gli-2012", "gli-2022"])
def test_outside_the_ages_covered_there_is_nothing(equations: str, age: float) -> None:
    assert reference(Subject(equations, "fev1", "F", age, 165)) is None


@pytest.mark.parametrize("sex", ["I", "", "f"])
def test_of_another_sex_there_is_nothing(sex: str) -> None:
    assert reference(Subject("gli-2022", "fev1", sex, 40, 165)) is None


@pytest.mark.parametrize("height", [0, -165, float("nan")])
def test_without_a_height_there_is_nothing(height: float) -> None:
    assert reference(Subject("gli-2022", "fev1", "F", 40, height)) is None


@pytest.mark.parametrize(
    ("equations", "index", "sex"),
    [
        (equations, index, sex)
        for equations in ("gli-2012", "gli-2022")
        for index in ("fev1", "fvc", "fev1-fvc")
        for sex in ("F", "M")
    ],
)
@pytest.mark.parametrize(("age", "row"), [(3.0, 0), (40.25, 149), (95.0, 368)])
def test_an_age_of_the_table_uses_its_row_itself(
    equations: str, index: str, sex: str, age: float, row: int
) -> None:
    """The skewness tells the row: q0 + q1 ln(age) + its spline, and the spline is read alone."""
    table = tables().sets[equations][index][sex]
    c = table.coefficients
    by_hand = c["q0"] + c["q1"] * log(age) + (table.l[row] if table.l else 0)
    variation = c["p0"] + c["p1"] * log(age) + table.s[row]

    found = _reference(Subject(equations, index, sex, age, 170))

    assert found.skewness == by_hand
    assert log(found.variation) == pytest.approx(variation, abs=1e-14)


@pytest.mark.parametrize("equations", ["gli-2012", "gli-2022"])
def test_between_two_rows_the_splines_are_interpolated(equations: str) -> None:
    table = tables().sets[equations]["fvc"]["F"]
    c = table.coefficients

    found = _reference(Subject(equations, "fvc", "F", 10.1, 140))

    expected = c["p0"] + c["p1"] * log(10.1) + table.s[28] + (table.s[29] - table.s[28]) * 0.4
    assert log(found.variation) == pytest.approx(expected, abs=1e-13)


def test_the_first_group_is_the_one_without_a_term() -> None:
    common = ("gli-2012", "fev1", "M", 45.0, 175.0)
    medians = [_reference(Subject(*common, group)).median for group in (1, 2, 3, 4, 5)]

    assert medians[0] == _reference(Subject(*common)).median
    assert len(set(medians)) == 5


def test_the_tables_cover_three_to_ninety_five_years_by_quarters() -> None:
    assert ages() == (3, 95)
    for indices in tables().sets.values():
        for sexes in indices.values():
            for table in sexes.values():
                assert len(table.m) == len(table.s) == 369
                assert len(table.l) in (0, 369)
