"""`python -m forms`: what those who write forms run."""

import json
from pathlib import Path

import pytest

from forms import build
from forms.cli import main
from forms.definition import Form
from forms.load import parse
from tests.forms.small_instrument import instrument
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


GLI = ["gli", "--set", "gli-2012", "--sex", "M", "--age", "45", "--height-cm", "175"]


def test_reference_values_are_printed_at_full_precision(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GLI, "--fev1", "2.835", "--fvc", "4.69"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["FEV1", "FVC", "FEV1FVC"]
    assert all(list(values) == ["predicted", "lln", "uln", "z", "percent"] for values in printed.values())
    assert printed["FEV1"]["predicted"] == pytest.approx(3.93725, abs=5e-6)
    assert printed["FEV1"]["z"] == pytest.approx(-2.158, abs=5e-4)
    assert printed["FVC"]["percent"] == pytest.approx(94.99, abs=5e-3)
    assert len(str(printed["FEV1FVC"]["lln"])) > 12


def test_what_was_not_measured_is_null_and_not_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GLI, "--fvc", "4.69"]) == 0

    printed = json.loads(capsys.readouterr().out)
    for name in ("FEV1", "FEV1FVC"):
        assert (printed[name]["z"], printed[name]["percent"]) == (None, None)
        assert printed[name]["predicted"] > 0
    assert printed["FVC"]["z"] is not None


