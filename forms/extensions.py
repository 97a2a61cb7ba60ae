"""The extensions a form may carry, and how each becomes a field of an item (docs/forms.md)."""

from collections.abc import Mapping
from typing import get_args

from forms.definition import NUMBER_TYPES, TEXT_TYPES, Constraint, EntryUnit, FormUse, Instrument, Tone, Unit
from forms.element import Element
from forms.extension_urls import EXTENSION_BASE
from forms.extension_values import (
    FHIR,
    SDC,
    Known,
    code,
    expression,
    expression_in,
    flag,
    number,
    parts,
    text,
    translated,
    translation,
    whole,
)
from forms.instrument_extensions import delay, elapsed, named_function, prefill, result_rule
from forms.reason import because

UCUM = "http://unitsofmeasure.org"
ITEM_CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
CONTROLS = ("radio-button", "check-box", "drop-down", "autocomplete", "slider", "grid")
ITEM_CLASSES = ("administrative", "identity", "clinical", "sensitive")
ANY = frozenset(
    {"group", "display", "string", "text", "date", "boolean", "choice", "attachment", *NUMBER_TYPES}
)
LEAVES = ANY - {"group", "display"}
NUMBERS, TEXTS, CHOICES = NUMBER_TYPES, TEXT_TYPES, frozenset({"choice"})
CALCULABLE = NUMBERS | CHOICES | {"boolean", "date"}


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
        concept.refuse(because("one coding is expected"))
        return ""
    return codes[0]


def _entry_unit(extension: Element) -> EntryUnit | None:
    found = parts(extension, {"label", "factor", "suggest-min", "suggest-max"})
    if not found:
        return None
    numbers = [found[name].decimal("valueDecimal") for name in ("factor", "suggest-min", "suggest-max")]
    factor, minimum, maximum = numbers
    if factor is None or minimum is None or maximum is None or factor <= 0 or minimum > maximum:
        extension.refuse(because("a positive factor and an ordered range are expected"))
        return None
    return EntryUnit(found["label"].text("valueString"), factor, minimum, maximum)


def _constraint(extension: Element) -> Constraint | None:
    found = parts(extension, {"key", "severity", "expression", "human"})
    if not found:
        return None
    checked = expression_in(found["expression"], "valueString")
    key = found["key"].text("valueId")
    severity = found["severity"].one_of("valueCode", ("error", "warning"))
    human, human_en = found["human"].text("valueString"), translation(found["human"], "valueString")
    if checked is None:
        return None
    return Constraint(key, "error" if severity == "error" else "warning", checked, human, human_en)


ITEM_EXTENSIONS: Mapping[str, Known] = {
    FHIR + "minValue": Known("minimum", number, NUMBERS),
    FHIR + "maxValue": Known("maximum", number, NUMBERS),
    FHIR + "maxDecimalPlaces": Known("decimals", whole, frozenset({"decimal", "quantity"})),
    FHIR + "questionnaire-unit": Known("unit", _unit, NUMBERS),
    FHIR + "questionnaire-itemControl": Known("control", _control, CHOICES | NUMBERS | {"group"}),
    FHIR + "questionnaire-hidden": Known("hidden", flag, ANY),
    FHIR + "questionnaire-maxOccurs": Known("max_occurs", whole, LEAVES),
    FHIR + "questionnaire-constraint": Known("constraints", _constraint, ANY, several=True),
    SDC + "calculatedExpression": Known("calculated", expression, CALCULABLE),
    SDC + "enableWhenExpression": Known("enabled_when", expression, ANY),
    SDC + "initialExpression": Known("prefill", prefill, LEAVES),
    SDC + "shortText": Known("short", translated, LEAVES),
    EXTENSION_BASE + "item-class": Known("item_class", code(*ITEM_CLASSES), ANY),
    EXTENSION_BASE + "soft-min": Known("soft_minimum", number, NUMBERS),
    EXTENSION_BASE + "soft-max": Known("soft_maximum", number, NUMBERS),
    EXTENSION_BASE + "limit-source": Known("limit_source", text, NUMBERS),
    EXTENSION_BASE + "entry-unit": Known("entry_units", _entry_unit, NUMBERS, several=True),
    EXTENSION_BASE + "entry-pair": Known("entry_pair", text, NUMBERS),
    EXTENSION_BASE + "text-rule": Known("text_rule", code("ins-name", "ins-first-name", "phone"), TEXTS),
    EXTENSION_BASE + "date-rule": Known(
        "date_rule", code("birth-date", "not-before-visit"), frozenset({"date"})
    ),
    EXTENSION_BASE + "year-rule": Known("year_rule", code("birth-year"), frozenset({"integer"})),
    EXTENSION_BASE + "lookup": Known("lookup", code("insee-commune", "insee-birth-place"), CHOICES),
    EXTENSION_BASE + "calculation": Known("calculation", code("distance-to-stop-km"), frozenset({"decimal"})),
    EXTENSION_BASE + "absence": Known("absence", flag, LEAVES),
    EXTENSION_BASE + "carried": Known("carried", flag, LEAVES - {"attachment"}),
    EXTENSION_BASE + "kept-for-the-day": Known("kept_for_the_day", flag, LEAVES - {"attachment"}),
    EXTENSION_BASE + "kept-with": Known("kept_with", text, LEAVES - {"attachment"}),
    EXTENSION_BASE + "restricts": Known("restricts", flag, frozenset({"boolean"})),
    EXTENSION_BASE + "setting": Known("setting", flag, NUMBERS | CHOICES | {"boolean"}),
    EXTENSION_BASE + "function": Known("function", named_function, NUMBERS | CHOICES),
    EXTENSION_BASE + "rule": Known("rule", result_rule, CALCULABLE),
    EXTENSION_BASE + "reviewed-by": Known("reviewed_by", text, CALCULABLE),
    EXTENSION_BASE + "remembered": Known("remembered", flag, LEAVES - {"attachment"}),
    EXTENSION_BASE + "control": Known("instrument", code(*get_args(Instrument)), NUMBERS | CHOICES | TEXTS),
    EXTENSION_BASE + "delay": Known("delay", delay, frozenset({"group"})),
    EXTENSION_BASE + "elapsed": Known("elapsed", elapsed, frozenset({"integer"})),
    EXTENSION_BASE + "urgent": Known("urgent", flag, frozenset({"display"})),
    EXTENSION_BASE + "person-text": Known("person_text", translated, ANY),
    EXTENSION_BASE + "person-result": Known("person_result", flag, CHOICES),
    EXTENSION_BASE + "person-line": Known("person_line", translated, LEAVES - {"attachment"}),
    EXTENSION_BASE + "compared-with": Known("compared_with", text, CALCULABLE),
}
OPTION_EXTENSIONS: Mapping[str, Known] = {
    EXTENSION_BASE + "exclusive": Known("exclusive", flag, CHOICES),
    EXTENSION_BASE + "person-text": Known("person_text", translated, CHOICES),
    EXTENSION_BASE + "tone": Known("tone", code(*get_args(Tone)), CHOICES),
    EXTENSION_BASE + "sets-aside": Known("sets_aside", text, CHOICES),
}


def _retention(extension: Element) -> str:
    extension.only({"url", "valueCode"})
    return extension.text("valueCode")


FORM_EXTENSIONS: Mapping[str, Known] = {
    EXTENSION_BASE + "retention": Known("retention", _retention, frozenset({"form"})),
    EXTENSION_BASE + "use": Known("use", code(*get_args(FormUse)), frozenset({"form"})),
}
