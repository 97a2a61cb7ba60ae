"""How much of a form a record answers, without saying what was answered: what every coordinator may see."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from forms.definition import Form
from forms.derive import derive
from forms.response import Response


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of the ``asked`` questions that applied: how many have a value, an absence by reason, or nothing."""

    asked: int
    answered: int
    absent: dict[str, int]
    not_reached: int


def completeness(form: Form, response: Response, visit_date: date) -> Completeness:
    """Count the questions that applied by the form's conditions; what nobody is asked is not among them.

    That is what is calculated, hidden or read-only. Results count as they were recorded.
    """
    derived = derive(form, response.answers, visit_date=visit_date, stop=None, as_recorded=True)
    asked = answered = not_reached = 0
    absent: Counter[str] = Counter()
    for link_id, item in form.index.items():
        if link_id not in derived.enabled or not item.is_leaf:
            continue
        if item.is_calculated or item.hidden or item.read_only:
            continue
        asked += 1
        answer = response.answers.get(link_id)
        if answer is None:
            not_reached += 1
        elif answer.absent is not None:
            absent[answer.absent] += 1
        else:
            answered += 1
    return Completeness(asked, answered, dict(sorted(absent.items())), not_reached)
