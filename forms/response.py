"""From a QuestionnaireResponse to answers, with what its structure alone shows to be wrong (wire §2.1).

Nothing is guessed: a value of another type counts as no value and is a finding; an absence is kept with its
reason.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, cast, get_args

import msgspec

from forms.answer_value import is_date, read_value
from forms.definition import Form, Item, Value
from forms.errors import ResponseMalformed
from forms.extension_urls import ANSWERED_BY, CARRIED_FROM, CONFIRMED, DATA_ABSENT_REASON, TYPED_AS
from forms.finding import Finding, finding

AbsenceReason = Literal["not-asked", "asked-unknown", "asked-declined", "not-performed"]
ABSENCE_REASONS: frozenset[str] = frozenset(get_args(AbsenceReason))
Placed = tuple[str, tuple[str, ...], dict[str, object]]
"""An item of the resource: its linkId, the linkIds of the groups around it, itself."""


class Answer(msgspec.Struct, frozen=True):
    """What one item was answered: `values`, or an `absent` reason, never both.

    `displays` are the texts recorded beside codes, one a value; `answered_by` is a member other than the
    signer; `carried_from` is the ISO day of the earlier answer that was confirmed (`escale:carried`).
    """

    values: tuple[Value, ...] = ()
    absent: AbsenceReason | None = None
    confirmed: bool = False
    typed_as: str | None = None
    answered_by: str | None = None
    displays: tuple[str | None, ...] = ()
    carried_from: str | None = None


class Response(msgspec.Struct, frozen=True):
    """Answers by linkId, in the order of the resource, and the structural findings."""

    answers: dict[str, Answer]
    findings: tuple[Finding, ...] = ()


def read(form: Form, resource: Mapping[str, object]) -> Response:
    """The answers of a QuestionnaireResponse to `form`.

    Raises ResponseMalformed when the resource is of another type, names another form or version, or its items
    are not lists of objects with a linkId.
    """
    if resource.get("resourceType") != "QuestionnaireResponse":
        raise ResponseMalformed("not a QuestionnaireResponse")
    if resource.get("questionnaire") != form.canonical:
        raise ResponseMalformed(f"not an answer to {form.canonical}")
    answers: dict[str, Answer] = {}
    findings: list[Finding] = []
    seen: set[str] = set()
    for link_id, path, element in _walk(resource, ()):
        item = form.index.get(link_id)
        if item is None:
            findings.append(finding(link_id, "unknown-item"))
        elif link_id in seen:
            findings.append(finding(link_id, "duplicate-item"))
        elif item.path != path:
            findings.append(finding(link_id, "misplaced-item"))
        elif "answer" in element:
            answer, code = _answer(item, _objects(element, "answer"))
            answers[link_id] = answer
            if code is not None:
                findings.append(finding(link_id, code))
        seen.add(link_id)
    return Response(answers, tuple(findings))


def _objects(element: Mapping[str, object], name: str) -> list[dict[str, object]]:
    content = element.get(name)
    if content is None:
        return []
    if not isinstance(content, list):
        raise ResponseMalformed(f"{name} is not a list")
    for entry in content:
        if not isinstance(entry, dict):
            raise ResponseMalformed(f"{name} holds something else than objects")
    return content


def _walk(element: Mapping[str, object], path: tuple[str, ...]) -> list[Placed]:
    """Every item below, in order, with the linkIds around it."""
    placed: list[Placed] = []
    for child in _objects(element, "item"):
        link_id = child.get("linkId")
        if not isinstance(link_id, str):
            raise ResponseMalformed("an item without linkId")
        placed.append((link_id, path, child))
        if "item" in child:
            placed += _walk(child, (*path, link_id))
    return placed


def _answer(item: Item, elements: Sequence[Mapping[str, object]]) -> tuple[Answer, str | None]:
    """The answer, and the code of the finding when its elements are not acceptable."""
    if len(elements) == 1 and len(elements[0]) == 1:
        # Nearly all: one value and nothing about it. Whatever is odd falls through.
        value = read_value(item, elements[0])
        if value is not None:
            return Answer((value,), displays=(_display(elements[0]),)), None
    marks = _marks(elements)
    values: list[Value] = []
    displays: list[str | None] = []
    for element in elements:
        value_names = [name for name in element if name.startswith("value")]
        if not value_names:
            continue
        value = read_value(item, element) if len(value_names) == 1 else None
        if value is None:
            return Answer(answered_by=marks.answered_by), "wrong-type"
        values.append(value)
        displays.append(_display(element))
    if not values and not marks.reasons:
        return Answer(answered_by=marks.answered_by), "wrong-type"
    absent, code = _absence(marks.reasons, beside=bool(values))
    if _too_many(item, values):
        code, values, displays = "too-many-values", [], []
    return (
        Answer(
            tuple(values),
            absent,
            marks.confirmed,
            marks.typed_as,
            marks.answered_by,
            tuple(displays),
            marks.carried_from,
        ),
        code,
    )


def _too_many(item: Item, values: Sequence[Value]) -> bool:
    """Several where one is expected, the same twice, or more than the item may hold."""
    if len(values) > 1 and (not item.repeats or len(set(values)) < len(values)):
        return True
    return item.max_occurs is not None and len(values) > item.max_occurs


class _Marks:
    """What the extensions of an item's answers say besides values."""

    __slots__ = ("answered_by", "carried_from", "confirmed", "reasons", "typed_as")

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.confirmed = False
        self.typed_as: str | None = None
        self.answered_by: str | None = None
        self.carried_from: str | None = None


def _marks(elements: Sequence[Mapping[str, object]]) -> _Marks:
    marks = _Marks()
    for element in elements:
        if "extension" not in element:
            continue
        for extension in _objects(element, "extension"):
            match extension.get("url"), extension:
                case url, {"valueCode": str(reason)} if url == DATA_ABSENT_REASON:
                    marks.reasons.append(reason)
                case url, {"valueBoolean": True} if url == CONFIRMED:
                    marks.confirmed = True
                case url, {"valueString": str(text)} if url == TYPED_AS:
                    marks.typed_as = text
                case url, {"valueReference": {"reference": str(reference)}} if url == ANSWERED_BY:
                    marks.answered_by = reference.removeprefix("urn:uuid:")
                case url, {"valueDate": str(day)} if url == CARRIED_FROM and is_date(day):
                    marks.carried_from = day
    return marks


def _absence(reasons: Sequence[str], *, beside: bool) -> tuple[AbsenceReason | None, str | None]:
    """The reason of an absence; a finding when it is unknown, said twice, or beside values."""
    if not reasons:
        return None, None
    if len(reasons) > 1 or beside or reasons[0] not in ABSENCE_REASONS:
        return None, "absence-not-allowed"
    return cast("AbsenceReason", reasons[0]), None


def _display(element: Mapping[str, object]) -> str | None:
    coding = element.get("valueCoding")
    display = coding.get("display") if isinstance(coding, dict) else None
    return display if isinstance(display, str) else None
