"""Reading one extension: what its value may be, and how a defect in it is told."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from forms.definition import Translated
from forms.element import Element
from forms.errors import ExpressionRefused
from forms.expression import Expression, compiled
from forms.reason import because

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
    """The fields that an element's extensions fill; unknown, repeated or misplaced ones are defects.

    Of an item whose type could not be read (`item_type` empty), none is misplaced.
    """
    fields: dict[str, object] = {}
    for extension in holder.objects("extension"):
        url = extension.text("url")
        kind = known.get(url)
        if kind is None:
            extension.refuse(because("extension {url} is not in the supported subset", url=url))
        elif item_type and item_type not in kind.types:
            extension.refuse(
                because("extension {url} does not apply to {item_type}", url=url, item_type=item_type)
            )
        elif kind.several:
            before = fields.get(kind.field, ())
            fields[kind.field] = (*(before if isinstance(before, tuple) else ()), kind.read(extension))
        elif kind.field in fields:
            extension.refuse(because("extension {url} occurs twice", url=url))
        else:
            fields[kind.field] = kind.read(extension)
    return fields


def translation(holder: Element, member: str) -> str:
    """The English text beside a French one: the `translation` extension of `_<member>`."""
    beside = holder.object(f"_{member}", required=False)
    if beside is None:
        if not holder.has(f"_{member}"):
            holder.refuse(because("an English translation is expected"), f"_{member}")
        return ""
    beside.only({"extension"})
    read = [_translated(extension) for extension in beside.objects("extension")]
    contents = [content for content in read if content is not None]
    if len(contents) > 1:
        beside.refuse(because("one English translation is expected"))
    return contents[0] if contents else ""


def _translated(extension: Element) -> str | None:
    """The English content of one `translation`; of anything else nothing, once it was told."""
    extension.only({"url", "extension"})
    if not extension.one_of("url", (TRANSLATION,)):
        return None
    found = {part.text("url"): part for part in extension.objects("extension")}
    if found.keys() != {"lang", "content"}:
        extension.refuse(because("lang and content are expected"))
        return None
    english = found["lang"].one_of("valueCode", ("en",))
    content = found["content"].text("valueString")
    return content if english else None


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
        extension.refuse(because("true or false is expected"), "valueBoolean")
    return extension.flag("valueBoolean")


def number(extension: Element) -> object:
    """A `valueDecimal` or `valueInteger`, exactly as written."""
    extension.only({"url", *DECIMAL_OR_INTEGER})
    member = next((name for name in DECIMAL_OR_INTEGER if extension.has(name)), "valueDecimal")
    value = extension.decimal(member)
    if value is None:
        extension.refuse(because("a number is expected"))
    return value


def whole(extension: Element) -> int | None:
    """A `valueInteger`."""
    extension.only({"url", "valueInteger"})
    return extension.whole("valueInteger")


def parts(extension: Element, names: set[str]) -> dict[str, Element]:
    """The parts of a complex extension by name, each exactly once; else a defect, and nothing."""
    extension.only({"url", "extension"})
    known = []
    for part in extension.objects("extension"):
        name = part.text("url")
        if name and name not in names:
            part.refuse(because("part {name} is not in the supported subset", name=name))
        else:
            known.append((name, part))
    found = dict(known)
    if found.keys() != names or len(known) != len(names):
        extension.refuse(because("exactly {names} are expected", names=", ".join(sorted(names))))
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
        for reason in refusal.reasons:
            holder.refuse(reason, member)
        return None


def fhirpath(extension: Element) -> Element | None:
    """A `valueExpression` in FHIRPath; one in another language is told, and not read."""
    extension.only({"url", "valueExpression"})
    expression = extension.object("valueExpression")
    if expression is None:
        return None
    expression.only({"language", "expression"})
    return expression if expression.one_of("language", ("text/fhirpath",)) else None


def expression(extension: Element) -> Expression | None:
    """The checked expression of a `valueExpression`."""
    holder = fhirpath(extension)
    return expression_in(holder, "expression") if holder is not None else None
