"""The language of predicates: what is read, what is refused, and what it means of what is not known."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from server.projection.figure_items import MISSING
from server.report.conditions import fails, holds
from server.report.facts import FACTS, Exposure
from server.report.predicate import (
    EVERY,
    MAX_NODES,
    AllOf,
    AnyOf,
    Between,
    Days,
    In,
    Missing,
    Not,
    Predicate,
    PredicateInvalid,
    both,
    exposes,
    parse,
    parse_text,
    to_json,
    to_text,
)
from server.store.database import Store
from server.store.figures import VisitFigure
from tests.server.report.figures import add_visit
from tests.support.organisation import DAY, Seeded
from tests.support.published import another, registry_put_back

BOOKED = {"fact": "booking", "in": ["telephone"]}


@pytest.mark.parametrize(
    "value",
    [
        {"all": []},
        {"any": [BOOKED, {"not": {"fact": "frailty", "in": ["true"]}}]},
        {"fact": "reason", "in": ["douleur", "autre"]},
        {"fact": "reason", "missing": ["asked-declined", "no-question"]},
        {"fact": "age", "from": 70, "below": 80},
        {"fact": "age", "missing": ["asked-unknown"]},
        {"fact": "distance_km", "below": 7.5},
        {"fact": "day", "from": "2026-01-01", "to": "2026-12-31"},
        {"fact": "place", "in": ["La Gresle"]},
        {"fact": "commune", "in": ["2A004", "42015"]},
        {"fact": "stop", "in": ["0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"]},
    ],
)
def test_what_is_read_is_written_back(value: dict[str, Any]) -> None:
    assert to_json(parse(value)) == value
    assert parse_text(to_text(parse(value))) == parse(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "booking",
        {},
        {"all": [], "any": []},
        {"all": {}},
        {"not": []},
        {"fact": "name", "in": ["MARTIN"]},
        {"fact": "person_key", "in": ["x"]},
        {"fact": "booking"},
        {"fact": "booking", "in": []},
        {"fact": "booking", "in": "telephone"},
        {"fact": "booking", "in": ["pigeon"]},
        {"fact": "booking", "in": ["not-asked"]},
        {"fact": "booking", "in": ["telephone", "telephone"]},
        {"fact": "booking", "in": ["telephone"], "or": 1},
        {"fact": "booking", "from": 1},
        {"fact": "booking", "missing": ["telephone"]},
        {"fact": "stop", "missing": ["not-asked"]},
        {"fact": "stop", "in": ["x' OR 1=1"]},
        {"fact": "commune", "in": ["not-asked"]},
        {"fact": "age", "in": [70]},
        {"fact": "age", "from": "70"},
        {"fact": "age", "from": True},
        {"fact": "age", "from": None},
        {"fact": "age", "from": 1e300},
        {"fact": "day", "from": "2026-02-30"},
        {"fact": "day", "from": "20260101"},
        {"all": [BOOKED] * MAX_NODES},
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(PredicateInvalid):
        parse(value)


@pytest.mark.parametrize("text", ["", "{", "[" * 5000, '{"fact":"age","from":NaN}', " " * 9000])
def test_a_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(PredicateInvalid):
        parse_text(text)


def test_a_conjunction_has_no_empty_layers() -> None:
    booked = parse(BOOKED)
    assert both(EVERY, booked) == booked
    assert both(booked, both(booked, EVERY)) == AllOf((booked, booked))


def test_a_clinical_fact_anywhere_makes_the_whole_clinical() -> None:
    assert exposes(parse(BOOKED)) is Exposure.ADMINISTRATIVE
    assert exposes(Not(AnyOf((parse(BOOKED), In("reason", ("douleur",)))))) is Exposure.CLINICAL


@pytest.mark.parametrize("fact", ["sex", "age", "long_term_condition", "frailty", "reason", "outcome"])
def test_clinical_answers_and_traits_are_clinical(fact: str) -> None:
    assert FACTS[fact].exposure is Exposure.CLINICAL


CODES = {"booking": ["telephone", "internet"], "frailty": ["true", "false"]}
SAID = st.fixed_dictionaries(
    {
        "booking": st.sampled_from([*CODES["booking"], *MISSING]),
        "frailty": st.sampled_from([*CODES["frailty"], *MISSING]),
        "age": st.one_of(st.integers(0, 3), st.sampled_from(MISSING)),
        "reason": st.one_of(
            st.sets(st.sampled_from(["douleur", "autre"]), min_size=1).map(tuple),
            st.sampled_from(MISSING).map(lambda reason: (reason,)),
        ),
    }
)


def _in(fact: str, codes: list[str]) -> st.SearchStrategy[Predicate]:
    return st.lists(st.sampled_from(codes), min_size=1, unique=True).map(lambda some: In(fact, tuple(some)))


ATOMS: st.SearchStrategy[Predicate] = st.one_of(
    _in("booking", CODES["booking"]),
    _in("frailty", CODES["frailty"]),
    _in("reason", ["douleur", "autre"]),
    st.tuples(st.sampled_from(["booking", "age", "reason"]), st.sampled_from(MISSING)).map(
        lambda pair: Missing(pair[0], (pair[1],))
    ),
    st.tuples(st.none() | st.integers(0, 3), st.none() | st.integers(0, 3))
    .filter(any)
    .map(lambda bounds: Between("age", *bounds)),
    st.just(Days(DAY, DAY)),
)
PREDICATES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


def meaning(predicate: Predicate, said: dict[str, Any]) -> bool | None:
    """What a predicate says of a visit: yes, no, or None when it is not known."""
    match predicate:
        case AllOf(of):
            each = [meaning(part, said) for part in of]
            return False if False in each else None if None in each else True
        case AnyOf(of):
            each = [meaning(part, said) for part in of]
            return True if True in each else None if None in each else False
        case Not(of):
            known = meaning(of, said)
            return None if known is None else not known
        case Missing(fact, reasons):
            value = said[fact]
            return (value[0] if isinstance(value, tuple) else value) in reasons
        case Between(_, low, high):
            if isinstance(said["age"], str):
                return None
            return (low is None or low <= said["age"]) and (high is None or said["age"] < high)
        case In(fact, codes):
            values = said[fact] if isinstance(said[fact], tuple) else (said[fact],)
            return None if values[0] in MISSING else bool(set(values) & set(codes))
    return True


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SAID, min_size=1, max_size=5), PREDICATES)
def test_the_database_answers_what_the_language_means(
    store: Store, team: Seeded, visits: list[dict[str, Any]], predicate: Predicate
) -> None:
    said = {add_visit(store, team, **visit): visit for visit in visits}
    assert parse(json.loads(json.dumps(to_json(predicate)))) == predicate
    with store.session() as session:
        yes, no = (
            set(
                session.exec(
                    select(VisitFigure.visit_id).where(
                        VisitFigure.visit_id.in_(said),  # type: ignore[attr-defined]
                        condition(predicate),
                    )
                )
            )
            for condition in (holds, fails)
        )
    assert yes == {visit for visit, each in said.items() if meaning(predicate, each) is True}
    assert no == {visit for visit, each in said.items() if meaning(predicate, each) is False}


def test_a_code_of_a_form_published_since_is_known() -> None:
    asked = {"fact": "form", "in": ["escale-new"]}
    with pytest.raises(PredicateInvalid):
        parse(asked)
    with registry_put_back() as registry:
        registry.add(another("1.0.0", url="https://escale.example/fhir/Questionnaire/escale-new"))
        assert to_json(parse(asked)) == asked
