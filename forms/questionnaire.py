"""From the JSON of a Questionnaire to items; rules between items are in `forms.consistency`."""

from collections.abc import Mapping
from typing import Any, cast, get_args

from forms.definition import Coding, Condition, Item, ItemClass, ItemType, Operator, Option, Value
from forms.element import Element
from forms.extension_values import read_extensions, translation
from forms.extensions import ITEM_EXTENSIONS, OPTION_EXTENSIONS
from forms.reason import because

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
UNREAD = ""
"""The code of an option that could not be read: its form is refused."""
UNKNOWN_CLASS = "unknown"
"""The class below an item that lacks one: its form is refused."""
ValueSets = Mapping[str, Mapping[str, Option]]


def read_value_sets(root: Element) -> dict[str, dict[str, Option]]:
    """The contained value sets, by `#id`."""
    value_sets: dict[str, dict[str, Option]] = {}
    for contained in root.objects("contained"):
        if not contained.one_of("resourceType", ("ValueSet",)):
            continue
        contained.only({"resourceType", "id", "status", "compose"})
        options: list[Option] = []
        compose = contained.object("compose")
        for include in compose.objects("include") if compose is not None else ():
            include.only({"system", "concept"})
            system = include.text("system")
            options.extend(_concept(system, concept) for concept in include.objects("concept"))
        if compose is not None and not options:
            contained.refuse(because("concepts are expected"))
        name = "#" + contained.text("id")
        value_sets[name] = _by_code(contained, options) or {UNREAD: Option("", "", "", "")}
    return value_sets


def read_item(
    element: Element, value_sets: ValueSets, path: tuple[str, ...] = (), inherited_class: str = ""
) -> Item:
    """One item and those below it. What is wrong is noted on `element`; the item is then not to be used."""
    element.only(ITEM_MEMBERS)
    link_id = element.text("linkId")
    item_type = element.one_of("type", get_args(ItemType), "")
    fields: dict[str, Any] = read_extensions(element, ITEM_EXTENSIONS, item_type)
    item_class = fields.pop("item_class", None) or inherited_class
    if not item_class:
        element.refuse(because("an item class is expected, here or on a group around"))
        # Told where it is missing first, not again of everything below.
        item_class = UNKNOWN_CLASS
    for several in ("constraints", "entry_units"):
        fields[several] = tuple(entry for entry in fields.get(several, ()) if entry is not None)
    if element.has("item") and item_type != "group":
        element.refuse(because("only groups hold items"), "item")
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
        element.refuse(because("one starting value is expected"), "initial")
    for value in values[:1]:
        value.only(STARTS)
        if value.names - set(STARTS):
            continue
        if sum(value.has(name) for name in STARTS) != 1:
            value.refuse(because("one of {names} is expected", names=", ".join(STARTS)))
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
        element.refuse(because("an English designation is expected"))
    return Option(system, element.text("code"), element.text("display"), english)


def _options(element: Element, value_sets: ValueSets) -> dict[str, Option]:
    if element.has("answerValueSet"):
        if element.has("answerOption"):
            element.refuse(because("either answerOption or answerValueSet"), "answerValueSet")
        reference = element.text("answerValueSet")
        if reference in value_sets:
            return dict(value_sets[reference])
        refusal = because("{reference} names no contained value set", reference=reference)
        element.refuse(refusal, "answerValueSet")
        return {UNREAD: Option("", "", "", "")}
    return _by_code(element, [_option(option) for option in element.objects("answerOption")])


def _option(element: Element) -> Option:
    element.only({"valueCoding", "initialSelected", "extension"})
    fields: dict[str, Any] = read_extensions(element, OPTION_EXTENSIONS, "choice")
    otherwise = element.names - {"valueCoding", "initialSelected", "extension"}
    coding = element.object("valueCoding", required=not otherwise)
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
        sets_aside=fields.get("sets_aside") or "",
    )


def _by_code(element: Element, options: list[Option]) -> dict[str, Option]:
    by_code: dict[str, Option] = {}
    for option in options:
        if option.code and option.code in by_code:
            element.refuse(because("code {code} occurs twice", code=option.code))
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
    # An answer of another kind was told above as what it is.
    told = element.names - {"question", "operator", *ANSWERS}
    if not told and sum(element.has(name) for name in ANSWERS) != 1:
        element.refuse(because("one of answerBoolean, answerCoding is expected"))
    return Condition(question, cast("Operator", operator), value, system)
