"""Every published form against its vectors: each rule fires, stays silent, at its bounds, when missing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import pytest

from forms.definition import Form, Item, Option, Value
from forms.derive import Derived, derive
from forms.load import parse, published
from forms.response import Answer, Response
from forms.validate import validate
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
EACH_FORM = pytest.mark.parametrize(("form", "cases"), FORMS, ids=[_name(form) for form, _ in FORMS])
"""One test a form, whose failure names its cases: a test for each costs more than what it tests."""

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


@EACH_FORM
def test_each_case_gives_exactly_its_findings(form: Form, cases: list[Case]) -> None:
    found = [sorted((f.link_id, f.code, f.severity) for f in findings_of(form, case)) for case in cases]

    assert _differences(cases, found, [case.findings for case in cases]) == []


@EACH_FORM
def test_each_case_enables_and_calculates_exactly_what_it_says(form: Form, cases: list[Case]) -> None:
    derived = [_derived(form, case) for case in cases]
    disabled = [_questions_not_in(each.enabled, form) for each in derived]
    calculated = [each.calculated for each in derived]

    assert _differences(cases, disabled, [case.disabled for case in cases]) == []
    assert _differences(cases, calculated, [case.calculated for case in cases]) == []


def _differences(cases: list[Case], found: Sequence[object], expected: Sequence[object]) -> list[object]:
    """The cases, by name, that state another thing than what was found; one that states nothing is none."""
    return [
        {"case": case.name, "found": one, "expected": other}
        for case, one, other in zip(cases, found, expected, strict=True)
        if other is not None and one != other
    ]


def _questions_not_in(enabled: frozenset[str], form: Form) -> list[str]:
    return [link for link, item in form.index.items() if item.is_leaf and link not in enabled]


def _derived(form: Form, case: Case) -> Derived:
    return _derived_of(form, case, _read(form, case))


def _read(form: Form, case: Case) -> dict[str, Answer]:
    """The answers of a case as they come back from JSON: read once, whatever is then left out of them."""
    return response_to(form, case.answers).answers


def _derived_of(form: Form, case: Case, answers: Mapping[str, Answer]) -> Derived:
    return derive(form, answers, visit_date=case.visit_date, stop=case.stop)


def _without(answers: Mapping[str, Answer], link_id: str) -> dict[str, Answer]:
    return {link: answer for link, answer in answers.items() if link != link_id}


@EACH_FORM
def test_removing_an_answer_never_creates_a_value(form: Form, cases: list[Case]) -> None:
    """Smell 2: an absence must not become a zero, a "no", another number or a reassuring result.

    A calculated choice may say something else without an answer, that it cannot be interpreted for instance:
    never that all is well. A count of signs may be lower, never zero.
    """
    full = cases[0]
    answers = _read(form, full)
    whole = _derived_of(form, full, answers)

    created = {
        removed: wrong
        for removed in full.answers
        if (wrong := _created(form, whole, _derived_of(form, full, _without(answers, removed)), removed))
    }

    assert created == {}


def _created(form: Form, whole: Derived, left: Derived, removed: str) -> list[str]:
    """The linkIds that say more than before, or another thing, once the answer `removed` is not there."""
    wrong = [
        link_id
        for link_id, value in left.calculated.items()
        if value != whole.calculated.get(link_id)
        and link_id not in NOT_CLINICAL
        and not _claims_less(form, link_id, value, whole.calculated.get(link_id))
    ]
    typed = [link for link in left.values if not form.index[link].is_calculated]
    wrong += [link for link in typed if left.values[link] != whole.values.get(link)]
    return wrong + ([removed] if removed in typed else [])


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


def _can_reassure(form: Form) -> list[Item]:
    return [
        item
        for item in form.index.values()
        if item.is_calculated and any(map(_reassures, item.options.values()))
    ]


def _bears_on(form: Form) -> set[str]:
    """The linkIds on which a result that can reassure depends, through whatever lies between."""
    pending = _can_reassure(form)
    found: set[str] = set()
    while pending:
        item = pending.pop()
        enabling = item.enabled_when.reads if item.enabled_when is not None else ()
        asked = [condition.question for condition in item.conditions]
        named = {*item.reads, *enabling, *asked, *item.path} - found
        found |= named
        pending += [form.index[link_id] for link_id in named]
    return found


def _only(form: Form, links: set[str]) -> Form:
    """The form with no other item than these, for what depends on nothing else."""
    index = {link_id: item for link_id, item in form.index.items() if link_id in links}
    return msgspec.structs.replace(form, index=index)


REASSURING_FORMS = [each for each in FORMS if _can_reassure(each.form)]


@pytest.mark.parametrize(
    ("form", "cases"), REASSURING_FORMS, ids=[_name(form) for form, _ in REASSURING_FORMS]
)
def test_removing_any_answer_of_any_case_never_reassures(form: Form, cases: list[Case]) -> None:
    assert _reassured(form, cases) == []


def _reassured(form: Form, cases: list[Case]) -> list[tuple[str, str, set[tuple[str, str]]]]:
    """The cases, and the answer whose removal makes some result say that all is well."""
    links = _bears_on(form)
    bearing = _only(form, links | {item.link_id for item in _can_reassure(form)})

    wrong = []
    for case in cases:
        answers = _read(form, case)
        before = _reassuring(bearing, _derived_of(bearing, case, answers))
        assert before == _reassuring(form, _derived_of(form, case, answers)), case.name
        for removed in case.answers.keys() & links:
            after = _reassuring(bearing, _derived_of(bearing, case, _without(answers, removed)))
            wrong += [(case.name, removed, after - before)] if after - before else []
    return wrong


@pytest.mark.parametrize("domain", ["cognition", "locomotion", "nutrition", "vision", "hearing", "mood"])
def test_a_rule_that_takes_absence_for_normal_is_found(domain: str) -> None:
    """The test above can fail: of a domain that says « normal » where nothing was assessed."""
    form, cases = next(each for each in FORMS if each.form.url.endswith("/icope-step1"))
    document = json.loads(form.text)
    (state,) = (item for item in _items(document) if item["linkId"] == f"{domain}.state")
    for extension in state["extension"]:
        if extension["url"].endswith("calculatedExpression"):
            expression = extension["valueExpression"]
            expression["expression"] = expression["expression"].replace("'not_assessed'", "'normal'")
            expression["expression"] = expression["expression"].replace("'incomplete'", "'normal'")
    mutated = parse(json.dumps(document).encode(), "mutated")

    wrong = _reassured(mutated, cases)

    assert {result for _, _, found in wrong for result in found} == {(f"{domain}.state", "normal")}


def _items(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in holder.get("item", []):
        yield item
        yield from _items(item)


@EACH_FORM
def test_removing_an_answer_is_never_silent_about_a_required_question(form: Form, cases: list[Case]) -> None:
    full = cases[0]
    response = response_to(form, full.answers)
    required = [link for link in full.answers if form.index[link].required]

    silent = [
        removed
        for removed in required
        if (removed, "required") not in _found(form, full, _without(response.answers, removed))
    ]

    assert required
    assert silent == []


def _found(form: Form, case: Case, answers: dict[str, Answer]) -> set[tuple[str, str]]:
    response = Response(answers)
    found = validate(form, response, visit_date=case.visit_date, stop=case.stop, today=case.today)
    return {(each.link_id, each.code) for each in found}
