"""`python -m forms score`: a value outside its hard limits gives no result, and that is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from forms import build
from forms.cli import main
from forms.load import published
from tests.forms.vectors import vectors

BPCO = "bpco-reperage"
URL = f"https://escale.example/fhir/Questionnaire/{BPCO}"


def scored(
    base: str, changed: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], str]:
    """What is printed and said of a base of the BPCO vectors, its answers changed."""
    flat = {**vectors(f"{BPCO}.v1.0.0.json")["bases"][base], **changed}
    resource = build.resource(published()[URL, "1.0.0"], build.answers_from_flat(flat))
    path = tmp_path / "response.json"
    path.write_text(json.dumps({**resource, "authored": "2026-11-23"}), encoding="utf-8")
    assert main(["score", str(path)]) == 0
    told = capsys.readouterr()
    return json.loads(told.out), told.err


def test_within_the_limits_there_is_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values, said = scored("full", {"mini.fev1": {"values": [2]}}, tmp_path, capsys)

    assert values["result.conclusion"] == "suspicion"
    assert "not_calculable" not in values
    assert said == ""


@pytest.mark.parametrize("litres", [-2, 0, 9.5])
def test_a_value_outside_its_hard_limits_gives_no_result_and_is_said(
    litres: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, said = scored("full", {"mini.fev1": {"values": [litres]}}, tmp_path, capsys)

    assert values["not_calculable"] == ["mini.ratio", "result.conclusion"]
    assert not {"mini.ratio", "result.conclusion"} & values.keys()
    assert values["questionnaire.signal"] == "signal", "which does not depend on it"
    assert "differs_from_recorded" not in values
    assert said == "mini.fev1: Impossible value: expected between 0.1 and 9.\n"


def test_what_reads_it_through_another_result_has_none_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, said = scored("spirometry", {"spirometry.blow2.fev1": {"values": [-2]}}, tmp_path, capsys)

    assert {"spirometry.fev1", "spirometry.z_ratio", "result.conclusion"} <= set(values["not_calculable"])
    assert not set(values["not_calculable"]) & values.keys()
    assert "spirometry.predicted_fev1" in values
    assert said.startswith("spirometry.blow2.fev1: ")


def test_an_impossible_birth_date_gives_no_expected_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, said = scored("spirometry", {"identity.birth_date": {"values": ["2027-01-01"]}}, tmp_path, capsys)

    assert {"exposure.age", "spirometry.predicted_fev1", "result.conclusion"} <= set(values["not_calculable"])
    assert said.count("\n") == 1


def test_a_value_of_what_is_not_asked_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values, _ = scored("full", {"spirometry.blow1.fev1": {"values": [-2]}}, tmp_path, capsys)

    assert values["result.conclusion"] == "suspicion"
    assert "not_calculable" not in values
