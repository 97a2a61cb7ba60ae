"""One pass over a form's items: what is enabled, what is calculated, which answers count (docs/forms.md)."""

from collections.abc import Mapping
from datetime import date

import msgspec

from forms.calculate import calculated_value
from forms.communes import Position
from forms.definition import Form, Item, Value
from forms.enablement import is_enabled
from forms.evaluation import evaluate
from forms.expression import is_true
from forms.response import Answer


class Derived(msgspec.Struct, frozen=True):
    """What the answers amount to.

    `enabled`: linkIds that apply. `answers`: the effective ones by linkId, absences included; an answer to a
    disabled item is left out, a calculated item has its recomputed value. `values`: their flat values, where
    there are some. `calculated`: the recomputed values alone, also where the recorded ones count.
    """

    enabled: frozenset[str]
    answers: dict[str, Answer]
    values: dict[str, tuple[Value, ...]]
    calculated: dict[str, Value]


def derive(
    form: Form,
    answers: Mapping[str, Answer],
    *,
    visit_date: date,
    stop: Position | None,
    as_recorded: bool = False,
) -> Derived:
    """Enablement and calculations, in document order. `stop`: the stop's position; without it, no distance.

    `as_recorded`: what was recorded of a calculated item counts for what comes after it, whatever is
    recomputed: so is a difference told where it arises, and not again in all that follows from it.
    Raises ExpressionFailed when a calculation or a condition cannot be evaluated.
    """
    enabled: set[str] = set()
    effective: dict[str, Answer] = {}
    values: dict[str, tuple[Value, ...]] = {}
    calculated: dict[str, Value] = {}
    for link_id, item in form.index.items():
        if not _applies(item, enabled, values):
            continue
        if item.enabled_when is not None and not is_true(
            evaluate(form, item.enabled_when, effective, visit_date, stop)
        ):
            continue
        enabled.add(link_id)
        answer = answers.get(link_id)
        if item.is_calculated:
            value = calculated_value(form, item, effective, visit_date, stop)
            if not as_recorded:
                answer = None if value is None else Answer(values=(value,))
            if value is not None:
                calculated[link_id] = value
        if answer is not None:
            effective[link_id] = answer
            if answer.values:
                values[link_id] = answer.values
    return Derived(frozenset(enabled), effective, values, calculated)


def _applies(item: Item, enabled: set[str], values: Mapping[str, tuple[Value, ...]]) -> bool:
    """Whether the group around is enabled, and the item's own conditions hold."""
    return (not item.path or item.path[-1] in enabled) and is_enabled(item, values)
