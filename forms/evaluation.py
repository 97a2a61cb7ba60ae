"""Evaluating a form's expressions on its answers, remembering what was already evaluated.

An expression depends only on the answers it reads. Numbers, codes and booleans recur from record to record (a
BMI, an agreement), so their results are kept; answers in free text and dates, which could name someone, never
are, but for the fact that there is one, where an expression asks no more.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from forms.build import elements
from forms.communes import Position
from forms.definition import NUMBER_TYPES, Form, Item
from forms.expression import Expression, variables
from forms.response import Answer

RECURRING_TYPES = NUMBER_TYPES | {"boolean", "choice"}
Given = tuple[Answer | None, ...]


def evaluate(
    form: Form,
    expression: Expression,
    answers: Mapping[str, Answer],
    visit_date: date,
    stop: Position | None,
) -> tuple[object, ...]:
    """The resulting collection. `answers`: the effective ones by linkId. Raises ExpressionFailed."""
    given = tuple(answers.get(link_id) for link_id in expression.reads)
    if not _recurs(form, expression):
        return _evaluate(form, expression, given, visit_date, stop)
    bare = (_bare(form.index[link_id], each) for link_id, each in zip(expression.reads, given, strict=True))
    return _remembered(form, expression, tuple(bare))


@lru_cache(maxsize=1024)
def _recurs(form: Form, expression: Expression) -> bool:
    """Whether the result depends on nothing that could name someone, nor on the day or the place."""
    return not expression.names_variables and all(
        form.index[link_id].type in RECURRING_TYPES or link_id in expression.tests
        for link_id in expression.reads
    )


@lru_cache(maxsize=16_384)
def _remembered(form: Form, expression: Expression, given: Given) -> tuple[object, ...]:
    return _evaluate(form, expression, given, None, None)


def _bare(item: Item, answer: Answer | None) -> Answer | None:
    """The answer without what the expression does not read: who typed what, how it was displayed, a text."""
    if answer is None:
        return None
    if item.type in RECURRING_TYPES:
        return Answer(values=answer.values, absent=answer.absent)
    stand_in = "1900-01-01" if item.type == "date" else "x"
    return Answer(values=(stand_in,) * len(answer.values), absent=answer.absent)


def _evaluate(
    form: Form, expression: Expression, given: Given, visit_date: date | None, stop: Position | None
) -> tuple[object, ...]:
    read = {
        link_id: elements(form.index[link_id], answer)
        for link_id, answer in zip(expression.reads, given, strict=True)
        if answer is not None
    }
    position = None if stop is None else {"latitude": stop.latitude, "longitude": stop.longitude}
    return tuple(expression.evaluate(read, variables(visit_date, position)))
