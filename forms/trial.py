"""A form tried before it is published: on no answer at all, where nothing reassures, and on stated ones.

Nothing may fail: what compares what does not compare would otherwise fail one day, on somebody's record.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from forms.calculate import calculated_value
from forms.communes import Position
from forms.definition import Form, Item, Value
from forms.errors import Defect, ExpressionFailed
from forms.evaluation import evaluate
from forms.expression import Expression
from forms.reason import Reason, because
from forms.response import Answer

ANY_DAY = date(2026, 2, 28)
ANY_STOP = Position(46.1275, 4.2668)
TURNS = 4
"""How many times a form is tried on stated answers, each question another of its values."""


def defects(form: Form) -> list[Defect]:
    """Every expression that fails, and every result that says without answers: all is well."""
    stated = [_stated(form, turn) for turn in range(TURNS)]
    return [defect for item in form.index.values() for defect in _of_item(form, item, stated)]


def _of_item(form: Form, item: Item, stated: Sequence[Mapping[str, Answer]]) -> Iterator[Defect]:
    for name, expression in _expressions(item):
        for answers in ({}, *stated):
            try:
                evaluate(form, expression, answers, ANY_DAY, ANY_STOP if answers else None)
            except ExpressionFailed:
                yield Defect(item.link_id, _failure(name, answers))
                return
    if item.is_calculated:
        value = calculated_value(form, item, {}, ANY_DAY, None)
        option = item.options.get(str(value))
        if option is not None and option.tone == "good":
            yield Defect(
                item.link_id,
                because("{code}, of tone good, is the result when nothing is answered", code=option.code),
            )


def _failure(name: Reason, answers: Mapping[str, Answer]) -> Reason:
    if answers:
        return because("{name} fails when questions are answered", name=name)
    return because("{name} fails when nothing is answered", name=name)


def _stated(form: Form, turn: int) -> dict[str, Answer]:
    """Return one value for each question: of a choice each option in turn, of a number its limits."""
    given = {link_id: _value(item, turn) for link_id, item in form.index.items() if item.is_leaf}
    return {link_id: Answer(values=(value,)) for link_id, value in given.items() if value is not None}


def _value(item: Item, turn: int) -> Value | None:
    match item.type:
        case "boolean":
            return turn % 2 == 0
        case "choice":
            codes = [*item.options] or ["42015"]
            return codes[turn % len(codes)]
        case "date":
            return ("1950-06-15", "2026-02-28", "2015-02-28", "1990-12-31")[turn % 4]
        case "integer" | "decimal" | "quantity":
            low = item.minimum if item.minimum is not None else Decimal(0)
            high = item.maximum if item.maximum is not None else Decimal(100)
            number = (low, high, (low + high) / 2, low + 1)[turn % 4]
            return int(number) if item.type == "integer" else number
        case "string" | "text":
            return ("x", "12", "É – 😀", "x y")[turn % 4]
        case _:
            return None


def _expressions(item: Item) -> Iterator[tuple[Reason, Expression]]:
    if item.calculated is not None:
        yield because("the calculation"), item.calculated
    if item.enabled_when is not None:
        yield because("enableWhenExpression"), item.enabled_when
    for constraint in item.constraints:
        yield because("constraint {key}", key=constraint.key), constraint.expression
