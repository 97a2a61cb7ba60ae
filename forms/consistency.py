"""What must hold between the items of a form for every answer to have one meaning (docs/forms.md).

Each rule is one function from the items in document order to the defects it finds; `RULES` lists those that
need the item read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from forms.consistency_capture import (
    controls,
    delays,
    kept_for_the_day,
    kept_with,
    prefills,
    remembered,
    settings,
    starts,
    use_of_form,
)
from forms.consistency_grids import grids
from forms.consistency_results import calculations, functions, person_results, reviews, rules_in_words
from forms.consistency_shown import comparisons, person_lines, set_asides
from forms.definition import NUMBER_TYPES, Condition, FormUse, Item
from forms.errors import Defect
from forms.finding import MESSAGES
from forms.reason import because

_LINK_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
Items = Sequence[Item]
SEVERAL = 2


def link_ids(items: Items) -> Iterator[Defect]:
    """linkIds are unique, lower-case and dotted, and start with their section's."""
    for link_id, times in Counter(item.link_id for item in items).items():
        if times > 1:
            yield Defect(link_id, because("linkId occurs twice"))
    for item in items:
        if _LINK_ID.fullmatch(item.link_id) is None:
            yield Defect(item.link_id, because("linkId is lower-case dotted English"))
        elif item.path and not item.link_id.startswith(f"{item.path[0]}."):
            yield Defect(item.link_id, because("linkId starts with {path}.", path=item.path[0]))


def sections(items: Items) -> Iterator[Defect]:
    """Top-level items are groups."""
    for item in items:
        if not item.path and str(item.type) not in ("group", ""):
            yield Defect(item.link_id, because("a top-level item is a group"))


def shapes(items: Items) -> Iterator[Defect]:
    """Members fit the item's type."""
    for item in items:
        leaf_only = item.required or item.repeats or item.read_only
        if leaf_only and not item.is_leaf:
            yield Defect(item.link_id, because("only simple items are required, repeat or are read-only"))
        if item.max_length is not None and item.type not in ("string", "text"):
            yield Defect(item.link_id, because("maxLength applies to text"))
        if item.type == "quantity" and item.unit is None:
            yield Defect(item.link_id, because("a quantity has a unit"))
        if item.type == "choice" and not (item.options or item.lookup):
            yield Defect(item.link_id, because("a choice has options"))
        if item.type != "choice" and item.options:
            yield Defect(item.link_id, because("only a choice has options"))
        if item.type == "group" and not item.items:
            yield Defect(item.link_id, because("a group holds items"))


def answering(items: Items) -> Iterator[Defect]:
    """How often an item is answered, with what it starts, and from whom it comes can all hold."""
    for item in items:
        if item.max_occurs is not None and (not item.repeats or item.max_occurs < SEVERAL):
            yield Defect(
                item.link_id, because("maxOccurs applies to an item that repeats, and is at least 2")
            )
        if sum(option.initial for option in item.options.values()) > 1 and not item.repeats:
            yield Defect(item.link_id, because("one option at most is initial"))
        if item.carried and (item.is_calculated or item.read_only):
            yield Defect(item.link_id, because("what is calculated or read-only is not carried"))


def limits(items: Items) -> Iterator[Defect]:
    """Soft limits are ordered and within the hard ones; limits name their source."""
    for item in items:
        chain = [item.minimum, item.soft_minimum, item.soft_maximum, item.maximum]
        known = [limit for limit in chain if limit is not None]
        if known != sorted(known):
            yield Defect(
                item.link_id, because("limits are in the order minValue, soft-min, soft-max, maxValue")
            )
        if known and item.limit_source is None:
            yield Defect(item.link_id, because("limits name their source (limit-source)"))


