"""Whether a question applies: `enableWhen` (docs/forms.md, "One pass").

Only values count. An absence, or an answer to a question that is itself disabled, is no value, and a missing
value satisfies nothing but ``exists = false``.
"""

from collections.abc import Mapping, Sequence

from forms.definition import Condition, Item, Value


def is_enabled(item: Item, values: Mapping[str, Sequence[Value]]) -> bool:
    """Whether the item's own conditions hold, given the effective values of the questions before it."""
    if not item.conditions:
        return True
    if item.condition_behavior == "all":
        return all(holds(condition, values) for condition in item.conditions)
    return any(holds(condition, values) for condition in item.conditions)


def holds(condition: Condition, values: Mapping[str, Sequence[Value]]) -> bool:
    """Whether one condition holds: `=` when a value is equal, `!=` when none of the given ones is."""
    given = values.get(condition.question, ())
    if condition.operator == "exists":
        return bool(given) is condition.value
    if condition.operator == "=":
        return condition.value in given
    return bool(given) and condition.value not in given
