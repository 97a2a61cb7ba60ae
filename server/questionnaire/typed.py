"""From what a page's form sent to flat answers: nothing is guessed, and what cannot be read is a finding."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from forms.answer_value import is_date
from forms.definition import NUMBER_TYPES, Item, Value
from forms.response import AbsenceReason, Answer
from server.plain_text import without_controls

Typed = Mapping[str, Sequence[str]]
"""Every text of a sent form, by the name of its field."""

ABSENCE_MARK: Final = "~"
"""Before an absence reason among the values of a field; no code of ours begins with it."""
OFFERED_ABSENCES: Final[tuple[AbsenceReason, ...]] = ("asked-unknown", "asked-declined")
"""What somebody who answers by themselves can say; « not asked » and « impossible » are an interviewer's."""
MAX_TYPED: Final = 8_000
"""Characters read of one field: more than any item holds, so that its own limit is what refuses."""

_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,12})?", re.ASCII)
_FRENCH_DAY = "%d/%m/%Y"


def first(typed: Typed, name: str, otherwise: str = "") -> str:
    """Return the first text of a field; ``otherwise`` when it was not sent."""
    return next(iter(typed.get(name, ())), otherwise)


def name_of(link_id: str, prefix: str) -> str:
    """Return the name of an item's field; ``prefix`` tells two forms on one page apart."""
    return f"{prefix}{link_id}"


def confirm_name(link_id: str, prefix: str) -> str:
    """Return the name of the box that confirms an unusual value."""
    return f"confirm:{prefix}{link_id}"


def read_item(item: Item, prefix: str, typed: Typed) -> tuple[Answer | None, str | None]:
    """Return what one item was answered, None when nothing was; and the code of a finding, if any.

    A text of spaces is no answer; control characters and marks of direction are dropped. Several values where
    one is expected, or an absence beside a value, count as no value, and are said.
    """
    sent = (without_controls(text) for text in typed.get(name_of(item.link_id, prefix), ()))
    texts = [text for text in sent if text.strip()]
    if not texts:
        return None, None
    reasons = [absence for text in texts if (absence := absence_in(text)) is not None]
    if reasons:
        if len(texts) > 1:
            return Answer(), "absence-not-allowed"
        return Answer(absent=reasons[0]), None
    values: list[Value] = []
    for text in texts:
        value = _value(item, text)
        if value is None:
            return Answer(), "wrong-type"
        values.append(value)
    too_many = len(values) > 1 and (not item.repeats or len(set(values)) < len(values))
    if too_many or (item.max_occurs is not None and len(values) > item.max_occurs):
        return Answer(), "too-many-values"
    confirmed = bool(typed.get(confirm_name(item.link_id, prefix)))
    return Answer(values=tuple(values), confirmed=confirmed), None


def absence_in(text: str) -> AbsenceReason | None:
    """Return the absence that a field's text says, None when it is a value."""
    reason = text.removeprefix(ABSENCE_MARK)
    if text.startswith(ABSENCE_MARK) and reason in OFFERED_ABSENCES:
        return reason
    return None


def _value(item: Item, text: str) -> Value | None:
    if item.type in NUMBER_TYPES:
        return _number(item, text)
    match item.type:
        case "boolean":
            return {"true": True, "false": False}.get(text)
        case "date":
            return _day(text.strip())
        case "choice" | "string":
            return text.strip()[:MAX_TYPED]
        case "text":
            # A browser sends line ends as CRLF: they would count twice against the item's length.
            return text.replace("\r\n", "\n").strip()[:MAX_TYPED]
        case _:
            return None


def _number(item: Item, text: str) -> Value | None:
    plain = "".join(text.split()).replace(",", ".")
    if _NUMBER.fullmatch(plain) is None:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    if item.type == "integer":
        return int(number) if number == number.to_integral_value() else None
    return number


def _day(text: str) -> Value | None:
    if is_date(text):
        return text
    try:
        # A day, without a zone: only its date is kept.
        return datetime.strptime(text, _FRENCH_DAY).date().isoformat()  # noqa: DTZ007
    except ValueError:
        return None


def flat(answers: Mapping[str, Answer]) -> dict[str, dict[str, object]]:
    """Return answers in the flat form, as JSON holds it (forms.md)."""
    return {link_id: _flat(answer) for link_id, answer in answers.items()}


def _flat(answer: Answer) -> dict[str, object]:
    if answer.absent is not None:
        return {"absent": answer.absent}
    content: dict[str, object] = {"values": [_json(value) for value in answer.values]}
    return {**content, "confirmed": True} if answer.confirmed else content


def _json(value: Value) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
