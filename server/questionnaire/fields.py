"""What a page draws of each question: kind of field, texts, what was typed, what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from forms.definition import NUMBER_TYPES, Item, Option
from forms.finding import Finding
from forms.present import BOOLEANS, Language
from server.questionnaire.asked import Asked, Given
from server.questionnaire.typed import ABSENCE_MARK, OFFERED_ABSENCES, Typed, confirm_name, name_of

Kind = Literal["radio", "checkbox", "graded", "scale", "lines", "line", "number", "date", "words"]
LONGEST_SCALE = 10
"""A whole number between bounds at most so far apart is chosen among buttons, without a keypad."""
FEWEST_DEGREES = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One button. ``text`` is empty of an absence, whose words are the page's: ``absence`` is its reason.

    ``word``: what follows the number, of a degree on a graded scale.
    """

    value: str
    text: str
    chosen: bool
    absence: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: ``code`` (forms.md), words of the form, and whether confirming is enough."""

    code: str
    text: str
    is_warning: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One question, or (``words``) a text between questions.

    ``identifier``: its element's id. ``typed``: as it was sent, so that nothing is lost. ``opened``: an
    answer just opened it. ``depends``: it may not apply, as another answer of the page says.
    """

    link_id: str
    name: str
    identifier: str
    kind: Kind
    label: str
    required: bool
    typed: str
    choices: tuple[Choice, ...]
    unit: str
    max_length: int | None
    faults: tuple[Fault, ...]
    confirm: str
    opened: bool
    depends: bool

    @property
    def is_group(self) -> bool:
        """Whether it is drawn as several buttons under one legend."""
        return self.kind in ("radio", "checkbox", "graded", "scale")


@dataclass(frozen=True, slots=True)
class Block:
    """Fields under the title of their section, or of their group."""

    title: str
    fields: tuple[Field, ...]


def blocks(
    asked: Asked, given: Given, typed: Typed, language: Language = "fr", *, person: bool = False
) -> list[Block]:
    """Return the questions that apply, or may, by section. ``person``: in the plain words for the person."""
    found: list[tuple[str, list[Field]]] = []
    drawn = given.enabled | asked.possible(given.enabled)
    for item in asked.items:
        if item.link_id not in drawn:
            continue
        title = _title(asked, item, language, person=person)
        if not found or found[-1][0] != title:
            found.append((title, []))
        found[-1][1].append(_field(asked, item, given, typed, language, person=person))
    return [Block(title, tuple(fields)) for title, fields in found]


def shown(found: Sequence[Block]) -> str:
    """Return the linkIds that a page shows, as the page itself sends them back."""
    return " ".join(field.link_id for block in found for field in block.fields)


def _title(asked: Asked, item: Item, language: Language, *, person: bool) -> str:
    return _label(asked.form.index[item.path[-1]], language, person=person) if item.path else ""


def _field(
    asked: Asked, item: Item, given: Given, typed: Typed, language: Language, *, person: bool
) -> Field:
    name = name_of(item.link_id, asked.prefix)
    texts = typed.get(name, ())
    kind = _kind(item)
    opened = item.link_id in given.opened
    # What an answer has just opened was not left out by anybody: it is shown as new, not as forgotten.
    findings = (
        each for each in given.findings.get(item.link_id, ()) if not (opened and each.code == "required")
    )
    faults = tuple(_fault(each, language) for each in findings)
    return Field(
        link_id=item.link_id,
        name=name,
        identifier="q-" + name.replace(".", "-"),
        kind=kind,
        label=_label(item, language, person=person),
        required=item.required,
        typed=texts[0] if texts else "",
        choices=_choices(item, kind, texts, language, person=person),
        unit=item.unit.display if item.unit is not None else "",
        max_length=item.max_length,
        faults=faults,
        confirm=confirm_name(item.link_id, asked.prefix) if any(each.is_warning for each in faults) else "",
        opened=opened,
        depends=asked.ahead and bool(item.conditions),
    )


def _kind(item: Item) -> Kind:
    if item.type == "display":
        return "words"
    if item.type == "choice":
        return "checkbox" if item.repeats else "graded" if _is_graded(item) else "radio"
    if item.type == "boolean":
        return "radio"
    if item.type in NUMBER_TYPES:
        return "scale" if _scale(item) else "number"
    if item.type == "date":
        return "date"
    return "lines" if item.type == "text" else "line"


def _is_graded(item: Item) -> bool:
    """Whether the answers are degrees, ``1 – …`` upwards, that one row can hold; others may follow them."""
    return sum(bool(_word(code, option.display)) for code, option in item.options.items()) >= FEWEST_DEGREES


def _word(code: str, text: str) -> str:
    """Return the words of a degree; nothing of an answer that is none."""
    return text.removeprefix(f"{code} – ") if code.isdecimal() and text.startswith(f"{code} – ") else ""


def _scale(item: Item) -> range | None:
    low, high = item.minimum, item.maximum
    if item.type != "integer" or low is None or high is None or high - low > LONGEST_SCALE:
        return None
    return range(int(low), int(high) + 1)


def _choices(
    item: Item, kind: Kind, texts: Sequence[str], language: Language, *, person: bool
) -> tuple[Choice, ...]:
    pairs: list[tuple[str, str]] = []
    if kind == "words":
        return ()
    if item.type == "boolean":
        pairs = [("true", BOOLEANS[True][language == "en"]), ("false", BOOLEANS[False][language == "en"])]
    elif item.type == "choice":
        pairs = [(code, _option(option, language, person=person)) for code, option in item.options.items()]
    elif kind == "scale":
        pairs = [(str(number), str(number)) for number in _scale(item) or ()]
    values = [
        Choice(value, text, value in texts, word=_word(value, text) if kind == "graded" else "")
        for value, text in pairs
    ]
    return (*values, *_absences(item, kind, texts))


def _absences(item: Item, kind: Kind, texts: Sequence[str]) -> tuple[Choice, ...]:
    """What may be said instead of an answer, wherever the form lets it be said; left empty says nothing."""
    if not item.absence or kind == "words":
        return ()
    marks = [(reason, ABSENCE_MARK + reason) for reason in OFFERED_ABSENCES]
    return tuple(Choice(mark, "", mark in texts, absence=reason) for reason, mark in marks)


def _label(item: Item, language: Language, *, person: bool) -> str:
    plain = item.person_text if person else None
    if plain is not None:
        return plain.french if language == "fr" else plain.english
    return item.text if language == "fr" else item.text_en


def _option(option: Option, language: Language, *, person: bool) -> str:
    plain = option.person_text if person else None
    if plain is not None:
        return plain.french if language == "fr" else plain.english
    return option.display if language == "fr" else option.display_en


def _fault(found: Finding, language: Language) -> Fault:
    text = found.message_fr if language == "fr" else found.message_en
    return Fault(found.code, text, found.severity == "warning")
