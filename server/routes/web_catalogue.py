"""Texts of the coordinators' pages: one French catalogue, and English beside with the same keys."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from forms.present import Language

CATALOGUES = Path(__file__).parent.parent / "web" / "catalogue"
DEFAULT_LANGUAGE: Language = "fr"
LANGUAGES: tuple[Language, ...] = ("fr", "en")

Translate = Callable[..., str]


def load(language: str) -> dict[str, str]:
    """Read a catalogue, one file a part of the pages: dotted keys to texts with ``{named}`` parts.

    Raise ``ValueError`` for a key that two files have.
    """
    texts: dict[str, str] = {}
    for path in sorted((CATALOGUES / language).glob("*.json")):
        for key, text in json.loads(path.read_text(encoding="utf-8")).items():
            if key in texts:
                raise ValueError(f"{path}: {key} is in another file too")
            texts[key] = str(text)
    return texts


def translator(texts: Mapping[str, str]) -> Translate:
    """Return ``t(key, **parts)``.

    With a ``count``, the text of ``key.one`` is used for one (and none, as French does), else ``key.other``.
    An unknown key raises ``KeyError``: a page is not shown with a hole in it.
    """

    def translate(key: str, /, **parts: object) -> str:
        count = parts.get("count")
        if isinstance(count, int):
            key = f"{key}.{'one' if abs(count) < 2 else 'other'}"
        return texts[key].format(**parts)

    return translate


TRANSLATORS: dict[str, Translate] = {language: translator(load(language)) for language in LANGUAGES}
