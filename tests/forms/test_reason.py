"""Every reason to refuse a form has its French, with the same values; none is kept that nothing says."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms.reason import Reason, because, french_words

FORMS = Path(__file__).parents[2] / "forms"


def _said() -> Iterator[str]:
    """The English words of every call of `because` in the package; each must be written out where it is."""
    for path in FORMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "because":
                words = node.args[0]
                assert isinstance(words, ast.Constant), f"{path.name}:{node.lineno}"
                assert isinstance(words.value, str)
                yield words.value


def _names(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_every_reason_is_said_in_french_and_no_other() -> None:
    assert set(_said()) == french_words().keys()


@pytest.mark.parametrize("english", sorted(set(_said())))
def test_both_languages_name_the_same_values(english: str) -> None:
    assert _names(french_words()[english]) == _names(english)


def test_a_reason_within_a_reason_is_in_the_same_language() -> None:
    failure: Reason = because("{name} fails when nothing is answered", name=because("the calculation"))

    assert failure.english == "the calculation fails when nothing is answered"
    assert failure.french == "le calcul échoue quand rien n’est répondu"
