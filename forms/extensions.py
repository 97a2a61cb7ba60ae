"""The extensions a form may carry, and how each becomes a field of an item (docs/forms.md)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from forms.definition import NUMBER_TYPES, TEXT_TYPES, Constraint, EntryUnit, Unit
from forms.element import Element
from forms.errors import ExpressionRefused
from forms.expression import Expression, compiled
from forms.extension_urls import EXTENSION_BASE

FHIR = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
TRANSLATION = FHIR + "translation"
UCUM = "http://unitsofmeasure.org"
ITEM_CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
CONTROLS = ("radio-button", "check-box", "drop-down", "autocomplete")
ITEM_CLASSES = ("administrative", "identity", "clinical", "sensitive")
ROSTER_FIELDS = ("birth_name", "first_name", "birth_date", "sex", "commune", "booking", "time")
DECIMAL_OR_INTEGER = ("valueDecimal", "valueInteger")

ANY = frozenset(
    {"group", "display", "string", "text", "date", "boolean", "choice", "attachment", *NUMBER_TYPES}
)
LEAVES = ANY - {"group", "display"}


class Known(NamedTuple):
    """An extension the subset knows: the field it fills, how it is read, on which item types, how often."""

    field: str
    read: Callable[[Element], object]
    types: frozenset[str]
    several: bool = False


def translation(holder: Element, member: str) -> str:
    """The English text beside a French one: the `translation` extension of `_<member>`."""
    beside = holder.object(f"_{member}")
    if beside is None:
        return ""
    beside.only({"extension"})
    for extension in beside.objects("extension"):
        extension.only({"url", "extension"})
        extension.one_of("url", (TRANSLATION,))
        parts = {part.text("url"): part for part in extension.objects("extension")}
        if parts.keys() == {"lang", "content"}:
            parts["lang"].one_of("valueCode", ("en",))
            return parts["content"].text("valueString")
        extension.refuse("lang and content are expected")
    return ""


def read_extensions(holder: Element, known: Mapping[str, Known], item_type: str) -> dict[str, object]:
    """The fields that an element's extensions fill; unknown, repeated or misplaced ones are defects."""
    fields: dict[str, object] = {}
    for extension in holder.objects("extension"):
        url = extension.text("url")
        kind = known.get(url)
        if kind is None:
            extension.refuse(f"extension {url} is not in the supported subset")
        elif item_type not in kind.types:
            extension.refuse(f"extension {url} does not apply to {item_type}")
        elif kind.several:
            before = fields.get(kind.field, ())
            fields[kind.field] = (*(before if isinstance(before, tuple) else ()), kind.read(extension))
        elif kind.field in fields:
            extension.refuse(f"extension {url} occurs twice")
        else:
            fields[kind.field] = kind.read(extension)
    return fields


def _code(*allowed: str) -> Callable[[Element], str]:
    def read(extension: Element) -> str:
        extension.only({"url", "valueCode"})
        return extension.one_of("valueCode", allowed)

    return read


def _text(extension: Element) -> str:
    extension.only({"url", "valueString"})
    return extension.text("valueString")


def _flag(extension: Element) -> bool:
    extension.only({"url", "valueBoolean"})
    if not extension.has("valueBoolean"):
        extension.refuse("true or false is expected", "valueBoolean")
    return extension.flag("valueBoolean")


def _number(extension: Element) -> object:
    extension.only({"url", *DECIMAL_OR_INTEGER})
    member = next((name for name in DECIMAL_OR_INTEGER if extension.has(name)), "valueDecimal")
    value = extension.decimal(member)
    if value is None:
        extension.refuse("a number is expected")
    return value


def _places(extension: Element) -> int | None:
    extension.only({"url", "valueInteger"})
    return extension.whole("valueInteger")


def _unit(extension: Element) -> Unit | None:
    extension.only({"url", "valueCoding"})
    coding = extension.object("valueCoding")
    if coding is None:
        return None
    coding.only({"system", "code", "display"})
    return Unit(coding.one_of("system", (UCUM,)), coding.text("code"), coding.text("display"))


def _control(extension: Element) -> str:
    extension.only({"url", "valueCodeableConcept"})
    concept = extension.object("valueCodeableConcept")
    if concept is None:
        return ""
    concept.only({"coding"})
    codes = []
    for coding in concept.objects("coding"):
        coding.only({"system", "code"})
        coding.one_of("system", (ITEM_CONTROL,))
        codes.append(coding.one_of("code", CONTROLS))
    if len(codes) != 1:
        concept.refuse("one coding is expected")
        return ""
    return codes[0]


def _parts(extension: Element, names: set[str]) -> dict[str, Element]:
    extension.only({"url", "extension"})
    parts = {part.text("url"): part for part in extension.objects("extension")}
    if parts.keys() != names:
        extension.refuse(f"exactly {', '.join(sorted(names))} are expected")
        return {}
    return parts