def test_a_group_changes_the_prediction_of_the_set_that_has_groups(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*GLI, "--group", "4"]) == 0
    other = json.loads(capsys.readouterr().out)
    assert main([*GLI, "--group", "1"]) == 0
    first = capsys.readouterr().out
    assert main(GLI) == 0

    assert capsys.readouterr().out == first
    assert other["FEV1"]["predicted"] < json.loads(first)["FEV1"]["predicted"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--age", "2.99"], "3 to 95 years"),
        (["--age", "95.01"], "3 to 95 years"),
        (["--age", "-5"], "3 to 95 years"),
        (["--age", "nan"], "not a number"),
        (["--age", "inf"], "not a number"),
        (["--age", "1_0"], "not a number"),
        (["--age", "45,5"], "not a number"),
        (["--height-cm", "1.75"], "50 to 250 cm"),
        (["--height-cm", "1750"], "50 to 250 cm"),
        (["--height-cm", "0"], "50 to 250 cm"),
        (["--fev1", "0"], "at most 15 L"),
        (["--fev1", "-1"], "at most 15 L"),
        (["--fvc", "4690"], "at most 15 L"),
        (["--fev1", "4.7", "--fvc", "4.69"], "which cannot be"),
        (["--set", "gli-2022", "--group", "1"], "gli-2022 has no group"),
        (["--group", "6"], "invalid choice"),
        (["--sex", "I"], "invalid choice"),
        (["--set", "nhanes"], "invalid choice"),
        (["--height", "175"], "unrecognized arguments"),
    ],
)
def test_what_the_equations_do_not_cover_is_one_line(
    changed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status: object = main([*GLI, *changed])
    except SystemExit as ended:
        status = ended.code

    told = capsys.readouterr()
    assert status == 2
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1


def _response(tmp_path: Path, form: Form, changed: dict[str, object], **flat: dict[str, object]) -> str:
    answers: dict[str, dict[str, object]] = {
        "identity.part": {"values": ["complete"]},
        "identity.mode": {"values": ["complete"]},
        "identity.document": {"values": ["CN"]},
        "vitals.weight": {"values": [70.5]},
        "vitals.height": {"values": [170]},
        **flat,
    }
    resource = {
        **build.resource(form, build.answers_from_flat(answers)),
        "authored": "2026-11-23T10:00:00+01:00",
    }
    path = tmp_path / "response.json"
    path.write_text(json.dumps({**resource, **changed}), encoding="utf-8")
    return str(path)


def test_the_calculated_values_of_a_response_are_printed(
    latest: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", _response(tmp_path, latest, {})]) == 0

    assert json.loads(capsys.readouterr().out) == {"identity.status": "VALI", "vitals.bmi": 24.4}


def test_a_recorded_value_that_differs_is_named_and_the_calculated_one_printed(
    latest: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded: dict[str, dict[str, object]] = {
        "vitals.bmi": {"values": [30]},
        "identity.status": {"values": ["VALI"]},
    }

    assert main(["score", _response(tmp_path, latest, {}, **recorded)]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["vitals.bmi"] == 24.4
    assert printed["differs_from_recorded"] == ["vitals.bmi"]


def test_an_answer_that_does_not_count_is_told(
    latest: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone: dict[str, dict[str, object]] = {"vitals.gone": {"values": [1]}}
    path = _response(tmp_path, latest, {}, **gone)

    assert main(["score", path]) == 0
    assert capsys.readouterr().err == "vitals.gone: The form has no such question.\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"questionnaire": "https://escale.example/fhir/Questionnaire/gone|1.0.0"}, "is not published"),
        ({"questionnaire": None}, "is not published"),
        ({"authored": None}, "authored"),
        ({"authored": "2026-02-30"}, "authored"),
        ({"resourceType": "Bundle"}, "not a QuestionnaireResponse"),
        ({"item": [{"answer": []}]}, "without linkId"),
    ],
)
def test_a_response_that_cannot_be_read_is_one_line(
    changed: dict[str, object], said: str, latest: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", _response(tmp_path, latest, changed)]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1


def test_a_form_that_is_not_published_can_be_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = instrument()
    form = parse(json.dumps(document).encode(), "instrument.json")
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps(document), encoding="utf-8")
    answers = build.answers_from_flat({"test.birth_date": {"values": ["1972-03-08"]}})
    path = tmp_path / "response.json"
    resource = {**build.resource(form, answers), "authored": "2026-11-23T10:00:00+01:00"}
    path.write_text(json.dumps(resource), encoding="utf-8")

    assert main(["score", str(path), "--form", str(draft)]) == 0

    assert json.loads(capsys.readouterr().out) == {
        "test.age": 54,
        "test.due": "2027-05-23",
        "test.adult": True,
    }


NO_RESPONSE = {
    "cut": "{",
    "a list": "[]",
    "no UTF-8": "\xff",
    "deep": '{"a":' * 200_000,
    "deep and whole": '{"item":[' * 200_000 + "]}" * 200_000,
    "as deep as can be read": '{"item":[' * 480 + "]}" * 480,
    "a huge number": '{"value": 1E+999999}',
    "a tiny number": '{"value": 1E-999999}',
    "a long number": f'{{"value": {"9" * 40}}}',
    "a number that Python refuses": f'{{"value": {"9" * 5000}}}',
    "a long fraction": f'{{"value": 0.{"1" * 5000}}}',
    "NaN": '{"value": NaN}',
    "Infinity": '{"value": -Infinity}',
    "a name on two lines": json.dumps({"questionnaire": "a\nb"}),
    "a long name": json.dumps({"questionnaire": {"x": ["y" * 5000] * 50}}),
}


@pytest.mark.parametrize("content", NO_RESPONSE.values(), ids=NO_RESPONSE)
def test_a_file_that_is_no_response_is_one_line(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content, encoding="latin-1")

    assert main(["score", str(path)]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert len(told.err) < 1500


@pytest.mark.parametrize("depth", [50, 200, 400])
def test_a_response_nested_as_deep_as_json_is_read_is_scored_or_refused(
    depth: int, latest: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(_response(tmp_path, latest, {}))
    nested: object = {"linkId": "x"}
    for _ in range(depth):
        nested = {"linkId": "x", "item": [nested]}
    document = json.loads(path.read_text(encoding="utf-8"))
    document["item"].append(nested)
    path.write_text(json.dumps(document), encoding="utf-8")

    status = main(["score", str(path)])

    told = capsys.readouterr()
    assert (status, told.err.count("\n")) == (2, 1) or (status, json.loads(told.out)["vitals.bmi"]) == (
        0,
        24.4,
    )


def test_a_huge_number_of_a_form_is_said_and_not_reckoned_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.dumps(instrument()).replace('"valueDecimal": 0', '"valueDecimal": 1E+999999', 1)
    assert "E+999999" in document
    path = tmp_path / "huge.json"
    path.write_text(document, encoding="utf-8")

    assert main(["check", str(path)]) == 2
    assert capsys.readouterr().err == "(file): a number of the file is too long\n"
