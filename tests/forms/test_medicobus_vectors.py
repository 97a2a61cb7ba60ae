"""The consultation form against its vectors: each rule fires, stays silent, at its bounds, when missing."""

import msgspec
import pytest

from forms.definition import Form
from forms.derive import derive
from tests.forms.vectors import Case, findings_of, form_cases, response_to

CASES = form_cases("medicobus-consultation.v1.0.0.json")
FULL = CASES[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_gives_exactly_its_findings(medicobus: Form, case: Case) -> None:
    found = sorted((f.link_id, f.code, f.severity) for f in findings_of(medicobus, case))

    assert found == case.findings


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.disabled is not None or c.calculated is not None],
    ids=lambda case: case.name,
)
def test_a_case_enables_and_calculates_exactly_what_it_says(medicobus: Form, case: Case) -> None:
    answers = response_to(medicobus, case.answers).answers

    derived = derive(medicobus, answers, visit_date=case.visit_date, stop=case.stop)

    if case.disabled is not None:
        assert [link for link in medicobus.index if link not in derived.enabled] == case.disabled
    if case.calculated is not None:
        assert derived.calculated == case.calculated


@pytest.mark.parametrize("removed", FULL.answers)
def test_removing_an_answer_never_creates_a_value(medicobus: Form, removed: str) -> None:
    """Smell 2: an absence must not become a zero, a "no" or a calculated value."""
    full = derive(medicobus, FULL.answers, visit_date=FULL.visit_date, stop=FULL.stop)
    remaining = {link: answer for link, answer in FULL.answers.items() if link != removed}

    derived = derive(medicobus, remaining, visit_date=FULL.visit_date, stop=FULL.stop)

    kept = {link: values for link, values in full.values.items() if link in derived.values}
    assert derived.values == kept
    assert derived.calculated.items() <= full.calculated.items()
    if not medicobus.index[removed].is_calculated:
        assert removed not in derived.values


@pytest.mark.parametrize("removed", FULL.answers)
def test_removing_an_answer_is_never_silent_about_a_required_question(medicobus: Form, removed: str) -> None:
    remaining = {link: answer for link, answer in FULL.answers.items() if link != removed}
    found = findings_of(medicobus, msgspec.structs.replace(FULL, answers=remaining))

    if medicobus.index[removed].required:
        assert (removed, "required") in {(f.link_id, f.code) for f in found}
