"""A record as a reviewer reads it: label, value with its unit, or the reason why there is none."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from forms.communes import table
from forms.definition import Form, Item, ItemClass, Tone, Value
from forms.photo import Photo
from forms.response import AbsenceReason, Answer, Response
from forms.rounding import decimal_places

Language = Literal["fr", "en"]
Review = Literal["validated", "set_aside"]

ABSENCES: dict[AbsenceReason, tuple[str, str]] = {
    "not-asked": ("Non demandé", "Not asked"),
    "asked-unknown": ("Inconnu", "Unknown"),
    "asked-declined": ("Refusé", "Declined"),
    "not-performed": ("Impossible", "Not possible"),
}
_GROUPED_FROM = 5
"""Digits."""
BOOLEANS: dict[bool, tuple[str, str]] = {True: ("Oui", "Yes"), False: ("Non", "No")}


class Cell(msgspec.Struct, frozen=True):
    """A place in a table of the form: ``grid`` and ``row`` are linkIds, the others what they are called."""

    grid: str
    caption: str
    row: str
    title: str
    heading: str


class Row(msgspec.Struct, frozen=True):
    """One answered question. `values` are ready to print; `absence` says why there is none, else it is None.

    `item_class` decides who may see the row; `group` is the innermost titled block, "" directly under the
    section. Of a calculated result: `tone`, that of its option; `rule` in words and its `source`, "" when the
    form gives none; `review`, what the professional said of it, and `set_aside_because`. `curves` is the JSON
    of a spirometer's file (docs/forms.md, "Curves"), of which `values` say only how many and by what device.
    `hidden`: the form does not show it among the answers. `settings`: label and value of
    each setting that the calculation read. `cell`: where it stands in a table.
    """

    link_id: str
    item_class: ItemClass
    section: str
    group: str
    label: str
    values: tuple[str, ...]
    absence: str | None
    confirmed: bool
    typed_as: str | None
    answered_by: str | None
    carried_from: str | None
    tone: Tone | None = None
    rule: str = ""
    source: str = ""
    review: Review | None = None
    set_aside_because: str = ""
    curves: str | None = None
    hidden: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    cell: Cell | None = None


def rows(form: Form, response: Response, language: Language = "fr") -> list[Row]:
    """The answered questions in the form's order; unanswered and unknown ones are left out."""
    return [
        _row(form, item, response, language)
        for link_id, item in form.index.items()
        if link_id in response.answers
    ]


def _row(form: Form, item: Item, response: Response, language: Language) -> Row:
    answer = response.answers[item.link_id]
    titles = [_label(form.index[link_id], language) for link_id in item.path]
    review = _review(form, item, response)
    return Row(
        link_id=item.link_id,
        item_class=item.item_class,
        section=titles[0],
        group=titles[-1] if len(titles) > 1 else "",
        label=_label(item, language),
        values=_values(item, answer, language),
        absence=_in(language, ABSENCES[answer.absent]) if answer.absent is not None else None,
        confirmed=answer.confirmed,
        typed_as=answer.typed_as,
        answered_by=answer.answered_by,
        carried_from=answer.carried_from,
        tone=_tone(item, answer),
        rule="" if item.rule is None else _in(language, (item.rule.text, item.rule.text_en)),
        source="" if item.rule is None else item.rule.source,
        review=review,
        set_aside_because=_reason(form, item, response, language) if review == "set_aside" else "",
        curves=str(answer.values[0]) if item.instrument == "spirometer-file" and answer.values else None,
        hidden=item.hidden,
        settings=_settings(form, item, response, language),
        cell=_cell(form, item, language),
    )


def _settings(form: Form, item: Item, response: Response, language: Language) -> tuple[tuple[str, str], ...]:
    """The settings that a calculation reads, be it through what it is calculated from, with their values."""
    seen: dict[str, None] = {}
    waiting = list(item.reads)
    while waiting:
        link_id = waiting.pop(0)
        if link_id not in seen and link_id in form.index:
            seen[link_id] = None
            waiting += form.index[link_id].reads
    return tuple(
        (_label(setting, language), ", ".join(_values(setting, response.answers[link_id], language)))
        for link_id, setting in form.index.items()
        if link_id in seen and setting.setting and link_id in response.answers
    )


def _cell(form: Form, item: Item, language: Language) -> Cell | None:
    around = [form.index[link_id] for link_id in item.path[-2:]]
    if item.short is None or len(around) < len(("grid", "row")) or around[0].control != "grid":
        return None
    grid, row = around
    heading = item.short.french if language == "fr" else item.short.english
    return Cell(grid.link_id, _label(grid, language), row.link_id, _label(row, language), heading)


def _values(item: Item, answer: Answer, language: Language) -> tuple[str, ...]:
    displays = answer.displays or (None,) * len(answer.values)
    return tuple(_shown(item, v, d, language) for v, d in zip(answer.values, displays, strict=True))


