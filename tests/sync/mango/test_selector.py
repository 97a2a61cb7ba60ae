"""Selectors: which documents they ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mango.failures import QueryError
from sync.mango.selector import Selector

PERSON = {
    "_id": "p1",
    "name": "Ada",
    "age": 36,
    "tags": ["math", "verse"],
    "scores": [80, 92],
    "address": {"town": "Londres", "zip.code": "W1"},
    "children": [{"name": "Byron", "age": 12}, {"name": "Anne", "age": 10}],
    "nothing": None,
}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        ({"name": "Ada"}, True),
        ({"name": "ada"}, False),
        ({"name": {"$eq": "Ada"}, "age": 36}, True),
        ({"name": "Ada", "age": 37}, False),
        ({"age": {"$gt": 35, "$lt": 37}}, True),
        ({"age": {"$gte": 37}}, False),
        ({"age": {"$lte": 36}}, True),
        ({"age": {"$gt": None}}, True),
        ({"age": {"$lt": "text"}}, True),
        ({"name": {"$ne": "Bob"}}, True),
        ({"absent": {"$ne": "Bob"}}, False),
        ({"absent": {"$exists": False}}, True),
        ({"absent": {"$exists": True}}, False),
        ({"nothing": {"$exists": True}}, True),
        ({"nothing": None}, True),
        ({"name.first": {"$exists": False}}, False),
        ({"name": {"$in": ["Ada", "Bob"]}}, True),
        ({"tags": {"$in": ["verse"]}}, True),
        ({"tags": {"$nin": ["verse"]}}, False),
        ({"name": {"$nin": []}}, True),
        ({"name": {"$in": []}}, False),
        ({"tags": {"$all": ["verse", "math"]}}, True),
        ({"tags": {"$all": ["verse", "war"]}}, False),
        ({"tags": {"$all": []}}, False),
        ({"tags": {"$all": [["math", "verse"]]}}, True),
        ({"name": {"$all": ["Ada"]}}, False),
        ({"age": {"$type": "number"}}, True),
        ({"nothing": {"$type": "null"}}, True),
        ({"tags": {"$type": "object"}}, False),
        ({"tags": {"$type": "array"}}, True),
        ({"tags": {"$size": 2}}, True),
        ({"name": {"$size": 3}}, False),
        ({"age": {"$mod": [10, 6]}}, True),
        ({"age": {"$mod": [-10, 6]}}, True),
        ({"name": {"$mod": [2, 0]}}, False),
        ({"name": {"$regex": "^A.a$"}}, True),
        ({"age": {"$regex": "3"}}, False),
        ({"name": {"$beginsWith": "Ad"}}, True),
        ({"age": {"$beginsWith": "3"}}, False),
        ({"address.town": "Londres"}, True),
        ({"address": {"town": {"$gt": "L"}}}, True),
        ({"address.zip\\.code": "W1"}, True),
        ({"scores.1": 92}, True),
        ({"scores.2": {"$exists": False}}, False),
        ({"scores": {"$elemMatch": {"$gt": 80, "$lt": 95}}}, True),
        ({"scores": {"$allMatch": {"$gt": 80}}}, False),
        ({"children": {"$elemMatch": {"name": "Anne", "age": 10}}}, True),
        ({"children": {"$allMatch": {"age": {"$gte": 10}}}}, True),
        ({"children": {"$elemMatch": {"age": {"$gt": 20}}}}, False),
        ({"address": {"$keyMapMatch": {"$eq": "town"}}}, True),
        ({"$or": [{"age": 1}, {"age": 36}]}, True),
        ({"$or": []}, True),
        ({"$and": [{"age": {"$gt": 1}}, {"name": "Ada"}]}, True),
        ({"$nor": [{"age": 1}, {"name": "Bob"}]}, True),
        ({"$nor": [{"age": 1}, {"name": "Ada"}]}, False),
        ({"$not": {"age": 1}}, True),
        ({"$not": {"absent": 1}}, False),
        ({"name": {"$not": {"$regex": "z"}}}, True),
        ({"absent": {"$not": {"$regex": "z"}}}, False),
        ({"$not": {"$or": [{"age": 1}, {"name": "Ada"}]}}, False),
        ({"$not": {"$not": {"age": 36}}}, True),
        ({"_id": {"$gt": "o"}}, True),
        ({"_id": {"$gt": "P"}}, True),
        ({"_id": {"$lt": "q"}}, True),
        ({"_id": {"$lt": {}}}, False),
        ({"_id": {"$gt": {}}}, True),
        ({"_id": {"$gte": []}}, True),
        ({"_id": {"$lte": None}}, False),
        ({"_id": {"$in": ["p1"]}}, True),
        ({"name": {"$lt": {}}}, True),
        ({"address": {"town": "Londres", "zip.code": "W1"}}, False),
        ({"address": {"$eq": {"town": "Londres", "zip.code": "W1"}}}, True),
    ],
)
def test_a_selector_asks_for_a_document_or_not(selector: object, matches: bool) -> None:
    assert Selector(selector).matches(PERSON) is matches


@pytest.mark.parametrize(
    ("selector", "word", "reason"),
    [
        (["a"], "invalid_selector_json", "Selector must be a JSON object"),
        ({"a": {"$near": 1}}, "not_supported", "Unsupported operator: $near"),
        ({"$text": "a"}, "not_supported", "Unsupported operator: $text"),
        ({"a": {"$between": 1}}, "invalid_operator", "Invalid operator: $between"),
        ({"a": {"$in": 1}}, "bad_arg", "Bad argument for operator $in: 1"),
        ({"a": {"$exists": "yes"}}, "bad_arg", 'Bad argument for operator $exists: "yes"'),
        ({"a": {"$mod": [0, 1]}}, "bad_arg", "Bad argument for operator $mod: [0,1]"),
        ({"a": {"$size": -1}}, "bad_arg", "Bad argument for operator $size: -1"),
        ({"a": {"$type": 1}}, "bad_arg", "Bad argument for operator $type: 1"),
        ({"$or": {}}, "bad_arg", "Bad argument for operator $or: {}"),
        ({"$not": 1}, "bad_arg", "Bad argument for operator $not: 1"),
        ({"a": {"$elemMatch": 1}}, "bad_arg", "Bad argument for operator $elemMatch: 1"),
        ({"$gt": 1}, "invalid_selector", "One or more conditions is missing a field name."),
    ],
)
def test_what_cannot_be_served_is_named(selector: object, word: str, reason: str) -> None:
    with pytest.raises(QueryError) as refused:
        Selector(selector)

    assert (refused.value.error, refused.value.reason) == (word, reason)


def test_a_selector_nested_without_end_is_refused() -> None:
    selector: dict[str, object] = {"a": 1}
    value: list[object] = []
    for _ in range(600):
        selector = {"$not": selector}
        value = [value]

    for deep in (selector, {"a": {"$eq": value}}, {"a": {"$in": {"b": value}}}):
        with pytest.raises(QueryError):
            Selector(deep)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(JSON, JSON, st.sampled_from(["$eq", "$gt", "$lt", "$in", "$all", "$elemMatch", "$regex", "$size"]))
def test_of_a_present_member_a_condition_or_its_negation_holds(
    value: object, argument: object, name: str
) -> None:
    try:
        positive = Selector({"m": {name: argument}})
        negative = Selector({"m": {"$not": {name: argument}}})
    except QueryError:
        return

    assert positive.matches({"m": value}) is not negative.matches({"m": value})
    assert not negative.matches({})
