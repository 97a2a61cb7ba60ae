"""What the responses say together: counts by question, comments in no order; too few are not shown.

Fewer than ``FEWEST`` would tell of somebody. So would a difference: where one month (or channel) is hidden
for being small, another is hidden with it until what is hidden is again ``FEWEST`` of at least two; and one
month of one channel is shown only where no such part is small. The same holds question by question, of those
it was asked of and of those who answered it: a question answered by one person in November is hidden in
October too, or the total would give November's. A channel's answers are shown only where no month of a
channel is small, since a month less a channel may leave one. Comments are shown for the whole campaign only.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, select

from forms.build import answers_from_flat
from forms.definition import NUMBER_TYPES, Form, Item
from forms.present import ABSENCES, BOOLEANS, Language
from forms.response import AbsenceReason
from server.questionnaire.versions import latest
from server.satisfaction.responses import FORM_URL, asked_of
from server.store.satisfaction import SatisfactionResponse

FEWEST: Final = 5

Cell = tuple[str, str]
"""A month and a channel."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which responses: of a campaign, a month (``YYYY-MM``, of the week's Monday), a channel; "" is all."""

    campaign: str
    month: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One possible answer of a question. ``is_answer`` is false of absences and of no answer at all."""

    label: str
    count: int
    is_answer: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """A question's answers. ``asked``: responses in which it applied; ``answered``: those with a value.

    ``lines`` is None when too few said anything, or when they would tell of others by difference: nothing is
    told of them, and ``asked`` and ``answered`` are 0. Lines of a question with several answers add up to
    more than ``asked``.
    """

    link_id: str
    label: str
    asked: int
    answered: int
    lines: tuple[Line, ...] | None


@dataclass(frozen=True, slots=True)
class Results:
    """What is shown of a selection. ``hidden``: there are too few, or they would tell of others' number.

    ``withheld``: how many comments are there that this reader may not read. Of a month or a channel there are
    no comments, withheld or not.
    """

    count: int
    hidden: bool
    distributions: tuple[Distribution, ...] = ()
    comments: tuple[str, ...] = ()
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """Which months and channels of a campaign can be asked for, and how many responses each has if shown."""

    total: int
    months: dict[str, int | None]
    channels: dict[str, int | None]


def parts_of(responses: Sequence[SatisfactionResponse]) -> Parts:
    """Return a campaign's parts; None in place of a number that is hidden."""
    months = Counter(_month(each) for each in responses)
    channels = Counter(str(each.channel) for each in responses)
    return Parts(
        total=len(responses),
        months={month: months[month] if month in _open(months) else None for month in sorted(months)},
        channels={name: channels[name] if name in _open(channels) else None for name in sorted(channels)},
    )


def of_campaign(session: Session, campaign: str) -> Sequence[SatisfactionResponse]:
    """Return a campaign's responses."""
    return session.exec(
        select(SatisfactionResponse).where(SatisfactionResponse.campaign_id == campaign)
    ).all()


def results(
    responses: Sequence[SatisfactionResponse],
    forms: Mapping[tuple[str, str], Form],
    selection: Selection,
    language: Language = "fr",
    *,
    clinical: bool,
) -> Results:
    """Return what the selected responses of a campaign say, in the words of the latest version.

    ``clinical``: whether the reader may read free texts of every class, or administrative ones only.
    """
    chosen = [each for each in responses if _is_chosen(_cell(each), selection)]
    if not _is_shown(responses, selection, len(chosen)):
        return Results(0, hidden=bool(chosen))
    form = latest(forms, FORM_URL)
    if form is None:
        return Results(len(chosen), hidden=False)
    items = [item for item in asked_of(form, chosen[0].week).items if item.is_leaf]
    free = [item for item in items if item.type in ("text", "string")]
    counted = [item for item in items if item not in free]
    is_whole = not (selection.month or selection.channel)
    readable = [item for item in free if clinical or item.item_class == "administrative"]
    comments = _comments(readable, chosen) if is_whole else ()
    opened = [(each, _opened(each, forms)) for each in responses]
    return Results(
        count=len(chosen),
        hidden=False,
        distributions=tuple(_distribution(item, opened, selection, language) for item in counted),
        comments=comments,
        withheld=len(_comments(free, chosen)) - len(comments) if is_whole else 0,
    )


def _is_shown(responses: Sequence[SatisfactionResponse], selection: Selection, count: int) -> bool:
    if count < FEWEST:
        return False
    months = Counter(_month(each) for each in responses)
    channels = Counter(str(each.channel) for each in responses)
    if selection.month and selection.channel:
        cells = Counter((_month(each), str(each.channel)) for each in responses)
        return min(cells.values()) >= FEWEST
    if selection.month:
        return selection.month in _open(months)
    return not selection.channel or selection.channel in _open(channels)


