"""The consultation form against its vectors: each rule fires, stays silent, at its bounds, when missing."""

import msgspec
import pytest

from forms.definition import Form
from forms.derive import derive
from forms.load import published
from tests.forms.vectors import Case, findings_of, form_cases, response_to

VERSIONS = {
    form.version: form_cases(f"medicobus-consultation.v{form.version}.json") for form in published().values()
}
FORMS = {form.version: form for form in published().values()}
CASES = [
    pytest.param(version, case, id=f"{version} {case.name}")
    for version in VERSIONS
    for case in VERSIONS[version]
]
REMOVED = [(version, link) for version, cases in VERSIONS.items() for link in cases[0].answers]


@pytest.mark.parametrize(("version", "case"), CASES)
def test_a_case_gives_exactly_its_findings(version: str, case: Case) -> None:
    medicobus = FORMS[version]
    found = sorted((f.link_id, f.code, f.severity) for f in findings_of(medicobus, case))

    assert found == case.findings


@pytest.mark.parametrize(("version", "case"), CASES)
def test_a_case_enables_and_calculates_exactly_what_it_says(version: str, case: Case) -> None:
    medicobus = FORMS[version]
    answers = response_to(medicobus, case.answers).answers

    derived = derive(medicobus, answers, visit_date=case.visit_date, stop=case.stop)

    if case.disabled is not None:
        assert _questions_not_in(derived.enabled, medicobus) == case.disabled
    if case.calculated is not None:
        assert derived.calculated == case.calculated


def _questions_not_in(enabled: frozenset[str], form: Form) -> list[str]:
    return [link for link, item in form.index.items() if item.is_leaf and link not in enabled]


@pytest.mark.parametrize(("version", "removed"), REMOVED)
def test_removing_an_answer_never_creates_a_value(version: str, removed: str) -> None:
    """Smell 2: an absence must not become a zero, a "no" or a calculated value."""
    medicobus, full = FORMS[version], VERSIONS[version][0]
    whole = derive(medicobus, full.answers, visit_date=full.visit_date, stop=full.stop)
    remaining = {link: answer for link, answer in full.answers.items() if link != removed}

    derived = derive(medicobus, remaining, visit_date=full.visit_date, stop=full.stop)

    kept = {link: values for link, values in whole.values.items() if link in derived.values}
    assert derived.values == kept
    assert derived.calculated.items() <= whole.calculated.items()
    if not medicobus.index[removed].is_calculated:
        assert removed not in derived.values


@pytest.mark.parametrize(("version", "removed"), REMOVED)
def test_removing_an_answer_is_never_silent_about_a_required_question(version: str, removed: str) -> None:
    medicobus, full = FORMS[version], VERSIONS[version][0]
    remaining = {link: answer for link, answer in full.answers.items() if link != removed}
    found = findings_of(medicobus, msgspec.structs.replace(full, answers=remaining))

    if medicobus.index[removed].required:
        assert (removed, "required") in {(f.link_id, f.code) for f in found}
