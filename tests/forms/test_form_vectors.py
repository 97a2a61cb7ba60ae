"""Every published form against its vectors: each rule fires, stays silent, at its bounds, when missing."""

from decimal import Decimal
from typing import NamedTuple

import msgspec
import pytest

from forms.definition import Form, Option, Value
from forms.derive import Derived, derive
from forms.load import published
from tests.forms.vectors import FOLDER, Case, findings_of, form_cases, response_to


class Published(NamedTuple):
    """A published form and the cases of its vectors, the first of which is a full record."""

    form: Form
    cases: list[Case]


def _name(form: Form) -> str:
    return f"{form.url.rpartition('/')[2]}.v{form.version}"


FORMS = [
    Published(form, form_cases(f"{_name(form)}.json"))
    for form in published().values()
    if (FOLDER / f"{_name(form)}.json").exists()
]
CASES = [pytest.param(form, case, id=f"{_name(form)} {case.name}") for form, cases in FORMS for case in cases]
REMOVED = [
    pytest.param(form, cases[0], link, id=f"{_name(form)} without {link}")
    for form, cases in FORMS
    for link in cases[0].answers
]


COUNTS_OF_WHAT_IS_KNOWN = {"results.assessed", "results.compared"}
"""How many domains have a result: an answer less may lower these, to zero too, which says what is missing."""
SOONER = {"results.next_due"}
"""A day that comes sooner when less is known."""
CAUTIOUS = {"results.step2_needed"}
"""A proposal that is made when nobody says why it should not be."""
NOT_CLINICAL = {"words.list", "previous.kind"}
"""What only orders the work: the next list of words, and whether an earlier step 1 is known."""


def test_every_published_form_has_its_vectors() -> None:
    assert {_name(form) for form in published().values()} == {_name(form) for form, _ in FORMS}


@pytest.mark.parametrize(("form", "case"), CASES)
def test_a_case_gives_exactly_its_findings(form: Form, case: Case) -> None:
    found = sorted((f.link_id, f.code, f.severity) for f in findings_of(form, case))

    assert found == case.findings


@pytest.mark.parametrize(("form", "case"), CASES)
def test_a_case_enables_and_calculates_exactly_what_it_says(form: Form, case: Case) -> None:
    derived = _derived(form, case)

    if case.disabled is not None:
        assert _questions_not_in(derived.enabled, form) == case.disabled
    if case.calculated is not None:
        assert derived.calculated == case.calculated


def _questions_not_in(enabled: frozenset[str], form: Form) -> list[str]:
    return [link for link, item in form.index.items() if item.is_leaf and link not in enabled]


def _derived(form: Form, case: Case) -> Derived:
    answers = response_to(form, case.answers).answers
    return derive(form, answers, visit_date=case.visit_date, stop=case.stop)


def _without(case: Case, link_id: str) -> Case:
    remaining = {link: answer for link, answer in case.answers.items() if link != link_id}
    return msgspec.structs.replace(case, answers=remaining)


@pytest.mark.parametrize(("form", "full", "removed"), REMOVED)
def test_removing_an_answer_never_creates_a_value(form: Form, full: Case, removed: str) -> None:
    """Smell 2: an absence must not become a zero, a "no", another number or a reassuring result.

    A calculated choice may say something else without an answer, that it cannot be interpreted for instance:
    never that all is well. A count of signs may be lower, never zero.
    """
    whole, derived = _derived(form, full), _derived(form, _without(full, removed))

    for link_id, value in derived.calculated.items():
        if value != whole.calculated.get(link_id) and link_id not in NOT_CLINICAL:
            assert _claims_less(form, link_id, value, whole.calculated.get(link_id)), link_id
    typed = {link for link in derived.values if not form.index[link].is_calculated}
    assert {link: derived.values[link] for link in typed} == {link: whole.values[link] for link in typed}
    if not form.index[removed].is_calculated:
        assert removed not in derived.values


def _claims_less(form: Form, link_id: str, value: Value, before: Value | None) -> bool:
    """Whether a calculated value says no more than the one before."""
    item = form.index[link_id]
    if item.type == "choice":
        return item.options[str(value)].tone in ("watch", "alert", "unknown")
    if isinstance(value, bool):
        return value and link_id in CAUTIOUS
    if before is None or isinstance(before, bool):
        return False
    if item.type == "integer" and isinstance(value, int | Decimal) and isinstance(before, int | Decimal):
        return (0 if link_id in COUNTS_OF_WHAT_IS_KNOWN else 1) <= value < before
    return link_id in SOONER and str(value) < str(before)


REASSURING = frozenset({"normal", "no_sign", "no_signal"})
"""Codes of a calculated result that say that all is well."""


def _reassures(option: Option) -> bool:
    return option.tone == "good" or option.code in REASSURING


def _reassuring(form: Form, derived: Derived) -> set[tuple[str, str]]:
    """The calculated results that say that all is well, by linkId and code."""
    options = ((link, form.index[link].options.get(str(value))) for link, value in derived.calculated.items())
    return {(link, option.code) for link, option in options if option is not None and _reassures(option)}


def _bears_on(form: Form) -> set[str]:
    """The linkIds on which a result that can reassure depends, through whatever lies between."""
    pending = [
        item
        for item in form.index.values()
        if item.is_calculated and any(map(_reassures, item.options.values()))
    ]
    found: set[str] = set()
    while pending:
        item = pending.pop()
        enabling = item.enabled_when.reads if item.enabled_when is not None else ()
        asked = [condition.question for condition in item.conditions]
        named = {*item.reads, *enabling, *asked, *item.path} - found
        found |= named
        pending += [form.index[link_id] for link_id in named]
    return found


JUDGED = [
    pytest.param(form, case, links, id=f"{_name(form)} {case.name}")
    for form, cases in FORMS
    if (links := _bears_on(form))
    for case in cases
]


@pytest.mark.parametrize(("form", "case", "links"), JUDGED)
def test_removing_any_answer_of_any_case_never_reassures(form: Form, case: Case, links: set[str]) -> None:
    before = _reassuring(form, _derived(form, case))

    for removed in case.answers.keys() & links:
        after = _reassuring(form, _derived(form, _without(case, removed)))
        assert after <= before, removed


@pytest.mark.parametrize(("form", "full", "removed"), REMOVED)
def test_removing_an_answer_is_never_silent_about_a_required_question(
    form: Form, full: Case, removed: str
) -> None:
    found = findings_of(form, _without(full, removed))

    if form.index[removed].required:
        assert (removed, "required") in {(f.link_id, f.code) for f in found}
