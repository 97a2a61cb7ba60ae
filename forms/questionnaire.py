"""From the JSON of a Questionnaire to items; rules between items are in `forms.consistency`."""

from collections.abc import Mapping
from typing import Any, cast, get_args

from forms.definition import Coding, Condition, Item, ItemClass, ItemType, Operator, Option, Value
from forms.element import Element
from forms.extension_values import read_extensions, translation
from forms.extensions import ITEM_EXTENSIONS, OPTION_EXTENSIONS

ITEM_MEMBERS = frozenset(
    [
        "linkId",
        "type",
        "text",
        "_text",
        "code",
        "required",
        "repeats",
        "readOnly",
        "maxLength",
        "enableWhen",
        "enableBehavior",
        "initial",
        "answerOption",
        "answerValueSet",
        "item",
        "extension",
    ]
)
SEVERAL = 2
ANSWERS = ("answerBoolean", "answerCoding")
STARTS = ("valueBoolean", "valueInteger", "valueDecimal")
ValueSets = Mapping[str, Mapping[str, Option]]


def read_value_sets(root: Element) -> dict[str, dict[str, Option]]:
    """The contained value sets, by `#id`."""
    value_sets: dict[str, dict[str, Option]] = {}
    for contained in root.objects("contained"):
        contained.only({"resourceType", "id", "status", "compose"})
        contained.one_of("resourceType", ("ValueSet",))
        options: list[Option] = []
        compose = contained.object("compose")
        for include in compose.objects("include") if compose is not None else ():
            include.only({"system", "concept"})
            system = include.text("system")
            options.extend(_concept(system, concept) for concept in include.objects("concept"))
        value_sets["#" + contained.text("id")] = _by_code(contained, options)
    return value_sets


def read_item(
    element: Element, value_sets: ValueSets, path: tuple[str, ...] = (), inherited_class: str = ""
) -> Item:
    """One item and those below it. What is wrong is noted on `element`; the item is then not to be used."""
    element.only(ITEM_MEMBERS)
    link_id = element.text("linkId")
    item_type = element.one_of("type", get_args(ItemType), "")
    # The extensions of an item of unknown type would only repeat that defect.
    fields: dict[str, Any] = read_extensions(element, ITEM_EXTENSIONS, item_type) if item_type else {}
    item_class = fields.pop("item_class", None) or inherited_class
    if not item_class:
        element.refuse("an item class is expected, here or on a group around")
    for several in ("constraints", "entry_units"):
        fields[several] = tuple(entry for entry in fields.get(several, ()) if entry is not None)
    if element.has("item") and item_type != "group":
        element.refuse("only groups hold items", "item")
    conditions = tuple(_condition(condition) for condition in element.objects("enableWhen"))
    # R4 (qus-12): with several conditions, nobody should have to guess how they are joined.
    behavior = element.one_of("enableBehavior", ("any", "all"), "any" if len(conditions) < SEVERAL else "")
    children = tuple(
        read_item(child, value_sets, (*path, link_id), item_class) for child in element.objects("item")
    )
    return Item(
        link_id=link_id,
        type=cast("ItemType", item_type),
        text=element.text("text"),
        text_en=translation(element, "text"),
        item_class=cast("ItemClass", item_class),
        path=path,
        required=element.flag("required"),
        repeats=element.flag("repeats"),
        read_only=element.flag("readOnly"),
        max_length=element.whole("maxLength"),
        options=_options(element, value_sets),
        codes=tuple(_coding(code) for code in element.objects("code")),
        start=_start(element),
        conditions=conditions,
        condition_behavior="all" if behavior == "all" else "any",
        items=children,
        **fields,
    )


def _start(element: Element) -> Value | None:
    """The only value of `initial`, as written; whether it fits the item is judged with its limits."""
    values = list(element.objects("initial"))
    if len(values) > 1:
        element.refuse("one starting value is expected", "initial")
    for value in values[:1]:
        value.only(STARTS)
        if sum(value.has(name) for name in STARTS) != 1:
            value.refuse(f"one of {', '.join(STARTS)} is expected")
        elif value.has("valueBoolean"):
            return value.flag("valueBoolean")
        elif value.has("valueInteger"):
            return value.whole("valueInteger")
        else:
            return value.decimal("valueDecimal")
    return None


def _coding(element: Element) -> Coding:
    element.only({"system", "code", "display"})
    return Coding(element.text("system"), element.text("code"), element.text("display"))


def _concept(system: str, element: Element) -> Option:
    element.only({"code", "display", "designation"})
    english = ""
    for designation in element.objects("designation"):
        designation.only({"language", "value"})
        designation.one_of("language", ("en",))
        english = designation.text("value")
    if not english:
        element.refuse("an English designation is expected")
    return Option(system, element.text("code"), element.text("display"), english)


def _options(element: Element, value_sets: ValueSets) -> dict[str, Option]:
    if element.has("answerValueSet"):
        if element.has("answerOption"):
            element.refuse("either answerOption or answerValueSet", "answerValueSet")
        reference = element.text("answerValueSet")
        if reference in value_sets:
            return dict(value_sets[reference])
        element.refuse("names no contained value set", "answerValueSet")
    return _by_code(element, [_option(option) for option in element.objects("answerOption")])


def _option(element: Element) -> Option:
    element.only({"valueCoding", "initialSelected", "extension"})
    fields: dict[str, Any] = read_extensions(element, OPTION_EXTENSIONS, "choice")
    coding = element.object("valueCoding")
    if coding is None:
        return Option("", "", "", "")
    coding.only({"system", "code", "display", "_display"})
    return Option(
        coding.text("system"),
        coding.text("code"),
        coding.text("display"),
        translation(coding, "display"),
        exclusive=fields.get("exclusive") is True,
        initial=element.flag("initialSelected"),
        person_text=fields.get("person_text"),
        tone=fields.get("tone"),
    )


def _by_code(element: Element, options: list[Option]) -> dict[str, Option]:
    by_code: dict[str, Option] = {}
    for option in options:
        if option.code in by_code:
            element.refuse(f"code {option.code} occurs twice")
        by_code[option.code] = option
    return by_code


def _condition(element: Element) -> Condition:
    element.only({"question", "operator", *ANSWERS})
    question, system = element.text("question"), ""
    operator = element.one_of("operator", get_args(Operator))
    value: Value = element.flag("answerBoolean")
    coding = element.object("answerCoding", required=False)
    if coding is not None:
        coding.only({"system", "code"})
        system, value = coding.text("system"), coding.text("code")
    if sum(element.has(name) for name in ANSWERS) != 1:
        element.refuse("one of answerBoolean, answerCoding is expected")
    return Condition(question, cast("Operator", operator), value, system)
