"""Calculated values that are another here than in the record, to be compared; nothing is corrected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from forms.communes import Position
from forms.definition import Form
from forms.derive import derive
from forms.present import Language, Row, rows
from forms.response import Answer, Response
from server.store.control import Stop
from server.store.read import Finding, FindingCode


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One result: its question, what is recorded and what is found here, as people write it, or ``""``."""

    label: str
    recorded: str
    here: str


def recomputed(
    form: Form,
    response: Response,
    findings: Sequence[Finding],
    *,
    visit_date: date,
    stop: Stop | None,
    may_see: Callable[[Row], bool],
    language: Language,
) -> tuple[Recomputed, ...]:
    """Return the results that ``findings`` name and ``may_see`` allows, in the form's order."""
    named = {
        finding.details["link_id"] for finding in findings if finding.code is FindingCode.CALCULATION_DIFFERS
    }
    if not named:
        return ()
    position = Position(stop.latitude, stop.longitude) if stop is not None else None
    derived = derive(form, response.answers, visit_date=visit_date, stop=position, as_recorded=True)
    values = {link: (value,) for link, value in derived.calculated.items() if link in named}
    here = _by_link(form, Response({link: Answer(values.get(link, ())) for link in named}), language)
    recorded = _by_link(form, response, language)
    return tuple(
        Recomputed(row.label, _said(recorded.get(link)), _said(row))
        for link, row in here.items()
        if may_see(row)
    )


def _by_link(form: Form, response: Response, language: Language) -> dict[str, Row]:
    return {row.link_id: row for row in rows(form, response, language)}


def _said(row: Row | None) -> str:
    return ", ".join(row.values) if row is not None else ""
