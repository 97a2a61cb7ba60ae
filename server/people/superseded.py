"""Whether what is known of a person is still asked for: a list of allergies is not, once there are none.

An item's own condition decides, `enableWhen` or `enableWhenExpression`, on the last answers that are known.
What a condition reads and nobody told is not a no: the answer stays.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from forms.definition import Form, Item, Value
from forms.enablement import holds
from forms.errors import ExpressionFailed
from forms.evaluation import evaluate
from forms.expression import Expression, is_true
from forms.response import Answer


class Known(NamedTuple):
    """The last answer to an item: the form that asked it, the day of the visit, its flat values."""

    form: Form
    day: date
    values: Sequence[Value | float]


def is_superseded(link_id: str, known: Mapping[str, Known]) -> bool:
    """Tell whether what the item's condition reads was since answered so that the item is not asked.

    `known`: the last answers by linkId, that of `link_id` among them.
    """
    form, day, _ = known[link_id]
    item = form.index[link_id]
    asked = item.enabled_when.reads if item.enabled_when else [each.question for each in item.conditions]
    if not any(question in known and known[question].day >= day for question in asked):
        return False
    if item.enabled_when is not None:
        return _fails(form, item.enabled_when, known)
    return not _may_be_asked(item, known)


def _may_be_asked(item: Item, known: Mapping[str, Known]) -> bool:
    """Tell whether the `enableWhen` conditions hold, or could with an answer that is not known."""
    values = {link_id: [_exact(value) for value in each.values] for link_id, each in known.items()}
    could = (condition.question not in known or holds(condition, values) for condition in item.conditions)
    return all(could) if item.condition_behavior == "all" else any(could)


def _fails(form: Form, condition: Expression, known: Mapping[str, Known]) -> bool:
    """Tell whether an `enableWhenExpression` of which every answer is known does not yield `true`."""
    reads = {link_id: known[link_id] for link_id in condition.reads if link_id in known}
    if len(reads) < len(condition.reads) or "%stop" in condition.text:
        return False
    if any(each.form.index[link_id].type != form.index[link_id].type for link_id, each in reads.items()):
        return False
    answers = {link_id: Answer(tuple(map(_exact, each.values))) for link_id, each in reads.items()}
    last = max(each.day for each in reads.values())
    try:
        return not is_true(evaluate(form, condition, answers, last, None))
    except ExpressionFailed:
        return False


def _exact(value: Value | float) -> Value:
    return Decimal(repr(value)) if isinstance(value, float) else value
