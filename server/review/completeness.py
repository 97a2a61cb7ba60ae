"""How much of a form a record answers, without saying what was answered: what every coordinator may see."""

from collections import Counter
from dataclasses import dataclass

from forms.definition import Form, Value
from forms.enablement import is_enabled
from forms.response import Response


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of the ``asked`` questions that applied: how many have a value, an absence by reason, or nothing."""

    asked: int
    answered: int
    absent: dict[str, int]
    not_reached: int


def completeness(form: Form, response: Response) -> Completeness:
    """Count the questions that applied by the form's conditions; calculated and hidden ones are not asked."""
    values: dict[str, tuple[Value, ...]] = {}
    enabled: set[str] = set()
    asked = answered = not_reached = 0
    absent: Counter[str] = Counter()
    for link_id, item in form.index.items():
        if (item.path and item.path[-1] not in enabled) or not is_enabled(item, values):
            continue
        enabled.add(link_id)
        answer = response.answers.get(link_id)
        if answer is not None and answer.values:
            values[link_id] = answer.values
        if not item.is_leaf or item.is_calculated or item.hidden:
            continue
        asked += 1
        if answer is None:
            not_reached += 1
        elif answer.absent is not None:
            absent[answer.absent] += 1
        else:
            answered += 1
    return Completeness(asked, answered, dict(sorted(absent.items())), not_reached)
