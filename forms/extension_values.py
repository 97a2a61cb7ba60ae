"""Reading one extension: what its value may be, and how a defect in it is told."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from forms.definition import Translated
from forms.element import Element
from forms.errors import ExpressionRefused
from forms.expression import Expression, compiled

FHIR = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
TRANSLATION = FHIR + "translation"
DECIMAL_OR_INTEGER = ("valueDecimal", "valueInteger")


class Known(NamedTuple):
    """An extension the subset knows: the field it fills, how it is read, on which item types, how often."""

    field: str
    read: Callable[[Element], object]
    types: frozenset[str]
    several: bool = False


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


def code(*allowed: str) -> Callable[[Element], str]:
    """A reader of `valueCode`, one of those allowed."""

    def read(extension: Element) -> str:
        extension.only({"url", "valueCode"})
        return extension.one_of("valueCode", allowed)

    return read


def text(extension: Element) -> str:
    """A `valueString`."""
    extension.only({"url", "valueString"})
    return extension.text("valueString")


def translated(extension: Element) -> Translated:
    """A `valueString` and its translation."""
    extension.only({"url", "valueString", "_valueString"})
    return Translated(extension.text("valueString"), translation(extension, "valueString"))


def flag(extension: Element) -> bool:
    """A `valueBoolean`."""
    extension.only({"url", "valueBoolean"})
    if not extension.has("valueBoolean"):
        extension.refuse("true or false is expected", "valueBoolean")
    return extension.flag("valueBoolean")


def number(extension: Element) -> object:
    """A `valueDecimal` or `valueInteger`, exactly as written."""
    extension.only({"url", *DECIMAL_OR_INTEGER})
    member = next((name for name in DECIMAL_OR_INTEGER if extension.has(name)), "valueDecimal")
    value = extension.decimal(member)
    if value is None:
        extension.refuse("a number is expected")
    return value


def whole(extension: Element) -> int | None:
    """A `valueInteger`."""
    extension.only({"url", "valueInteger"})
    return extension.whole("valueInteger")


def parts(extension: Element, names: set[str]) -> dict[str, Element]:
    """The parts of a complex extension by name, each exactly once; else a defect, and nothing."""
    extension.only({"url", "extension"})
    listed = [(part.text("url"), part) for part in extension.objects("extension")]
    found = dict(listed)
    if found.keys() != names or len(listed) != len(names):
        extension.refuse(f"exactly {', '.join(sorted(names))} are expected")
        return {}
    return found


def expression_in(holder: Element, member: str) -> Expression | None:
    """The checked expression in a member; a refusal is a defect at that place."""
    written = holder.text(member)
    if not written:
        return None
    try:
        return compiled(written)
    except ExpressionRefused as refusal:
        holder.refuse(str(refusal), member)
        return None


def fhirpath(extension: Element) -> Element | None:
    """A `valueExpression` in FHIRPath."""
    extension.only({"url", "valueExpression"})
    expression = extension.object("valueExpression")
    if expression is not None:
        expression.only({"language", "expression"})
        expression.one_of("language", ("text/fhirpath",))
    return expression


def expression(extension: Element) -> Expression | None:
    """The checked expression of a `valueExpression`."""
    holder = fhirpath(extension)
    return expression_in(holder, "expression") if holder is not None else None
