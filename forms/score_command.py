"""`python -m forms score`: what a form calculates from the answers of one QuestionnaireResponse."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from forms.answer_value import is_date
from forms.definition import Form, Value
from forms.derive import derive
from forms.errors import CommandRefused, ExpressionFailed, ResponseMalformed
from forms.finding import Finding
from forms.load import load, published
from forms.response import read

DIFFERS = "differs_from_recorded"
"""Beside the values, when there are some: linkIds whose recorded value is another than the calculated one."""
DAY = 10


def score(path: Path, form_file: Path | None) -> tuple[dict[str, object], tuple[Finding, ...]]:
    """The calculated values by linkId, and what is wrong with the structure of the response.

    `form_file`: a form that is not published yet. The day of the visit is that of `authored`. Without a stop,
    a distance has no value. Raises CommandRefused, FormInvalid, and OSError when a file cannot be read.
    """
    resource = _resource(path)
    form = load(form_file) if form_file is not None else _published(resource.get("questionnaire"))
    visit_date = _visit_date(resource.get("authored"))
    try:
        response = read(form, resource)
        derived = derive(form, response.answers, visit_date=visit_date, stop=None)
    except ResponseMalformed as error:
        raise CommandRefused(f"{path}: {error}") from error
    except ExpressionFailed as error:
        raise CommandRefused(f"{path}: cannot be evaluated: {error}") from error
    values: dict[str, object] = {link: _json(value) for link, value in derived.calculated.items()}
    differs = [
        link_id
        for link_id, answer in response.answers.items()
        if form.index[link_id].is_calculated and answer.values != derived.values.get(link_id, ())
    ]
    return (values | {DIFFERS: differs} if differs else values), response.findings


def _resource(path: Path) -> Mapping[str, object]:
    try:
        resource = json.loads(path.read_bytes(), parse_float=Decimal)
    except ValueError as error:
        raise CommandRefused(f"{path}: not JSON in UTF-8") from error
    if not isinstance(resource, dict):
        raise CommandRefused(f"{path}: an object is expected")
    return resource


def _published(canonical: object) -> Form:
    url, _, version = str(canonical).partition("|")
    form = published().get((url, version))
    if form is None:
        known = ", ".join(each.canonical for each in published().values())
        raise CommandRefused(f"questionnaire: {canonical} is not published; known are {known}")
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
