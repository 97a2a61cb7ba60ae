"""Reading `tests/vectors/forms`: the language-neutral cases that the tablet's engine must pass too."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from forms import build
from forms.communes import Position
from forms.definition import Form
from forms.finding import Finding
from forms.response import Answer, Response, read
from forms.validate import validate

FOLDER = Path(__file__).parent.parent / "vectors" / "forms"


def vectors(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"), parse_float=Decimal)


class Case(msgspec.Struct, frozen=True):
    """One case of a form's vectors, its change applied to its base."""

    name: str
    answers: dict[str, Answer]
    findings: list[tuple[str, str, str]]
    disabled: list[str] | None
    calculated: dict[str, Any] | None
    visit_date: date
    today: date
    stop: Position | None


def form_cases(name: str) -> list[Case]:
    document = vectors(name)
    return [_case(document, case) for case in document["cases"]]


def response_to(form: Form, answers: dict[str, Answer]) -> Response:
    """The answers as they come back from a QuestionnaireResponse written to JSON."""
    return read(form, json.loads(json.dumps(build.resource(form, answers))))


def findings_of(form: Form, case: Case) -> list[Finding]:
    return validate(
        form,
        response_to(form, case.answers),
        visit_date=case.visit_date,
        stop=case.stop,
        today=case.today,
    )


def _case(document: Any, case: Any) -> Case:
    flat = dict(document["bases"][case["base"]])
    for link_id, change in case["change"].items():
        flat.pop(link_id, None)
        if change is not None:
            flat[link_id] = change
    stop = case.get("stop", document["stop"])
    visit_date = case.get("visit_date", document["visit_date"])
    return Case(
        name=case["name"],
        answers=build.answers_from_flat(flat),
        findings=sorted((link, code, severity) for link, code, severity in case["findings"]),
        disabled=case.get("disabled"),
        calculated=case.get("calculated"),
        visit_date=date.fromisoformat(visit_date),
        today=date.fromisoformat(case.get("today", visit_date)),
        stop=None if stop is None else Position(float(stop["latitude"]), float(stop["longitude"])),
    )
