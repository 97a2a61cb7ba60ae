"""Settings of a form: items to which a campaign gives another value (docs/forms.md, `escale:setting`)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from forms.definition import NUMBER_TYPES, Constraint, Form, Item
from forms.evaluation import evaluate
from forms.expression import is_false
from forms.response import Answer

SettingValue = bool | int | float | str
"""A value as JSON has it: yes or no, a number in the item's unit, a code."""


def settings(form: Form) -> tuple[Item, ...]:
    """The items of a form that a campaign may set, in document order."""
    return tuple(item for item in form.index.values() if item.setting)


def starting_value(item: Item) -> SettingValue | None:
    """What the form itself gives to an item: its `initial`, or the option that is initially selected."""
    if isinstance(item.start, Decimal):
        return float(item.start)
    if isinstance(item.start, bool | int | str):
        return item.start
    return next((option.code for option in item.options.values() if option.initial), None)


def fits(item: Item, value: object) -> bool:
    """Whether a campaign may give this value to an item: of its type, within its limits or options."""
    if item.type in NUMBER_TYPES:
        return fits_number(item, value) is None
    if item.type == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and value in item.options


def fits_number(item: Item, value: object) -> str | None:
    """Why a number does not fit: `number`, `decimals` or `limits`, the first that applies; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "number"
    number = Decimal(str(value))
    if not number.is_finite():
        return "number"
    decimals = 0 if item.type == "integer" else item.decimals
    if decimals is not None and round(number, decimals) != number:
        return "decimals"
    low, high = item.minimum, item.maximum
    outside = (low is not None and number < low) or (high is not None and number > high)
    return "limits" if outside else None


def constraints(form: Form) -> tuple[Constraint, ...]:
    """The constraints that read settings alone: broken, they would keep every record from being signed."""
    named = {item.link_id for item in settings(form)}
    return tuple(
        constraint
        for item in form.index.values()
        for constraint in item.constraints
        if constraint.severity == "error"
        and constraint.expression.reads
        and named.issuperset(constraint.expression.reads)
        and not constraint.expression.names_variables
    )


def broken(form: Form, values: Mapping[str, SettingValue]) -> tuple[Constraint, ...]:
    """Those that are broken once `values` replace what the form itself gives; each value fits its item."""
    answers = {}
    for item in settings(form):
        value = values.get(item.link_id, starting_value(item))
        if value is not None:
            answers[item.link_id] = Answer(values=(_flat(value),))
    return tuple(
        each
        for each in constraints(form)
        if is_false(evaluate(form, each.expression, answers, date.min, None))
    )


def _flat(value: SettingValue) -> str | bool | int | Decimal:
    return Decimal(str(value)) if isinstance(value, float) else value
