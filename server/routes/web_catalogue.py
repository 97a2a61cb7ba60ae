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
    """Read a catalogue: dotted keys to texts with ``{named}`` parts."""
    texts = json.loads((CATALOGUES / f"{language}.json").read_text(encoding="utf-8"))
    return {str(key): str(text) for key, text in texts.items()}


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
