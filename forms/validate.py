"""A form's rules applied to a response: every finding, in document order (docs/forms.md, "Findings")."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from forms.communes import Position
from forms.definition import NUMBER_TYPES, TEXT_TYPES, Constraint, Form, Item, Value
from forms.derive import Derived, derive
from forms.evaluation import evaluate
from forms.expression import is_false
from forms.finding import CALCULATION, Finding, finding
from forms.response import Answer, Response
from forms.value_rules import choice_findings, date_finding, number_finding, text_finding, year_finding

CLOCK_TOLERANCE = timedelta(days=1)
"""A tablet's clock may be wrong by hours: a visit dated tomorrow is not yet a finding."""


def validate(
    form: Form,
    response: Response,
    *,
    visit_date: date,
    stop: Position | None,
    today: date,
    as_recorded: bool = False,
) -> list[Finding]:
    """Every broken rule of one response; an empty list means that nothing is to be corrected or confirmed.

    `visit_date`: the day of the visit, to which dates are compared, so that the answer is the same years
    later. `stop`: the stop's position, for the distance. `today`: only refuses a visit dated in the future.
    `as_recorded`: recorded values of calculated items count as they are, and are judged as answers; where one
    differs from the recomputed value, that is the finding `calculation`.
    Raises ExpressionFailed when a constraint or a calculation cannot be evaluated.
    """
    findings = list(response.findings)
    if visit_date > today + CLOCK_TOLERANCE:
        findings.append(finding("", "visit-date"))
    derived = derive(form, response.answers, visit_date=visit_date, stop=stop, as_recorded=as_recorded)
    flawed = {flaw.link_id for flaw in response.findings}
    for link_id, item in form.index.items():
        answer = response.answers.get(link_id)
        if link_id not in derived.enabled:
            if answer is not None:
                findings.append(finding(link_id, "not-enabled"))
            continue
        if item.is_leaf and link_id not in flawed:
            differs = item.is_calculated and _differs(item, answer, derived)
            findings.extend([finding(link_id, CALCULATION)] if differs else ())
            # A value that is to be replaced is not judged; one that counts is.
            findings.extend(_item_findings(item, answer, visit_date) if as_recorded or not differs else ())
        findings.extend(
            _broken(item, constraint)
            for constraint in item.constraints
            if not _is_silenced(constraint, answer)
            and is_false(evaluate(form, constraint.expression, derived.answers, visit_date, stop))
        )
    return findings


def _differs(item: Item, answer: Answer | None, derived: Derived) -> bool:
    """Whether the recorded value of a calculated item is another than the recomputed one, or one lacks."""
    recorded = answer.values if answer is not None else ()
    value = derived.calculated.get(item.link_id)
    return recorded != (() if value is None else (value,))


def _item_findings(item: Item, answer: Answer | None, visit_date: date) -> Sequence[Finding]:
    if answer is None:
        return [finding(item.link_id, "required")] if item.required and not item.is_calculated else ()
    if answer.absent is not None:
        return () if _offers_absence(item) else [finding(item.link_id, "absence-not-allowed")]
    if item.type == "choice":
        return choice_findings(item, answer.values)
    broken = (_value_finding(item, value, answer, visit_date) for value in answer.values)
    return [each for each in broken if each is not None]


def _offers_absence(item: Item) -> bool:
    return item.absence and not item.is_calculated and not item.read_only


def _value_finding(item: Item, value: Value, answer: Answer, visit_date: date) -> Finding | None:
    if item.type in NUMBER_TYPES and isinstance(value, int | Decimal):
        found = number_finding(item, Decimal(value), confirmed=answer.confirmed)
        if found is not None and found.severity == "error":
            return found
        return year_finding(item, Decimal(value), visit_date) or found
    if item.type in TEXT_TYPES:
        return text_finding(item, str(value))
    if item.type == "date":
        return date_finding(item, date.fromisoformat(str(value)), visit_date)
    return None


def _is_silenced(constraint: Constraint, answer: Answer | None) -> bool:
    """A warning is silenced by confirming the answer that carries it; an error never is."""
    return constraint.severity == "warning" and answer is not None and answer.confirmed


def _broken(item: Item, constraint: Constraint) -> Finding:
    return Finding(item.link_id, constraint.key, constraint.severity, constraint.human, constraint.human_en)
