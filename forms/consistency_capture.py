"""What must hold of how an item is filled: starting values, settings, measuring, delays."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from forms.definition import NUMBER_TYPES, Elapsed, FormUse, Item
from forms.errors import Defect
from forms.reason import because
from forms.rounding import decimal_places

BODY_SIDES = frozenset({"left", "right", "both", "neither"})
START_TYPES = NUMBER_TYPES | {"boolean"}
Items = Sequence[Item]


def starts(items: Items) -> Iterator[Defect]:
    """A starting value is one that could be answered; a calculated item starts from nothing."""
    for item in items:
        begins = item.start is not None or any(option.initial for option in item.options.values())
        if begins and item.is_calculated:
            yield Defect(item.link_id, because("what is calculated has no starting value"))
        if begins and item.prefill is not None:
            yield Defect(item.link_id, because("either a starting value or an initialExpression"))
        if item.start is not None and not _fits(item):
            yield Defect(
                item.link_id, because("initial is of the item's type and within its limits and decimals")
            )


def _fits(item: Item) -> bool:
    start = item.start
    if item.type == "boolean" or isinstance(start, bool):
        return item.type == "boolean" and isinstance(start, bool)
    if not isinstance(start, int if item.type == "integer" else Decimal):
        return False
    number = Decimal(start)
    above = item.minimum is None or number >= item.minimum
    below = item.maximum is None or number <= item.maximum
    return above and below and (item.decimals is None or decimal_places(number) <= item.decimals)


def settings(items: Items) -> Iterator[Defect]:
    """A setting is read-only and required, starts with a value, and a number has limits."""
    for item in items:
        if not item.setting:
            continue
        begins = item.start is not None or any(option.initial for option in item.options.values())
        if item.is_calculated or not item.read_only or not item.required or item.repeats or not begins:
            yield Defect(
                item.link_id,
                because("a setting is readOnly, required, not calculated, and has a starting value"),
            )
        if item.type in NUMBER_TYPES and (item.minimum is None or item.maximum is None):
            yield Defect(item.link_id, because("a setting that is a number has minValue and maxValue"))


def prefills(items: Items) -> Iterator[Defect]:
    """A person's last answer is one that is kept, of the same type; its day is a date."""
    by_link = {item.link_id: item for item in items}
    for item in items:
        if item.prefill is None:
            continue
        if item.is_calculated:
            yield Defect(item.link_id, because("what is calculated has no initialExpression"))
        if item.prefill.source != "person":
            continue
        if item.prefill.part == "day" and item.type != "date":
            yield Defect(item.link_id, because("the day of a person's answer is a date"))
        known = by_link.get(item.prefill.field)
        if known is None:
            continue  # an answer to another form
        if not (known.remembered or known.carried):
            yield Defect(
                item.link_id,
                because("{link_id} is neither escale:remembered nor escale:carried", link_id=known.link_id),
            )
        elif item.prefill.part == "value" and known.type != item.type:
            yield Defect(
                item.link_id,
                because(
                    "{link_id} is {type}, not {expected}",
                    link_id=known.link_id,
                    type=known.type,
                    expected=item.type,
                ),
            )


def remembered(items: Items) -> Iterator[Defect]:
    """What is sensitive goes into no summary; an answer is carried or remembered, not both."""
    for item in items:
        if (item.remembered or item.carried) and item.item_class == "sensitive":
            yield Defect(item.link_id, because("what is sensitive is neither carried nor remembered"))
        if item.remembered and item.carried:
            yield Defect(item.link_id, because("either escale:carried or escale:remembered"))


def kept_for_the_day(items: Items) -> Iterator[Defect]:
    """What starts the next record is of the place and the equipment: of nobody, and somebody's to change."""
    for item in items:
        if not item.kept_for_the_day:
            continue
        if item.item_class != "administrative":
            yield Defect(item.link_id, because("only what is administrative is kept for the day"))
        if item.is_calculated or item.read_only or item.prefill is not None:
            yield Defect(
                item.link_id,
                because("what is calculated, read-only or has an initialExpression is not kept for the day"),
            )
        if item.carried or item.remembered or item.restricts:
            yield Defect(item.link_id, because("what is known of a person is not kept for the day"))


def kept_with(items: Items) -> Iterator[Defect]:
    """What belongs to another answer is kept with it: with one choice that somebody makes before."""
    choices: set[str] = set()
    for item in items:
        if item.kept_with is not None:
            if not item.kept_for_the_day:
                yield Defect(item.link_id, because("kept-with goes with escale:kept-for-the-day"))
            if item.kept_with not in choices:
                yield Defect(
                    item.link_id,
                    because(
                        "kept-with names {link_id}, not a choice of one answer that somebody gives before it",
                        link_id=item.kept_with,
                    ),
                )
        elif item.type == "choice" and not (item.repeats or item.read_only or item.is_calculated):
            choices.add(item.link_id)


def controls(items: Items) -> Iterator[Defect]:
    """A control fits what it fills."""
    for item in items:
        slides = item.control == "slider"
        if slides and (item.type not in NUMBER_TYPES or item.minimum is None or item.maximum is None):
            yield Defect(item.link_id, because("a slider is a number with minValue and maxValue"))
        if (item.control == "grid") != (item.type == "group" and item.control is not None):
            yield Defect(item.link_id, because("grid applies to a group, and no other control does"))
        elif item.control not in (None, "slider", "grid") and item.type != "choice":
            yield Defect(item.link_id, because("{control} applies to a choice", control=item.control))
        seconds = item.unit is not None and item.unit.code == "s"
        if item.instrument == "stopwatch" and not (item.type in NUMBER_TYPES and seconds):
            yield Defect(item.link_id, because("a stopwatch is a number in seconds (unit s)"))
        if item.instrument == "body-side" and (
            item.type != "choice" or not item.options.keys() <= BODY_SIDES
        ):
            yield Defect(item.link_id, because("body-side is a choice among left, right, both, neither"))
        if item.instrument == "spirometer-file" and item.type != "text":
            yield Defect(item.link_id, because("spirometer-file is a text"))


def delays(items: Items) -> Iterator[Defect]:
    """A delay counts from a question before its group, and time passes between two questions."""
    questions: list[str] = []
    order = {item.link_id: position for position, item in enumerate(items) if item.is_leaf}
    for item in items:
        if item.delay is not None and item.delay.since not in questions:
            yield Defect(
                item.link_id,
                because("delay counts from {since}, not a question before it", since=item.delay.since),
            )
        if item.elapsed is not None:
            yield from _elapsed(item, item.elapsed, order)
        if item.is_leaf:
            questions.append(item.link_id)


def _elapsed(item: Item, elapsed: Elapsed, order: dict[str, int]) -> Iterator[Defect]:
    since, until = order.get(elapsed.since, -1), order.get(elapsed.until, -1)
    if since < 0 or until <= since:
        yield Defect(item.link_id, because("elapsed names two questions, since before until"))
    if item.is_calculated or not item.read_only or item.repeats or item.setting:
        yield Defect(
            item.link_id, because("an elapsed time is readOnly, and neither calculated nor a setting")
        )


def use_of_form(items: Items, use: FormUse) -> Iterator[Defect]:
    """What is tied to another record, or to nobody, does not say who the person is."""
    for item in items if use != "record" else ():
        if item.item_class == "identity":
            yield Defect(item.link_id, because("a form of use {use} has no item of class identity", use=use))
        elif item.link_id == "identity":
            yield Defect(item.link_id, because("a form of use {use} has no identity section", use=use))
