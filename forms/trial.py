"""A form tried on no answer at all, before it is published: nothing fails, and nothing reassures."""

from collections.abc import Iterator
from datetime import date

from forms.calculate import calculated_value
from forms.definition import Form, Item
from forms.errors import Defect, ExpressionFailed
from forms.evaluation import evaluate
from forms.expression import Expression

ANY_DAY = date(2026, 2, 28)


def defects(form: Form) -> list[Defect]:
    """Every expression that fails without answers, and every result that says without them: all is well."""
    return [defect for item in form.index.values() for defect in _of_item(form, item)]


def _of_item(form: Form, item: Item) -> Iterator[Defect]:
    for name, expression in _expressions(item):
        try:
            evaluate(form, expression, {}, ANY_DAY, None)
        except ExpressionFailed:
            yield Defect(item.link_id, f"{name} fails when nothing is answered")
            return
    if item.is_calculated:
        value = calculated_value(form, item, {}, ANY_DAY, None)
        option = item.options.get(str(value))
        if option is not None and option.tone == "good":
            yield Defect(item.link_id, f"{option.code}, of tone good, is the result when nothing is answered")


def _expressions(item: Item) -> Iterator[tuple[str, Expression]]:
    if item.calculated is not None:
        yield "the calculation", item.calculated
    if item.enabled_when is not None:
        yield "enableWhenExpression", item.enabled_when
    for constraint in item.constraints:
        yield f"constraint {constraint.key}", constraint.expression
