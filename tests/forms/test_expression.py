"""FHIRPath: the allowed list, and the same results as the tablet's interpreter."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import fhirpathpy
import pytest

from forms.errors import ExpressionFailed, ExpressionRefused
from forms.expression import Expression, is_false, number, variables
from forms.fhirpath import R4
from tests.forms.vectors import vectors

VECTORS = vectors("expressions.json")
RESOURCE = json.loads(json.dumps(VECTORS["resource"], default=float))
VARIABLES = variables(
    date.fromisoformat(VECTORS["visit_date"]),
    {name: float(degrees) for name, degrees in VECTORS["stop"].items()},
)


def _answers(element: Any) -> Iterator[tuple[str, Any]]:
    for item in element.get("item", []):
        if "answer" in item:
            yield item["linkId"], item["answer"]
        yield from _answers(item)


@pytest.mark.parametrize("vector", VECTORS["evaluated"], ids=lambda vector: vector["about"])
def test_an_expression_gives_the_vectors_result(vector: Any) -> None:
    result = Expression(vector["expression"]).evaluate(dict(_answers(RESOURCE)), VARIABLES)

    assert result == vector["result"]


@pytest.mark.parametrize("vector", VECTORS["evaluated"], ids=lambda vector: vector["about"])
def test_reading_answers_directly_changes_no_result(vector: Any) -> None:
    """The same expression, searching the whole response as written."""
    searched = fhirpathpy.compile(vector["expression"], model=R4)(
        RESOURCE, {"resource": RESOURCE, **VARIABLES}
    )

    assert searched == vector["result"]


@pytest.mark.parametrize("text", VECTORS["refused"])
def test_an_expression_outside_the_list_is_refused(text: str) -> None:
    with pytest.raises(ExpressionRefused):
        Expression(text)


def test_an_expression_names_what_it_reads() -> None:
    read = "%resource.repeat(item).where(linkId = '{}').answer"
    expression = Expression(f"{read.format('a.b')}.exists() or {read.format('c')}.value.exists()")

    assert expression.reads == ("a.b", "c")


def test_an_expression_names_the_answers_whose_value_it_does_not_look_at() -> None:
    read = "%resource.repeat(item).where(linkId = '{}').answer"
    presence, absence, value = (read.format(link_id) for link_id in ("a", "b", "c"))
    expression = Expression(
        f"{presence}.value.exists() and {absence}.exists() and {value}.value.exists() and {value}.value = 'x'"
    )

    assert expression.tests == {"a"}


def test_a_failing_evaluation_says_which_expression_and_no_answer() -> None:
    text = "%resource.repeat(item).where(linkId = 'a').answer.value + 1"

    with pytest.raises(ExpressionFailed) as failure:
        Expression(text).evaluate({"a": [{"valueString": "SECRET"}]}, VARIABLES)

    assert str(failure.value) == text


@pytest.mark.parametrize(
    ("result", "broken"), [([False], True), ([True], False), ([], False), ([False, False], False)]
)
def test_only_a_single_false_breaks_a_constraint(result: list[object], broken: bool) -> None:
    assert is_false(result) is broken


@pytest.mark.parametrize(
    ("result", "value"),
    [([3], Decimal(3)), ([Decimal("2.5")], Decimal("2.5")), ([], None), (["3"], None), ([True], None)],
)
def test_a_calculation_yields_one_number_or_nothing(result: list[object], value: Decimal | None) -> None:
    assert number(result) == value