def _open(counts: Mapping[str, int]) -> set[str]:
    """Return the parts that may be shown beside their total."""
    hidden = {name for name, count in counts.items() if count < FEWEST}
    others = sorted((name for name in counts if name not in hidden), key=lambda name: (counts[name], name))
    while hidden and others and (len(hidden) < 2 or sum(counts[name] for name in hidden) < FEWEST):
        hidden.add(others.pop(0))
    return set(others)


def _month(response: SatisfactionResponse) -> str:
    return f"{response.week:%Y-%m}"


def _cell(response: SatisfactionResponse) -> Cell:
    return _month(response), str(response.channel)


def _is_chosen(cell: Cell, selection: Selection) -> bool:
    month, channel = cell
    return selection.month in ("", month) and selection.channel in ("", channel)


def _is_told(people: Counter[Cell], selection: Selection) -> bool:
    """Whether what so many people of each month and channel said may be told of a selection."""
    chosen = sum(count for cell, count in people.items() if _is_chosen(cell, selection))
    if not chosen:
        return True
    if selection.channel:
        return min(people.values()) >= FEWEST
    if not selection.month:
        return chosen >= FEWEST
    months: Counter[str] = Counter()
    for (month, _), count in people.items():
        months[month] += count
    return selection.month in _open(months)


def _distribution(
    item: Item,
    opened: Sequence[tuple[SatisfactionResponse, frozenset[str]]],
    selection: Selection,
    language: Language,
) -> Distribution:
    label = item.text if language == "fr" else item.text_en
    held = [
        (_cell(each), each.answers.get(item.link_id)) for each, applies in opened if item.link_id in applies
    ]
    # To be asked a question already tells what the answers before it were.
    people = Counter(cell for cell, _ in held), Counter(cell for cell, answer in held if answer is not None)
    if not all(_is_told(each, selection) for each in people):
        return Distribution(item.link_id, label, 0, 0, None)
    asked = [answer for cell, answer in held if _is_chosen(cell, selection)]
    values: Counter[str] = Counter()
    absences: Counter[str] = Counter()
    answered = 0
    for answer in asked:
        if answer is None:
            absences[""] += 1
        elif "absent" in answer:
            absences[str(answer["absent"])] += 1
        else:
            answered += 1
            values.update(_code(value) for value in answer["values"])
    lines = tuple(
        [Line(label, values[code], is_answer=True) for code, label in _possible(item, values, language)]
        + [
            Line(_absence(reason, language), absences[reason], is_answer=False)
            for reason in ("asked-unknown", "asked-declined")
            if absences[reason]
        ]
        + [Line("", absences[""], is_answer=False)]
    )
    return Distribution(item.link_id, label, len(asked), answered, lines)


def _opened(response: SatisfactionResponse, forms: Mapping[tuple[str, str], Form]) -> frozenset[str]:
    """Return the questions that the version that was answered had, and that the other answers left open."""
    form = forms.get((response.form_url, response.form_version))
    if form is None:
        return frozenset()
    enabled = asked_of(form, response.week).enabled(answers_from_flat(response.answers))
    return frozenset(link_id for link_id in enabled if link_id in form.index)


def _possible(item: Item, found: Iterable[str], language: Language) -> list[tuple[str, str]]:
    """Return every answer that the question offers, then those that only an earlier version offered."""
    pairs: list[tuple[str, str]] = []
    if item.type == "boolean":
        pairs = [(_code(value), BOOLEANS[value][language == "en"]) for value in (True, False)]
    elif item.type == "choice":
        pairs = [
            (code, option.display if language == "fr" else option.display_en)
            for code, option in item.options.items()
        ]
    elif item.type in NUMBER_TYPES and item.minimum is not None and item.maximum is not None:
        pairs = [(str(n), str(n)) for n in range(int(item.minimum), int(item.maximum) + 1)]
    known = {code for code, _ in pairs}
    return pairs + [(code, code) for code in sorted(set(found) - known)]


def _code(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _absence(reason: AbsenceReason, language: Language) -> str:
    return ABSENCES[reason][language == "en"]


def _comments(items: Sequence[Item], chosen: Sequence[SatisfactionResponse]) -> tuple[str, ...]:
    """Return the free texts, in an order drawn anew each time: neither the order of arrival nor the week."""
    found = [
        str(value)
        for each in chosen
        for item in items
        for value in (each.answers.get(item.link_id) or {}).get("values", ())
    ]
    random.SystemRandom().shuffle(found)
    return tuple(found)
