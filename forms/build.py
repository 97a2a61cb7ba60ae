"""From flat answers to FHIR (docs/forms.md, "The flat form of answers").

Serves expressions, which read FHIR; vectors, which are flat; and demonstration records.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from forms.answer_value import coding_system
from forms.communes import table
from forms.definition import Form, Item, Value
from forms.extension_urls import ANSWERED_BY, CARRIED_FROM, CONFIRMED, DATA_ABSENT_REASON, TYPED_AS
from forms.photo import Photo, attachment, checked
from forms.response import ABSENCE_REASONS, AbsenceReason, Answer

JsonObject = dict[str, object]


def answers_from_flat(flat: Mapping[str, Mapping[str, object]]) -> dict[str, Answer]:
    """Flat answers by linkId. Raises ValueError when one has neither values nor a known absence."""
    return {link_id: _answer(link_id, content) for link_id, content in flat.items()}


def resource(form: Form, answers: Mapping[str, Answer]) -> JsonObject:
    """A completed QuestionnaireResponse (wire §2.1), its items nested in the form's groups.

    Answers to linkIds the form does not have are written at the end, at the top: as a stray item would come.
    """
    items = [built for item in form.items if (built := _item(item, answers)) is not None]
    items += [
        {"linkId": link_id, "answer": [{"valueString": str(value)} for value in answers[link_id].values]}
        for link_id in answers
        if link_id not in form.index
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": form.canonical,
        "status": "completed",
        "item": items,
    }


def elements(item: Item, answer: Answer) -> list[JsonObject]:
    """The `answer` elements of one item: one a value, or one that carries the absence."""
    extensions: list[JsonObject] = []
    if answer.absent is not None:
        extensions.append({"url": DATA_ABSENT_REASON, "valueCode": answer.absent})
    if answer.confirmed:
        extensions.append({"url": CONFIRMED, "valueBoolean": True})
    if answer.typed_as is not None:
        extensions.append({"url": TYPED_AS, "valueString": answer.typed_as})
    if answer.answered_by is not None:
        reference = {"reference": f"urn:uuid:{answer.answered_by}"}
        extensions.append({"url": ANSWERED_BY, "valueReference": reference})
    if answer.carried_from is not None:
        extensions.append({"url": CARRIED_FROM, "valueDate": answer.carried_from})
    bodies = [element(item, value) for value in answer.values] or [{}]
    return [{"extension": extensions, **body} if extensions else body for body in bodies]


def element(item: Item, value: Value) -> JsonObject:
    """One value as FHIR writes it for the item's type; a value of another type is written as it is."""
    match item.type:
        case "quantity" if item.unit is not None:
            unit = item.unit
            return {
                "valueQuantity": {
                    "value": _json_number(value),
                    "unit": unit.display,
                    "system": unit.system,
                    "code": unit.code,
                }
            }
        case "choice":
            return {"valueCoding": _coding(item, str(value))}
        case "boolean":
            return {"valueBoolean": value}
        case "date":
            return {"valueDate": value}
        case "integer":
            return {"valueInteger": _json_number(value)}
        case "decimal":
            return {"valueDecimal": _json_number(value)}
        case "attachment" if isinstance(value, Photo):
            return {"valueAttachment": attachment(value)}
        case _:
            return {"valueString": value}


def _answer(link_id: str, flat: Mapping[str, object]) -> Answer:
    absent: AbsenceReason | None = None
    values: tuple[Value, ...] = ()
    match flat:
        case {"absent": str(reason)} if reason in ABSENCE_REASONS:
            absent = cast("AbsenceReason", reason)
        case {"values": [_, *_] as given}:
            values = tuple(_value(link_id, value) for value in given)
        case _:
            raise ValueError(f"{link_id}: a flat answer has values, or an absence reason")
    typed_as, answered_by, day = flat.get("typed_as"), flat.get("answered_by"), flat.get("carried_from")
    return Answer(
        values=values,
        absent=absent,
        confirmed=flat.get("confirmed") is True,
        typed_as=typed_as if isinstance(typed_as, str) else None,
        answered_by=answered_by if isinstance(answered_by, str) else None,
        carried_from=day if isinstance(day, str) else None,
    )


def _value(link_id: str, value: object) -> Value:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, str | int | Decimal):
        return value
    photo = checked(value) if isinstance(value, dict) else None
    if photo is not None:
        return photo
    raise ValueError(f"{link_id}: a flat value is a text, a number, a boolean or a photo")


def _item(item: Item, answers: Mapping[str, Answer]) -> JsonObject | None:
    if item.type == "group":
        children = [built for child in item.items if (built := _item(child, answers)) is not None]
        return {"linkId": item.link_id, "text": item.text, "item": children} if children else None
    answer = answers.get(item.link_id)
    if answer is None:
        return None
    return {"linkId": item.link_id, "text": item.text, "answer": elements(item, answer)}


def _coding(item: Item, code: str) -> JsonObject:
    coding: JsonObject = {"system": coding_system(item, code), "code": code}
    option = item.options.get(code)
    if option is not None:
        coding["display"] = option.display
    elif item.lookup is not None and code in table().by_code:
        coding["display"] = table().by_code[code].name
    return coding


def _json_number(value: Value) -> Value | float:
    """A number as JSON writes it: whole numbers without a point."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
