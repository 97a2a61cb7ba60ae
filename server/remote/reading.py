"""What of a record a remote doctor reads first, and what is folded under it.

First: why they are asked, what was measured, the photos, what they must know before they prescribe. The
communes are named without their code, and what the form asks for the coordination's own use is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final, Literal

import msgspec

from forms.communes import table as communes
from forms.definition import Form, Item
from forms.present import Row
from forms.response import Answer, Response
from server.remote.photos import ShownPhoto
from server.review.records import Section

Side = Literal["low", "high"]

URGENCY: Final = "request.urgency"
IMMEDIATE: Final = "immediate"
ADULT_YEARS: Final = 18
_WHY: Final = ("request.reason", "request.question")
_MEASURES, _CARE = "vitals.", "history."
_PART, _MODE, _COMPLETE = "identity.part", "identity.mode", "complete"


@dataclass(frozen=True, slots=True)
class Measure:
    """One value, or why there is none.

    ``side``: where it lies outside what the form asks to be confirmed (``bound``, with the value's decimals);
    None inside, and wherever that range says nothing. These are limits of typing, of adults, not of health.
    """

    row: Row
    side: Side | None = None
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The photos that one question's answer names."""

    label: str
    photos: tuple[ShownPhoto, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A record in the order in which it is read. ``is_urgent``: the request is said to be immediate."""

    urgency: Row | None
    is_urgent: bool
    why: tuple[Row, ...]
    measures: tuple[Measure, ...]
    pictures: tuple[Pictures, ...]
    care: tuple[Row, ...]
    rest: tuple[Section, ...]


def reading_of(
    form: Form,
    response: Response,
    answered: Sequence[Row],
    photos: Mapping[str, tuple[ShownPhoto, ...]],
    age: int | None,
) -> Reading:
    """Put a record's rows in order. ``age``: of the person, whole years; None when it is not known."""
    told = [_named(form, row, response) for row in answered if _is_told(row, response)]
    first = (URGENCY, *_WHY)
    urgency = next((row for row in told if row.link_id == URGENCY), None)
    elsewhere = {*first, *photos}
    rest = [
        row for row in told if row.link_id not in elsewhere and not row.link_id.startswith((_MEASURES, _CARE))
    ]
    return Reading(
        urgency=urgency,
        is_urgent=_value(response, URGENCY) == IMMEDIATE,
        why=tuple(row for link_id in _WHY for row in told if row.link_id == link_id),
        measures=tuple(
            _measure(form.index[row.link_id], row, response.answers[row.link_id], age)
            for row in told
            if row.link_id.startswith(_MEASURES)
        ),
        pictures=tuple(Pictures(row.label, photos[row.link_id]) for row in told if photos.get(row.link_id)),
        care=tuple(row for row in told if row.link_id.startswith(_CARE)),
        rest=tuple(
            Section(title, tuple(found)) for title, found in groupby(rest, key=lambda row: row.section)
        ),
    )


def years_between(birth: date, day: date) -> int:
    """Return the age at a day, in whole years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _is_told(row: Row, response: Response) -> bool:
    """Leave out which part of the form was written, and that an identity is complete: it is seen."""
    if row.link_id == _MODE:
        return _value(response, _MODE) != _COMPLETE
    return row.link_id != _PART


def _value(response: Response, link_id: str) -> str | None:
    answer = response.answers.get(link_id)
    return str(answer.values[0]) if answer is not None and answer.values else None


def _named(form: Form, row: Row, response: Response) -> Row:
    """Return a row whose communes are named alone: their code says nothing to a doctor."""
    item = form.index[row.link_id]
    if item.type != "choice":
        return row
    known = communes().by_code
    values = tuple(
        known[str(code)].name if str(code) in known and str(code) not in item.options else text
        for text, code in zip(row.values, response.answers[row.link_id].values, strict=True)
    )
    return msgspec.structs.replace(row, values=values)


def _measure(item: Item, row: Row, answer: Answer, age: int | None) -> Measure:
    value = answer.values[0] if answer.values else None
    # The form's limits are those of adults: of a child, or of nobody knows what age, they say nothing.
    if age is None or age < ADULT_YEARS or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return Measure(row)
    if item.soft_minimum is not None and value < item.soft_minimum:
        return Measure(row, "low", _written(item.soft_minimum))
    if item.soft_maximum is not None and value > item.soft_maximum:
        return Measure(row, "high", _written(item.soft_maximum))
    return Measure(row)


def _written(bound: Decimal) -> str:
    return f"{bound.normalize():f}".replace(".", ",")
