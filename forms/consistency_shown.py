"""What must hold of results as shown: beside the last time, set aside by name, handed to the person."""

from collections.abc import Iterator, Sequence

from forms.definition import Item
from forms.errors import Defect
from forms.reason import because

Items = Sequence[Item]


def person_lines(items: Items) -> Iterator[Defect]:
    """The page may lie on a table: no line of it tells what is sensitive, or says a result twice."""
    for item in items:
        if item.person_line is None:
            continue
        if item.item_class == "sensitive":
            yield Defect(item.link_id, because("what is sensitive is no line of the person's page"))
        if item.person_result:
            yield Defect(item.link_id, because("a result of the person's page is not a line of it too"))


def comparisons(items: Items) -> Iterator[Defect]:
    """A result is compared with a question of the same kind, placed before it."""
    before: dict[str, Item] = {}
    for item in items:
        if item.compared_with is not None:
            other = before.get(item.compared_with)
            if not item.is_calculated:
                yield Defect(item.link_id, because("only what is calculated is compared (compared-with)"))
            if other is None:
                yield Defect(
                    item.link_id,
                    because(
                        "compared-with names {other}, not a question before it", other=item.compared_with
                    ),
                )
            elif other.type != item.type or not other.options.keys() <= item.options.keys():
                yield Defect(
                    item.link_id, because("compared-with: {other} is answered otherwise", other=other.link_id)
                )
        if item.is_leaf:
            before[item.link_id] = item


def set_asides(items: Items) -> Iterator[Defect]:
    """An option sets aside a result whose review, answered `set_aside`, asks for it."""
    by_link = {item.link_id: item for item in items}
    for item in items:
        for option in item.options.values():
            if not option.sets_aside:
                continue
            result = by_link.get(option.sets_aside)
            reviewed_by = result.reviewed_by if result is not None else None
            asked = any(
                (asks.question, asks.operator, asks.value) == (reviewed_by, "=", "set_aside")
                for asks in item.conditions
            )
            if reviewed_by is None or not asked:
                yield Defect(
                    item.link_id,
                    because(
                        "option {code} sets aside {result}, not a result whose review asks for it",
                        code=option.code,
                        result=option.sets_aside,
                    ),
                )
