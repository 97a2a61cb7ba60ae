"""Values that their question refuses, and what would follow from them: such a result is nobody's.

Central refuses a record with a value outside its limits; a tablet says « Non calculable » of what reads it.
"""

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from forms.definition import NUMBER_TYPES, Form, Item
from forms.derive import Derived
from forms.finding import Finding
from forms.response import Answer
from forms.value_rules import date_finding, number_finding, year_finding

_IMPOSSIBLE = frozenset({"hard-limit", "date-rule", "year-rule"})


def refused(form: Form, derived: Derived, visit_date: date) -> list[Finding]:
    """Of the values that count, calculated ones too, those outside hard limits, and impossible dates."""
    return [
        found
        for link_id, answer in derived.answers.items()
        for found in _findings(form.index[link_id], answer, visit_date)
        if found.code in _IMPOSSIBLE
    ]


def dependents(form: Form, derived: Derived, sources: Collection[str]) -> frozenset[str]:
    """The linkIds of `sources`, and of all that is calculated from them or asked because of them."""
    found: set[str] = set()
    for link_id, item in form.index.items():
        counts = link_id in derived.enabled
        if (
            (counts and link_id in sources)
            or not found.isdisjoint(_asked_by(item))
            or (counts and not found.isdisjoint(item.reads))
        ):
            found.add(link_id)
    return frozenset(found)


def _findings(item: Item, answer: Answer, visit_date: date) -> Iterator[Finding]:
    for value in answer.values:
        found = None
        if item.type in NUMBER_TYPES and isinstance(value, int | Decimal):
            found = year_finding(item, Decimal(value), visit_date) or number_finding(
                item, Decimal(value), confirmed=True
            )
        elif item.type == "date":
            found = date_finding(item, date.fromisoformat(str(value)), visit_date)
        if found is not None:
            yield found


def _asked_by(item: Item) -> Iterator[str]:
    """What decides whether the item applies: the groups around, and the questions of its conditions."""
    yield from item.path
    yield from (condition.question for condition in item.conditions)
    if item.enabled_when is not None:
        yield from item.enabled_when.reads
