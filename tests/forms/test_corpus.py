"""Every published version gives the answers it was published with, for ever."""

import json
from pathlib import Path

import pytest

from forms.definition import Form
from forms.load import published
from tests.forms import corpus
from tests.forms.corpus import CORPUS, document, file_name, outcome

KEPT = sorted(CORPUS.glob("*.json"))


def _form(kept: object) -> Form:
    url, _, version = str(kept).partition("|")
    return published()[url, version]


def test_every_published_form_has_its_corpus() -> None:
    """`python -m tests.forms.corpus` draws the one that is missing."""
    assert {file_name(form) for form in published().values()} == {path.name for path in KEPT}


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_a_published_version_gives_its_kept_answers(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    form = _form(kept["form"])

    assert kept["digest"] == form.digest, "a published form does not change; a draft's corpus is drawn anew"
    assert len(kept["cases"]) >= 60
    for number, case in enumerate(kept["cases"]):
        expected = {name: case[name] for name in ("findings", "disabled", "calculated")}
        assert outcome(form, case["answers"]) == expected, number


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_the_kept_answers_make_the_form_work(path: Path) -> None:
    """A corpus of answers to nothing would hold for ever, and prove nothing."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    form = _form(kept["form"])
    calculable = {link for link, item in form.index.items() if item.is_calculated}
    seen = {link for case in kept["cases"] for link in case["calculated"]}
    answered = {link for case in kept["cases"] for link in case["answers"]}
    found = {code for case in kept["cases"] for _, code, _ in case["findings"]}

    assert len(seen) >= 0.8 * len(calculable)
    assert len(answered) >= 0.8 * sum(item.is_leaf for item in form.index.values())
    assert "required" in found
    assert any(not case["findings"] for case in kept["cases"])


def test_a_corpus_is_drawn_alike_each_time(medicobus: Form) -> None:
    assert document(medicobus) == document(medicobus)


def test_a_kept_corpus_is_never_changed(
    tmp_path: Path, medicobus: Form, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / file_name(medicobus)
    kept.write_text('{"digest": "of another file"}', encoding="utf-8")
    monkeypatch.setattr(corpus, "CORPUS", tmp_path)
    monkeypatch.setattr(corpus, "published", lambda: {("u", "v"): medicobus})

    assert corpus.main() == 2
    assert "is not changed" in capsys.readouterr().err
    assert kept.read_text(encoding="utf-8") == '{"digest": "of another file"}'

    kept.unlink()
    assert corpus.main() == 0
    written = kept.read_text(encoding="utf-8")
    assert corpus.main() == 0
    assert kept.read_text(encoding="utf-8") == written
