"""Values that follow from other answers: a FHIRPath expression, or a named calculation or function."""

from collections.abc import Mapping, Sequence
from datetime import date

from forms.answer_value import is_date
from forms.communes import Position, distance_km, table
from forms.definition import Form, Item, Value
from forms.evaluation import evaluate
from forms.expression import number
from forms.functions.call import called_value
from forms.response import Answer


def calculated_value(
    form: Form,
    item: Item,
    answers: Mapping[str, Answer],
    visit_date: date,
    stop: Position | None,
) -> Value | None:
    """The value of a calculated item, or None when what it needs is missing.

    `answers`: the effective ones of the items before it. Raises ExpressionFailed.
    """
    if item.calculation == "distance-to-stop-km":
        return _distance_to_stop(form, answers, stop)
    if item.function is not None:
        return called_value(item, item.function, answers, visit_date)
    if item.calculated is None:
        return None
    return _typed(item, evaluate(form, item.calculated, answers, visit_date, stop))


def _typed(item: Item, result: Sequence[object]) -> Value | None:
    """What an expression yields counts when it is one value of the item's type; of a choice, a code of it."""
    value = result[0] if len(result) == 1 else None
    match item.type:
        case "choice":
            return value if isinstance(value, str) and value in item.options else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "date":
            return value if isinstance(value, str) and is_date(value) else None
        case _:
            return number(result)


def _distance_to_stop(form: Form, answers: Mapping[str, Answer], stop: Position | None) -> Value | None:
    if stop is None or form.commune is None or form.commune not in answers:
        return None
    for code in answers[form.commune].values:
        commune = table().by_code.get(str(code))
        if commune is not None and commune.centre is not None:
            return distance_km(commune.centre, stop)
    return None
