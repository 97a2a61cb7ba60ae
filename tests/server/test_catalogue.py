"""Texts of the server: both languages have the same keys, and French its typography."""

import re
from collections.abc import Callable

import pytest

from server.demo import texts
from server.errors import catalogue
from server.hub import texts as hub_texts

BARE_SPACE = re.compile(r"[a-zéèà»)] [;!?]|[a-zé] :|« | »|'")


@pytest.mark.parametrize("read", [catalogue, texts.catalogue, hub_texts.catalogue])
def test_every_text_is_in_both_languages(read: object) -> None:
    assert callable(read)
    french, english = read("fr"), read("en")
    assert french.keys() == english.keys()


def test_french_has_narrow_spaces_and_curly_apostrophes() -> None:
    problems = [text for entry in catalogue().values() for text in entry.values()]
    said = [*problems, *texts.catalogue().values(), *hub_texts.catalogue().values()]
    assert [text for text in said if BARE_SPACE.search(text)] == []


@pytest.mark.parametrize("read", [texts.catalogue, hub_texts.catalogue])
def test_a_text_takes_the_same_values_in_both_languages(read: Callable[[str], dict[str, str]]) -> None:
    fields = re.compile(r"{(\w+)}")
    french, english = read("fr"), read("en")
    assert {key: set(fields.findall(text)) for key, text in french.items()} == {
        key: set(fields.findall(text)) for key, text in english.items()
    }
