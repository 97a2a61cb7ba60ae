"""What `check` finds by trying a form on nothing: rules that fail, and results that reassure."""

import json
from pathlib import Path
from typing import Any

import pytest

from forms import trial
from forms.definition import Form
from forms.errors import FormInvalid
from forms.load import load, published
from tests.forms.small_instrument import extension, instrument, link, question


def _written(folder: Path, form: dict[str, Any]) -> Path:
    path = folder / "instrument.json"
    path.write_text(json.dumps(form), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", published().values(), ids=lambda form: form.canonical.rpartition("/")[2])
def test_no_published_form_fails_or_reassures_on_nothing(form: Form) -> None:
    assert trial.defects(form) == []


def test_a_form_that_withholds_its_results_is_accepted(tmp_path: Path) -> None:
    assert load(_written(tmp_path, instrument())).index["test.state"].is_calculated


def test_a_result_that_takes_absence_for_normal_is_refused(tmp_path: Path) -> None:
    form = instrument()
    expression = extension(question(form, "test.state"), "calculatedExpression")["valueExpression"]
    expression["expression"] = f"iif({link('test.fev1')}.value < 2.5, 'low', 'normal')"

    with pytest.raises(FormInvalid) as refusal:
        load(_written(tmp_path, form))

    told = ["test.state: normal, of tone good, is the result when nothing is answered"]
    assert [str(defect) for defect in refusal.value.defects] == told


def test_a_rule_that_fails_is_named_at_its_place(tmp_path: Path) -> None:
    form = instrument()
    extension(question(form, "test.adult"), "calculatedExpression")["valueExpression"]["expression"] = (
        "'a' - 1"
    )

    with pytest.raises(FormInvalid) as refusal:
        load(_written(tmp_path, form))

    assert [str(defect) for defect in refusal.value.defects] == [
        "test.adult: the calculation fails when nothing is answered"
    ]


@pytest.mark.parametrize(
    "expression",
    [
        f"{link('test.fev1')} > {link('test.fev1')}",
        f"{link('test.fev1')}.value and true",
        f"{link('test.fev1')}.value + 'a' = 'b'",
    ],
)
def test_a_rule_that_fails_only_once_something_is_answered_is_refused(
    tmp_path: Path, expression: str
) -> None:
    form = instrument()
    extension(question(form, "test.adult"), "calculatedExpression")["valueExpression"]["expression"] = (
        expression
    )

    with pytest.raises(FormInvalid) as refusal:
        load(_written(tmp_path, form))

    assert "test.adult: the calculation fails when questions are answered" in map(str, refusal.value.defects)
