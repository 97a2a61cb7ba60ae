"""Validation beyond one form's vectors: the visit's date, messages, and values nobody should have sent."""

import re
from datetime import date, timedelta

import pytest

from forms import build
from forms.definition import Form
from forms.finding import MESSAGES, REASONS, finding
from forms.response import Answer, read
from forms.validate import validate
from tests.forms.vectors import form_cases, response_to

FULL = form_cases("medicobus-consultation.v1.0.0.json")[0]


@pytest.mark.parametrize(("days_ahead", "refused"), [(0, False), (1, False), (2, True)])
def test_a_visit_more_than_a_day_ahead_is_refused(medicobus: Form, days_ahead: int, refused: bool) -> None:
    found = validate(
        medicobus,
        response_to(medicobus, FULL.answers),
        visit_date=FULL.visit_date,
        stop=FULL.stop,
        today=FULL.visit_date - timedelta(days=days_ahead),
    )

    assert [(f.link_id, f.code) for f in found] == ([("", "visit-date")] if refused else [])


def test_the_same_record_gives_the_same_answer_years_later(medicobus: Form) -> None:
    found = validate(
        medicobus,
        response_to(medicobus, FULL.answers),
        visit_date=FULL.visit_date,
        stop=FULL.stop,
        today=date(2060, 1, 1),
    )

    assert found == []


@pytest.mark.parametrize("height", [0, -170, 1e300])
@pytest.mark.parametrize("weight", [0, -1, 1e300])
def test_absurd_numbers_are_findings_never_errors(medicobus: Form, weight: float, height: float) -> None:
    flat = {"vitals.weight": {"values": [weight]}, "vitals.height": {"values": [height]}}
    response = response_to(medicobus, build.answers_from_flat(flat))

    found = validate(medicobus, response, visit_date=FULL.visit_date, stop=FULL.stop, today=FULL.visit_date)

    codes = {(f.link_id, f.code) for f in found}
    assert {("vitals.weight", "hard-limit"), ("vitals.height", "hard-limit")} <= codes


def test_a_lone_surrogate_is_measured_not_refused_by_a_crash(medicobus: Form) -> None:
    response = read(medicobus, build.resource(medicobus, {"conclusion.notes": Answer(values=("\ud83d",))}))

    found = validate(medicobus, response, visit_date=FULL.visit_date, stop=FULL.stop, today=FULL.visit_date)

    assert "conclusion.notes" not in {f.link_id for f in found}


def test_a_limit_is_told_with_a_decimal_comma() -> None:
    found = finding("vitals.oxygen_flow", "soft-limit", minimum="0.5", maximum="15")

    assert "entre 0,5 et 15" in found.message_fr
    assert "between 0.5 and 15" in found.message_en


@pytest.mark.parametrize("code", MESSAGES)
def test_every_message_is_whole_in_both_languages(code: str) -> None:
    details = {"minimum": 1, "maximum": 2, "decimals": 1, "max_length": 9, "reason": "end"}

    found = finding("a.b", code, **details)

    assert "{" not in found.message_fr + found.message_en
    assert found.message_fr.endswith(".")
    assert found.message_en.endswith(".")


def test_french_messages_keep_french_typography() -> None:
    french = [texts[1] for texts in MESSAGES.values()] + [texts[0] for texts in REASONS.values()]

    for text in french:
        assert "'" not in text
        assert not re.search(r"(?<!\u202f)[;!?]|(?<!\u00a0):", text)
