"""The value of one `answer` element, by the type of its item; nothing is guessed (wire §2.1).

A dispatch and plain look-ups: matching a mapping pattern takes four times as long, fifty times a record.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from forms.definition import Item, ItemType, Value
from forms.photo import read_attachment

INSEE_COG = "https://escale.example/fhir/CodeSystem/insee-cog"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_value(item: Item, element: Mapping[str, object]) -> Value | None:
    """The flat value of one `answer` element, or None when it is not of the item's type or unit."""
    reader = _READERS.get(item.type)
    return None if reader is None else reader(item, element)


def _text(_item: Item, element: Mapping[str, object]) -> Value | None:
    text = element.get("valueString")
    return text if isinstance(text, str) else None


def _integer(_item: Item, element: Mapping[str, object]) -> Value | None:
    whole = element.get("valueInteger")
    return whole if isinstance(whole, int) and not isinstance(whole, bool) else None


def _decimal(_item: Item, element: Mapping[str, object]) -> Value | None:
    return _number(element.get("valueDecimal"))


def _quantity(item: Item, element: Mapping[str, object]) -> Value | None:
    quantity, unit = element.get("valueQuantity"), item.unit
    if not isinstance(quantity, dict) or unit is None:
        return None
    in_unit = quantity.get("code") == unit.code and quantity.get("system") == unit.system
    return _number(quantity.get("value")) if in_unit else None


def _date(_item: Item, element: Mapping[str, object]) -> Value | None:
    text = element.get("valueDate")
    return text if isinstance(text, str) and is_date(text) else None


def _boolean(_item: Item, element: Mapping[str, object]) -> Value | None:
    truth = element.get("valueBoolean")
    return truth if isinstance(truth, bool) else None


def _choice(item: Item, element: Mapping[str, object]) -> Value | None:
    coding = element.get("valueCoding")
    if not isinstance(coding, dict):
        return None
    code = coding.get("code")
    return code if isinstance(code, str) and coding.get("system") == coding_system(item, code) else None


def _photo(_item: Item, element: Mapping[str, object]) -> Value | None:
    return read_attachment(element.get("valueAttachment"))


def coding_system(item: Item, code: str) -> str:
    """The system of a code of this item: its option's, else the item's own (a lookup has one for all)."""
    if item.lookup is not None:
        return INSEE_COG
    option = item.options.get(code)
    return option.system if option is not None else next(iter(item.options.values())).system


def is_date(text: str) -> bool:
    """Whether the text is a full, existing calendar date, `YYYY-MM-DD`."""
    if _ISO_DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        # The shortest text of a binary number is what was typed: 36.6, not 36.60000000000000142.
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    return None


_READERS: Mapping[ItemType, Callable[[Item, Mapping[str, object]], Value | None]] = {
    "string": _text,
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "quantity": _quantity,
    "date": _date,
    "boolean": _boolean,
    "choice": _choice,
    "attachment": _photo,
}
