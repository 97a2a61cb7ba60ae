"""Values that follow from other answers: a FHIRPath expression, or a named calculation (docs/forms.md)."""

from collections.abc import Mapping
from datetime import date

from forms.communes import Position, distance_km, table
from forms.definition import Form, Item, Value
from forms.evaluation import evaluate
from forms.expression import number
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
    if item.calculated is None:
        return None
    result = evaluate(form, item.calculated, answers, visit_date, stop)
    if item.type == "choice":
        return result[0] if len(result) == 1 and isinstance(result[0], str) else None
    return number(result)


def _distance_to_stop(form: Form, answers: Mapping[str, Answer], stop: Position | None) -> Value | None:
    if stop is None or form.commune is None or form.commune not in answers:
        return None
    for code in answers[form.commune].values:
        commune = table().by_code.get(str(code))
        if commune is not None and commune.centre is not None:
            return distance_km(commune.centre, stop)
    return None
