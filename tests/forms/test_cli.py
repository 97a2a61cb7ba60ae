"""`python -m forms`: what those who write forms run."""

import json
from pathlib import Path

import pytest

from forms.cli import main
from forms.definition import Form
from tests.forms.test_load import FILE


def test_checking_a_publishable_form_says_what_it_holds(
    medicobus: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(FILE)]) == 0
    assert medicobus.canonical in capsys.readouterr().out


def test_checking_a_bad_form_names_one_defect_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = json.loads(FILE.read_text(encoding="utf-8"))
    bad["purpose"] = "x"
    bad["item"][0]["prefix"] = "1"
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(bad), encoding="utf-8")

    assert main(["check", str(path)]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "purpose: is not in the supported subset",
        "item[0].prefix: is not in the supported subset",
    ]


def test_the_digest_is_printed_alone(medicobus: Form, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digest", str(FILE)]) == 0
    assert capsys.readouterr().out == f"{medicobus.digest}\n"


def test_a_missing_file_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