def conditions(items: Items) -> Iterator[Defect]:
    """enableWhen looks back, and compares with an answer the question can have."""
    before: dict[str, Item] = {}
    for item in items:
        for condition in item.conditions:
            question = before.get(condition.question)
            if question is None:
                yield Defect(
                    item.link_id,
                    because(
                        "enableWhen names {question}, not a question before it", question=condition.question
                    ),
                )
            elif condition.operator == "exists":
                if not isinstance(condition.value, bool):
                    yield Defect(item.link_id, because("exists compares with answerBoolean"))
            elif question.type == "boolean":
                if not isinstance(condition.value, bool):
                    yield Defect(
                        item.link_id, because("{question} is a boolean", question=condition.question)
                    )
            elif _is_read(question) and not _offers(question, condition):
                yield Defect(
                    item.link_id,
                    because(
                        "{question} does not offer {value}",
                        question=condition.question,
                        value=condition.value,
                    ),
                )
        if item.is_leaf:
            before[item.link_id] = item


def _is_read(item: Item) -> bool:
    """Whether the file gave the item a linkId, a type and options of the subset."""
    return bool(item.link_id) and str(item.type) != "" and "" not in item.options


def _offers(question: Item, condition: Condition) -> bool:
    option = question.options.get(str(condition.value))
    return option is not None and option.system == condition.system


def enabling_expressions(items: Items) -> Iterator[Defect]:
    """An enableWhenExpression stands alone, and looks back."""
    before: set[str] = set()
    for item in items:
        if item.enabled_when is not None:
            if item.conditions:
                yield Defect(item.link_id, because("either enableWhen or enableWhenExpression"))
            for link_id in (link for link in item.enabled_when.reads if link not in before):
                yield Defect(
                    item.link_id,
                    because(
                        "enableWhenExpression reads {link_id}, not a question before it", link_id=link_id
                    ),
                )
        if item.is_leaf:
            before.add(item.link_id)


def distances(items: Items) -> Iterator[Defect]:
    """A distance has exactly one commune to start from, placed before it."""
    communes = [item.link_id for item in items if item.lookup == "insee-commune"]
    order = [item.link_id for item in items]
    for item in items:
        if item.calculation is not None and (
            len(communes) != 1 or order.index(communes[0]) > order.index(item.link_id)
        ):
            yield Defect(
                item.link_id, because("the distance needs the form's only insee-commune item, before it")
            )


def constraints(items: Items) -> Iterator[Defect]:
    """Constraint keys are unique; their expressions read items of the form."""
    keys = Counter(constraint.key for item in items for constraint in item.constraints)
    leaves = {item.link_id for item in items if item.is_leaf}
    for item in items:
        for constraint in item.constraints:
            if keys[constraint.key] > 1:
                yield Defect(item.link_id, because("constraint key {key} occurs twice", key=constraint.key))
            if constraint.key in MESSAGES:
                yield Defect(
                    item.link_id, because("constraint key {key} is a built-in code", key=constraint.key)
                )
            for link_id in (link for link in constraint.expression.reads if link not in leaves):
                yield Defect(
                    item.link_id,
                    because(
                        "constraint {key} reads {link_id}, which is no question",
                        key=constraint.key,
                        link_id=link_id,
                    ),
                )


def pairs(items: Items) -> Iterator[Defect]:
    """An entry pair names a number item."""
    numbers = {item.link_id for item in items if item.type in NUMBER_TYPES}
    for item in items:
        if item.entry_pair is not None and item.entry_pair not in numbers:
            yield Defect(
                item.link_id,
                because("entry-pair names {entry_pair}, which is no number item", entry_pair=item.entry_pair),
            )


RULES: tuple[Callable[[Items], Iterable[Defect]], ...] = (
    shapes,
    answering,
    limits,
    conditions,
    enabling_expressions,
    calculations,
    functions,
    rules_in_words,
    reviews,
    set_asides,
    comparisons,
    person_results,
    person_lines,
    distances,
    starts,
    settings,
    prefills,
    remembered,
    kept_for_the_day,
    kept_with,
    controls,
    grids,
    delays,
    constraints,
    pairs,
)


def defects(items: Items, use: FormUse = "record") -> list[Defect]:
    """Every broken rule, over the items in document order.

    Of an item whose type or options could not be read only its linkId and place are judged: the
    rest was told.
    """
    unread = {item.link_id for item in items if not _is_read(item)}
    found = [defect for rule in RULES for defect in rule(items)] + list(use_of_form(items, use))
    names = [defect for rule in (link_ids, sections) for defect in rule(items)]
    return [
        *(defect for defect in names if defect.place),
        *(defect for defect in found if defect.place not in unread),
    ]