def _entry_unit(extension: Element) -> EntryUnit | None:
    parts = _parts(extension, {"label", "factor", "suggest-min", "suggest-max"})
    if not parts:
        return None
    numbers = [parts[name].decimal("valueDecimal") for name in ("factor", "suggest-min", "suggest-max")]
    factor, minimum, maximum = numbers
    if factor is None or minimum is None or maximum is None or factor <= 0 or minimum > maximum:
        extension.refuse("a positive factor and an ordered range are expected")
        return None
    return EntryUnit(parts["label"].text("valueString"), factor, minimum, maximum)


def _constraint(extension: Element) -> Constraint | None:
    parts = _parts(extension, {"key", "severity", "expression", "human"})
    if not parts:
        return None
    expression = expression_in(parts["expression"], "valueString")
    key = parts["key"].text("valueId")
    severity = parts["severity"].one_of("valueCode", ("error", "warning"))
    human, human_en = parts["human"].text("valueString"), translation(parts["human"], "valueString")
    if expression is None:
        return None
    return Constraint(key, "error" if severity == "error" else "warning", expression, human, human_en)


def expression_in(holder: Element, member: str) -> Expression | None:
    """The checked expression in a member; a refusal is a defect at that place."""
    text = holder.text(member)
    if not text:
        return None
    try:
        return compiled(text)
    except ExpressionRefused as refusal:
        holder.refuse(str(refusal), member)
        return None


def _fhirpath(extension: Element) -> Element | None:
    extension.only({"url", "valueExpression"})
    expression = extension.object("valueExpression")
    if expression is not None:
        expression.only({"language", "expression"})
        expression.one_of("language", ("text/fhirpath",))
    return expression


def _calculated(extension: Element) -> Expression | None:
    expression = _fhirpath(extension)
    return expression_in(expression, "expression") if expression is not None else None


def _initial(extension: Element) -> str | None:
    expression = _fhirpath(extension)
    if expression is None:
        return None
    named = expression.one_of("expression", (f"%roster.{field}" for field in ROSTER_FIELDS))
    return named.removeprefix("%roster.")


NUMBERS, TEXTS, CHOICES = NUMBER_TYPES, TEXT_TYPES, frozenset({"choice"})
ITEM_EXTENSIONS: Mapping[str, Known] = {
    FHIR + "minValue": Known("minimum", _number, NUMBERS),
    FHIR + "maxValue": Known("maximum", _number, NUMBERS),
    FHIR + "maxDecimalPlaces": Known("decimals", _places, frozenset({"decimal", "quantity"})),
    FHIR + "questionnaire-unit": Known("unit", _unit, NUMBERS),
    FHIR + "questionnaire-itemControl": Known("control", _control, CHOICES),
    FHIR + "questionnaire-hidden": Known("hidden", _flag, ANY),
    FHIR + "questionnaire-maxOccurs": Known("max_occurs", _places, LEAVES),
    FHIR + "questionnaire-constraint": Known("constraints", _constraint, ANY, several=True),
    SDC + "calculatedExpression": Known("calculated", _calculated, NUMBERS | CHOICES),
    SDC + "initialExpression": Known("initial", _initial, LEAVES),
    EXTENSION_BASE + "item-class": Known("item_class", _code(*ITEM_CLASSES), ANY),
    EXTENSION_BASE + "soft-min": Known("soft_minimum", _number, NUMBERS),
    EXTENSION_BASE + "soft-max": Known("soft_maximum", _number, NUMBERS),
    EXTENSION_BASE + "limit-source": Known("limit_source", _text, NUMBERS),
    EXTENSION_BASE + "entry-unit": Known("entry_units", _entry_unit, NUMBERS, several=True),
    EXTENSION_BASE + "entry-pair": Known("entry_pair", _text, NUMBERS),
    EXTENSION_BASE + "text-rule": Known("text_rule", _code("ins-name", "ins-first-name", "phone"), TEXTS),
    EXTENSION_BASE + "date-rule": Known(
        "date_rule", _code("birth-date", "not-before-visit"), frozenset({"date"})
    ),
    EXTENSION_BASE + "lookup": Known("lookup", _code("insee-commune", "insee-birth-place"), CHOICES),
    EXTENSION_BASE + "calculation": Known(
        "calculation", _code("distance-to-stop-km"), frozenset({"decimal"})
    ),
    EXTENSION_BASE + "absence": Known("absence", _flag, LEAVES),
    EXTENSION_BASE + "carried": Known("carried", _flag, LEAVES - {"attachment"}),
    EXTENSION_BASE + "restricts": Known("restricts", _flag, frozenset({"boolean"})),
}
OPTION_EXTENSIONS: Mapping[str, Known] = {EXTENSION_BASE + "exclusive": Known("exclusive", _flag, CHOICES)}


def _retention(extension: Element) -> str:
    extension.only({"url", "valueCode"})
    return extension.text("valueCode")


FORM_EXTENSIONS: Mapping[str, Known] = {
    EXTENSION_BASE + "retention": Known("retention", _retention, frozenset({"form"}))
}
