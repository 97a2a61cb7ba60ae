"""Every rule of every published form has its cases in the vectors: fires, silent, at the boundary, missing.

`test_form_vectors.py` holds that each case is answered as it says; here it is held that no rule is without
one. A case is on the boundary when another one, with the other outcome, differs from it in one answer of
those that the rule reads; of a limit, when the value is the limit itself.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import pytest

from forms.definition import Form, Item, Value
from forms.derive import Derived
from tests.forms.test_form_vectors import FORMS, _derived_of, _name, _read
from tests.forms.vectors import Case, findings_of


class Tried(NamedTuple):
    """A case, what it derives, and its findings by linkId and code."""

    name: str
    derived: Derived
    findings: frozenset[tuple[str, str]]
    answered: frozenset[str]

    def values(self, link_id: str) -> tuple[Value, ...]:
        """The values of an enabled item; none of one that is absent or not asked."""
        return tuple(self.derived.values.get(link_id, ()))


SEVERAL = 2
EACH = pytest.mark.parametrize("number", range(len(FORMS)), ids=[_name(form) for form, _ in FORMS])


@cache
def _tried(number: int) -> tuple[Form, tuple[Tried, ...]]:
    form, cases = FORMS[number]
    return form, tuple(_try(form, case) for case in cases)


def _try(form: Form, case: Case) -> Tried:
    derived = _derived_of(form, case, _read(form, case))
    found = frozenset((each.link_id, each.code) for each in findings_of(form, case))
    return Tried(case.name, derived, found, frozenset(case.answers))


def lacking_constraints(form: Form, tried: Sequence[Tried]) -> Iterator[tuple[str, ...]]:
    """What cases each constraint lacks; one that asks for an answer fires where it is missing."""
    for item in form.index.values():
        asked = [each for each in tried if item.link_id in each.derived.enabled]
        for constraint in item.constraints:
            place, reads = (item.link_id, constraint.key), constraint.expression.reads
            fires = [each for each in asked if place in each.findings]
            quiet = [each for each in asked if place not in each.findings]
            whole = [each for each in quiet if all(each.values(link) for link in reads)]
            lacks = {
                "fires": not fires,
                "silent": not whole,
                "missing": all(all(each.values(link) for link in reads) for each in asked),
                "boundary": not _beside(fires, quiet, reads),
            }
            yield from ((*place, what) for what, is_lacking in lacks.items() if is_lacking)


def _beside(some: Sequence[Tried], others: Sequence[Tried], reads: Sequence[str]) -> bool:
    """Whether one of each differ in a single answer of those that are read."""
    return any(
        sum(one.values(link) != other.values(link) for link in reads) == 1 for one in some for other in others
    )


def lacking_results(form: Form, tried: Sequence[Tried]) -> Iterator[tuple[str, ...]]:
    """Which results of a calculation no case has, and those that no case with another result is beside."""
    for item in form.index.values():
        if not item.is_calculated:
            continue
        asked = [each for each in tried if item.link_id in each.derived.enabled]
        by_result: dict[str, list[Tried]] = {}
        for each in asked:
            by_result.setdefault(str(each.derived.calculated.get(item.link_id)), []).append(each)
        if item.type in ("choice", "boolean"):
            yield from _lacking_outcomes(item, by_result)
        elif len(by_result) < SEVERAL:
            yield item.link_id, "another value"
        elif item.reads and not any(
            # Of numbers and dates not each needs its neighbour: one does.
            _beside(cases, _others(by_result, result), item.reads)
            for result, cases in by_result.items()
        ):
            yield item.link_id, "boundary"
        # What only sums up other results is without an answer when they are, which their own cases hold.
        typed = [link for link in item.reads if not form.index[link].is_calculated]
        if typed and all(all(each.values(link) for link in typed) for each in asked):
            yield item.link_id, "missing"


def _lacking_outcomes(item: Item, by_result: dict[str, list[Tried]]) -> Iterator[tuple[str, ...]]:
    for result in item.options or ("True", "False"):
        if result not in by_result:
            yield item.link_id, result, "fires"
        elif not _beside(by_result[result], _others(by_result, result), item.reads):
            yield item.link_id, result, "boundary"


def _others(by_result: dict[str, list[Tried]], result: str) -> list[Tried]:
    return [each for other, cases in by_result.items() if other != result for each in cases]


def lacking_conditions(form: Form, tried: Sequence[Tried]) -> Iterator[tuple[str, ...]]:
    """Which items that are asked of some only are never asked and answered, or never left out."""
    for item in form.index.values():
        if not item.is_leaf or not (item.conditions or item.enabled_when):
            continue
        if not any(each.values(item.link_id) for each in tried):
            yield item.link_id, "asked"
        if all(item.link_id in each.derived.enabled for each in tried):
            yield item.link_id, "not asked"


LIMITS: tuple[tuple[str, str, Callable[[Item], Decimal | None], int], ...] = (
    ("minValue", "hard-limit", lambda item: item.minimum, -1),
    ("maxValue", "hard-limit", lambda item: item.maximum, 1),
    ("soft-min", "soft-limit", lambda item: item.soft_minimum, -1),
    ("soft-max", "soft-limit", lambda item: item.soft_maximum, 1),
)


def lacking_limits(form: Form, tried: Sequence[Tried]) -> Iterator[tuple[str, ...]]:
    """Which limits have no case at them, silent, or none beyond them, told."""
    for item in form.index.values():
        if item.is_calculated or item.read_only:
            continue
        for name, code, of, side in LIMITS:
            limit = of(item)
            if limit is None:
                continue
            told = {
                each.name: (Decimal(str(value)), (item.link_id, code) in each.findings)
                for each in tried
                for value in each.values(item.link_id)
            }
            if (limit, False) not in told.values():
                yield item.link_id, name, "boundary"
            hard = item.minimum if side < 0 else item.maximum
            if code == "soft-limit" and limit == hard:
                continue  # nothing is unusual between the two
            if not any((value - limit) * side > 0 and found for value, found in told.values()):
                yield item.link_id, name, "fires"


@EACH
def test_every_constraint_fires_stays_silent_at_its_boundary_and_when_an_answer_is_missing(
    number: int,
) -> None:
    assert list(lacking_constraints(*_tried(number))) == []


@EACH
def test_every_result_is_reached_beside_another_and_without_an_answer(number: int) -> None:
    assert list(lacking_results(*_tried(number))) == []


@EACH
def test_every_question_that_is_asked_of_some_is_asked_and_is_not(number: int) -> None:
    assert list(lacking_conditions(*_tried(number))) == []


@EACH
def test_every_limit_is_tried_at_it_and_beyond(number: int) -> None:
    assert list(lacking_limits(*_tried(number))) == []


@EACH
def test_without_its_cases_a_rule_is_named(number: int) -> None:
    """The full record alone leaves out what each of its rules would do otherwise."""
    form, tried = _tried(number)
    alone = tried[:1]

    for lacking, has_rules in (
        (lacking_constraints, any(item.constraints for item in form.index.values())),
        (lacking_conditions, any(item.conditions for item in form.index.values() if item.is_leaf)),
        (lacking_limits, any(item.minimum is not None for item in form.index.values() if not item.read_only)),
    ):
        assert bool(list(lacking(form, alone))) is has_rules
