"""`python -m forms score`: what a form calculates from the answers of one QuestionnaireResponse."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from forms.answer_value import is_date
from forms.content import without_mark
from forms.definition import Form, Value
from forms.derive import Derived, derive
from forms.errors import CommandRefused, ExpressionFailed, ResponseMalformed
from forms.finding import Finding
from forms.load import load, published
from forms.refused import dependents, refused
from forms.response import Response, read

DIFFERS = "differs_from_recorded"
"""Beside the values, when there are some: linkIds whose recorded value is another than the calculated one."""
NOT_CALCULABLE = "not_calculable"
"""Beside the values, when there are some: linkIds of results that depend on a value which is refused."""
DAY = 10
_MOST_DIGITS = 30
"""Of a number, before and after its point: an answer has a few."""
_LONGEST = 100


def score(path: Path, form_file: Path | None) -> tuple[dict[str, object], tuple[Finding, ...]]:
    """The calculated values by linkId, and what is wrong with the response's structure, or with a value.

    A value outside its hard limits, or an impossible date, gives no result: whatever depends on it is left
    out, and named under `NOT_CALCULABLE`. `form_file`: a form that is not published yet. The day of the visit
    is that of `authored`. Without a stop, a distance has no value. Raises CommandRefused, FormInvalid, and
    OSError when a file cannot be read.
    """
    try:
        return _scored(path, form_file)
    except RecursionError as error:
        raise CommandRefused(f"{path}: nested too deeply to be read") from error


def _scored(path: Path, form_file: Path | None) -> tuple[dict[str, object], tuple[Finding, ...]]:
    resource = _resource(path)
    form = load(form_file) if form_file is not None else _published(resource.get("questionnaire"))
    visit_date = _visit_date(resource.get("authored"))
    try:
        response = read(form, resource)
        derived = derive(form, response.answers, visit_date=visit_date, stop=None)
    except ResponseMalformed as error:
        raise CommandRefused(f"{path}: {_short(error)}") from error
    except ExpressionFailed as error:
        raise CommandRefused(f"{path}: cannot be evaluated: {_short(error)}") from error
    impossible = refused(form, derived, visit_date)
    withheld = dependents(form, derived, {finding.link_id for finding in impossible})
    values: dict[str, object] = {
        link: _json(value) for link, value in derived.calculated.items() if link not in withheld
    }
    beside = {
        NOT_CALCULABLE: [
            link for link, item in form.index.items() if link in withheld and item.is_calculated
        ],
        DIFFERS: [link for link in _differing(form, response, derived) if link not in withheld],
    }
    values |= {name: links for name, links in beside.items() if links}
    return values, (*response.findings, *impossible)


def _differing(form: Form, response: Response, derived: Derived) -> Iterator[str]:
    for link_id, answer in response.answers.items():
        if form.index[link_id].is_calculated and answer.values != derived.values.get(link_id, ()):
            yield link_id


def _resource(path: Path) -> Mapping[str, object]:
    try:
        resource = json.loads(
            without_mark(path.read_bytes()).decode(),
            parse_float=_number,
            parse_int=_whole,
            parse_constant=_no_number,
        )
    except _NoNumber as error:
        raise CommandRefused(f"{path}: {error}") from error
    except ValueError as error:
        raise CommandRefused(f"{path}: not JSON in UTF-8") from error
    if not isinstance(resource, dict):
        raise CommandRefused(f"{path}: an object is expected")
    return resource


class _NoNumber(Exception):
    """A number that no answer can be: of no JSON, or with more digits than anything measured."""


def _number(written: str) -> Decimal:
    number = Decimal(written)
    if len(written) > 2 * _MOST_DIGITS or abs(number.adjusted()) > _MOST_DIGITS:
        raise _NoNumber(f"{_short(written)} has more than {_MOST_DIGITS} digits before or after its point")
    return number


def _whole(written: str) -> int:
    return int(_number(written))


def _no_number(written: str) -> NoReturn:
    raise _NoNumber(f"{written} is no number of JSON")


def _short(written: object) -> str:
    """A value of the file as a refusal names it: short, on one line."""
    line = " ".join(str(written).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _published(canonical: object) -> Form:
    url, _, version = str(canonical).partition("|")
    form = published().get((url, version))
    if form is None:
        known = ", ".join(each.canonical for each in published().values())
        raise CommandRefused(f"questionnaire: {_short(canonical)} is not published; known are {known}")
    return form


def _visit_date(authored: object) -> date:
    day = authored[:DAY] if isinstance(authored, str) else ""
    if not is_date(day):
        raise CommandRefused("authored: the day of the visit is expected, YYYY-MM-DD…")
    return date.fromisoformat(day)


def _json(value: Value) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
