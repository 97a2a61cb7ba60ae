"""Why a form is refused, in both languages: the English words are in the code, the French in one table.

``because("{link} repeats", link=…)`` names its French by its English, as gettext does. A test finds every
call and asks that the table has it, with the same values (``forms/data/reasons_fr.json``).
"""

import json
from functools import cache
from importlib import resources
from typing import NamedTuple


class Reason(NamedTuple):
    """One reason: its English words with `{names}`, and what fills them, reasons among it."""

    words: str
    values: tuple[tuple[str, "str | Reason"], ...] = ()

    @property
    def english(self) -> str:
        """The reason for those who write forms in the code."""
        return self.words.format(**{name: _in(value, "english") for name, value in self.values})

    @property
    def french(self) -> str:
        """The reason for a person of the network."""
        return french_words()[self.words].format(
            **{name: _in(value, "french") for name, value in self.values}
        )


def because(words: str, /, **values: object) -> Reason:
    """The reason with these words; values that are no reasons are written as they read."""
    told = tuple((name, value if isinstance(value, Reason) else str(value)) for name, value in values.items())
    return Reason(words, told)


@cache
def french_words() -> dict[str, str]:
    """The French of each reason, by its English words."""
    content = resources.files("forms").joinpath("data", "reasons_fr.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(content)
    return words


def _in(value: "str | Reason", language: str) -> str:
    if isinstance(value, Reason):
        return value.french if language == "french" else value.english
    return value