def _tone(item: Item, answer: Answer) -> Tone | None:
    if not item.is_calculated or item.type != "choice" or not answer.values:
        return None
    option = item.options.get(str(answer.values[0]))
    return option.tone if option is not None else None


def _review(form: Form, item: Item, response: Response) -> Review | None:
    """What the professional said of a calculated result; None when nothing, or nothing this row may tell."""
    if item.reviewed_by is None or not _may_tell(item, form.index[item.reviewed_by]):
        return None
    said = response.answers.get(item.reviewed_by)
    match said.values if said is not None else ():
        case ("validated",):
            return "validated"
        case ("set_aside",):
            return "validated" if _is_spared(form, item, response) else "set_aside"
    return None


def _is_spared(form: Form, item: Item, response: Response) -> bool:
    """Whether the professional named which results they set aside (`escale:sets-aside`), and not this one."""
    naming = [
        (other.link_id, option.code)
        for other in form.index.values()
        for option in other.options.values()
        if option.sets_aside == item.link_id
    ]
    answered = [(link_id, code) for link_id, code in naming if link_id in response.answers]
    return bool(answered) and not any(code in response.answers[link_id].values for link_id, code in answered)


def _reason(form: Form, item: Item, response: Response, language: Language) -> str:
    """What was answered to the questions that are asked because the result was set aside."""
    reasons = (
        other
        for other in form.index.values()
        if other.is_leaf
        and _may_tell(item, other)
        and any(
            (asks.question, asks.operator, asks.value) == (item.reviewed_by, "=", "set_aside")
            for asks in other.conditions
        )
    )
    said = (
        value
        for reason in reasons
        if reason.link_id in response.answers
        for value in _values(reason, response.answers[reason.link_id], language)
    )
    return " – ".join(said)


def _may_tell(item: Item, other: Item) -> bool:
    """Whether who may see `item` may see what `other` says: an administrative row tells nothing clinical."""
    return item.item_class in (other.item_class, "clinical", "sensitive")


def _label(item: Item, language: Language) -> str:
    return item.text if language == "fr" else item.text_en


def _in(language: Language, texts: tuple[str, str]) -> str:
    return texts[0] if language == "fr" else texts[1]


def _shown(item: Item, value: Value, recorded: str | None, language: Language) -> str:
    if isinstance(value, bool):
        return _in(language, BOOLEANS[value])
    if isinstance(value, int | Decimal):
        return _number(Decimal(value), item, language)
    if isinstance(value, Photo):
        return f"Photo ({_pixels(value.width, language)} × {_pixels(value.height, language)})"
    if item.type == "date":
        day = date.fromisoformat(value)
        return f"{day:%d/%m/%Y}" if language == "fr" else day.isoformat()
    if item.type == "choice":
        return _choice(item, value, recorded, language)
    if item.instrument == "spirometer-file":
        return _curves(value)
    return value


def _curves(text: str) -> str:
    """`3 × EasyOne`: how many curves a device's file holds, and which device; drawing them is the page's."""
    try:
        found = json.loads(text)
        trials, device = found["trials"], found["device"]
        return f"{len(trials)}\u00a0×\u00a0{device}" if device else str(len(trials))
    except (ValueError, TypeError, KeyError, RecursionError):
        return text


def _number(value: Decimal, item: Item, language: Language) -> str:
    """`12 345,50 mg/dL`: a comma and `_grouped` in French, a no-break space before the unit, a true minus.

    It has the item's decimals, `0,70`, as on the tablet: 2,1 beside 2,10 would seem measured otherwise. What
    was recorded with more is not rounded; what was calculated is.
    """
    plain = f"{value.normalize():f}"
    if item.decimals is not None and item.type != "integer":
        rounded = item.is_calculated or item.setting
        plain = f"{value:.{item.decimals if rounded else max(item.decimals, decimal_places(value))}f}"
    plain = plain.replace("-", "\u2212")
    if language == "fr":
        whole, _, decimals = plain.partition(".")
        grouped = _grouped(whole)
        plain = f"{grouped},{decimals}" if decimals else grouped
    return f"{plain}\u00a0{item.unit.display}" if item.unit is not None else plain


def _pixels(side: int, language: Language) -> str:
    return _grouped(str(side)) if language == "fr" else str(side)


def _grouped(whole: str) -> str:
    """Five digits and more by threes, a narrow no-break space between: a year is four."""
    if len(whole.removeprefix("\u2212")) < _GROUPED_FROM:
        return whole
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", "\u202f", whole)


def _choice(item: Item, code: str, recorded: str | None, language: Language) -> str:
    option = item.options.get(code)
    if option is not None:
        return _in(language, (option.display, option.display_en))
    commune = table().by_code.get(code)
    name = commune.name if commune is not None else recorded
    return f"{name} ({code})" if name else code
