"""What must hold of calculated items: what they read, the rule beside them, and who reviews them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from forms.definition import Argument, Item, NamedFunction
from forms.errors import Defect
from forms.functions.signatures import MEASURED_OUTPUTS, SIGNATURES, Parameter
from forms.reason import Reason, because

REVIEW_CODES = frozenset({"validated", "set_aside"})
Items = Sequence[Item]


def calculations(items: Items) -> Iterator[Defect]:
    """A calculated item is read-only, is not required, and reads items before it."""
    before: set[str] = set()
    for item in items:
        if item.is_calculated and (not item.read_only or item.required or item.repeats):
            yield Defect(
                item.link_id, because("a calculated item is readOnly, not required, and does not repeat")
            )
        ways = [way for way in (item.calculated, item.calculation, item.function) if way is not None]
        if len(ways) > 1:
            yield Defect(
                item.link_id,
                because("one of a calculated expression, a named calculation and a function is expected"),
            )
        for link_id in dict.fromkeys(link for link in item.reads if link not in before):
            yield Defect(
                item.link_id,
                because("the calculation reads {link_id}, not a question before it", link_id=link_id),
            )
        if item.is_leaf:
            before.add(item.link_id)


def functions(items: Items) -> Iterator[Defect]:
    """Each named function stands on a type it can yield, with the arguments it takes."""
    by_link = {item.link_id: item for item in items}
    for item in items:
        if item.function is not None:
            for message in _function(item, item.function, by_link):
                yield Defect(
                    item.link_id, because("{name}: {message}", name=item.function.name, message=message)
                )


def _function(item: Item, function: NamedFunction, by_link: dict[str, Item]) -> Iterator[Reason]:
    signature = SIGNATURES[function.name]
    if item.type not in signature.results:
        yield because("stands on {names}", names=", ".join(sorted(signature.results)))
    missing = [option for option in signature.options if option not in item.options]
    if missing and item.type in signature.results:
        yield because("the choice offers {names}", names=", ".join(signature.options))
    given = Counter(argument.name for argument in function.arguments)
    for name, parameter in signature.parameters.items():
        if parameter.required and name not in given:
            yield because("argument {name} is expected", name=name)
        if given[name] > 1 and not parameter.several:
            yield because("argument {name} occurs twice", name=name)
    for argument in function.arguments:
        known = signature.parameters.get(argument.name)
        if known is None:
            yield because(
                "argument {name} is not one of {names}",
                name=argument.name,
                names=", ".join(signature.parameters),
            )
        else:
            yield from _argument(argument, known, by_link)
    if len({given[name] for name, parameter in signature.parameters.items() if parameter.several}) > 1:
        yield because("value, acceptable and usable are given as often as each other")
    if function.name == "gli":
        yield from _gli(item, function)


def _argument(argument: Argument, parameter: Parameter, by_link: dict[str, Item]) -> Iterator[Reason]:
    if argument.code:
        if argument.code not in parameter.codes:
            expected = ", ".join(parameter.codes) or "link"
            yield because(
                "argument {name} is {expected}, not {code}",
                name=argument.name,
                expected=expected,
                code=argument.code,
            )
        return
    if not parameter.types:
        yield because(
            "argument {name} is one of the codes {names}",
            name=argument.name,
            names=", ".join(parameter.codes),
        )
        return
    source = by_link.get(argument.link)
    if source is None or not source.type:
        return  # told by `calculations`, or where it could not be read
    if source.type not in parameter.types:
        kinds = ", ".join(sorted(parameter.types))
        yield because(
            "argument {name}: {link} is {type}, not {kinds}",
            name=argument.name,
            link=argument.link,
            type=source.type,
            kinds=kinds,
        )
    elif source.repeats:
        yield because("argument {name}: {link} repeats", name=argument.name, link=argument.link)
    elif parameter.unit and (source.unit is None or source.unit.code != parameter.unit):
        yield because(
            "argument {name}: {link} is not in {unit}",
            name=argument.name,
            link=argument.link,
            unit=parameter.unit,
        )
    elif parameter.codes and not source.options.keys() <= set(parameter.codes):
        expected = ", ".join(parameter.codes)
        yield because(
            "argument {name}: {link} offers something else than {expected}",
            name=argument.name,
            link=argument.link,
            expected=expected,
        )
    elif not source.options.keys() >= set(parameter.options):
        yield because(
            "argument {name}: {link} does not offer {names}",
            name=argument.name,
            link=argument.link,
            names=", ".join(parameter.options),
        )


def _gli(item: Item, function: NamedFunction) -> Iterator[Reason]:
    """What was measured is given for what compares with it; a group, where the equations have groups."""
    index, output = function.code("index"), function.code("output")
    measured = {name for name in ("fev1", "fvc") if function.links(name)}
    if output in MEASURED_OUTPUTS:
        needed = {"fev1", "fvc"} if index == "fev1-fvc" else {index}
        for name in sorted(needed - measured):
            yield because("argument {name} is expected for {output}", name=name, output=output)
    elif output and measured:
        yield because("nothing measured is given for {output}", output=output)
    if function.code("set") == "gli-2022" and function.code("group"):
        yield because("gli-2022 has no group")
    if item.decimals is None:
        yield because("the result states its maxDecimalPlaces")


def rules_in_words(items: Items) -> Iterator[Defect]:
    """A rule stands beside what is calculated; of functions and clinical conclusions always."""
    for item in items:
        if item.rule is not None and not item.is_calculated:
            yield Defect(item.link_id, because("a rule stands only on what is calculated"))
        concludes = item.is_calculated and item.type == "choice" and item.item_class == "clinical"
        if item.rule is None and (item.function is not None or concludes):
            yield Defect(item.link_id, because("the rule in words and its source are expected (escale:rule)"))


def reviews(items: Items) -> Iterator[Defect]:
    """The professional's word on a result is asked after it, and cannot be left out."""
    order = {item.link_id: position for position, item in enumerate(items)}
    for item in items:
        if item.reviewed_by is None:
            continue
        if not item.is_calculated:
            yield Defect(item.link_id, because("only what is calculated is reviewed (reviewed-by)"))
        position = order.get(item.reviewed_by, -1)
        if position <= order[item.link_id]:
            yield Defect(
                item.link_id,
                because(
                    "reviewed-by names {reviewed_by}, not a question after it", reviewed_by=item.reviewed_by
                ),
            )
            continue
        review = items[position]
        if review.type != "choice" or review.options.keys() != REVIEW_CODES or review.repeats:
            yield Defect(
                item.link_id,
                because("{link_id} is a choice of validated and set_aside", link_id=review.link_id),
            )
        elif not review.required or review.read_only:
            yield Defect(
                item.link_id,
                because("{link_id} is required, and answered by the professional", link_id=review.link_id),
            )


def person_results(items: Items) -> Iterator[Defect]:
    """A result on the person's page is calculated, and each of its options has a tone."""
    for item in items:
        if not item.person_result:
            continue
        if not item.is_calculated:
            yield Defect(item.link_id, because("a result on the person's page is calculated"))
        for code in (code for code, option in item.options.items() if not option.tone):
            yield Defect(
                item.link_id, because("option {code} of a result on the person's page has a tone", code=code)
            )
