"""Extensions that instruments and scores need: named functions, rules in words, delays, prefill."""

import re

from forms.definition import Argument, Delay, Elapsed, NamedFunction, Prefill, ResultRule
from forms.element import Element
from forms.extension_values import fhirpath, parts, translation
from forms.functions.signatures import SIGNATURES
from forms.reason import because

ROSTER_FIELDS = ("birth_name", "first_name", "birth_date", "sex", "commune", "booking", "time")
_ROSTER = {f"%roster.{field}": Prefill("roster", field) for field in ROSTER_FIELDS}
_THEME = "%stop.theme"
_PERSON = re.compile(r"%person\.facts\('([^']+)'\)\.(value|day)")


def prefill(extension: Element) -> Prefill | None:
    """What an initialExpression names; nothing else is an expression here."""
    holder = fhirpath(extension)
    written = holder.text("expression") if holder is not None else ""
    if holder is None or not written:
        return None
    if written == _THEME:
        return Prefill("stop", "theme")
    person = _PERSON.fullmatch(written)
    if person is not None:
        return Prefill("person", person[1], "day" if person[2] == "day" else "value")
    if written not in _ROSTER:
        names = ", ".join(
            (*_ROSTER, _THEME, "%person.facts('<linkId>').value", "%person.facts('<linkId>').day")
        )
        holder.refuse(
            because("one of {names} is expected, not {found}", names=names, found=written), "expression"
        )
    return _ROSTER.get(written)


def named_function(extension: Element) -> NamedFunction | None:
    """A function of the list, and its arguments in order; which ones it takes is judged between items."""
    extension.only({"url", "extension"})
    name, arguments, sound = "", [], True
    for part in extension.objects("extension"):
        role = part.one_of("url", ("name", "argument"))
        if role == "argument":
            argument = _argument(part)
            sound = sound and argument is not None
            arguments += [argument] if argument is not None else []
        elif role == "name" and not name:
            part.only({"url", "valueCode"})
            name = part.one_of("valueCode", SIGNATURES)
            sound = sound and bool(name)
        elif role == "name":
            part.refuse(because("one name is expected"))
    if sound and not name:
        extension.refuse(because("a name is expected"))
    # What could not be read would only be told again as a missing argument.
    return NamedFunction(name, tuple(arguments)) if sound and name else None


def _argument(part: Element) -> Argument | None:
    part.only({"url", "extension"})
    found = {each.text("url"): each for each in part.objects("extension")}
    if found.keys() == {"name", "link"}:
        return Argument(found["name"].text("valueCode"), link=found["link"].text("valueString"))
    if found.keys() == {"name", "code"}:
        return Argument(found["name"].text("valueCode"), code=found["code"].text("valueCode"))
    part.refuse(because("name, and link or code, are expected"))
    return None


def result_rule(extension: Element) -> ResultRule | None:
    """The rule in words, in both languages, and its source."""
    found = parts(extension, {"text", "source"})
    if not found:
        return None
    words = found["text"]
    return ResultRule(
        words.text("valueString"), translation(words, "valueString"), found["source"].text("valueString")
    )


def delay(extension: Element) -> Delay | None:
    """After which answer, and how many seconds."""
    found = parts(extension, {"since", "seconds"})
    if not found:
        return None
    seconds = found["seconds"].whole("valueInteger")
    if seconds is None or seconds <= 0:
        extension.refuse(because("a positive number of seconds is expected"))
    return Delay(found["since"].text("valueString"), seconds or 0)


def elapsed(extension: Element) -> Elapsed | None:
    """Between which answers."""
    found = parts(extension, {"since", "until"})
    if not found:
        return None
    return Elapsed(found["since"].text("valueString"), found["until"].text("valueString"))
