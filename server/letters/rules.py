"""How a form's records are told in a letter: data (`parts.json`), the same for every letter."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from forms.canonical import name_of
from forms.definition import Form

Style = Literal["lines", "paragraph"]

_NOT_TOLD = frozenset({"identity", "representative", "visit", "information"})
"""Sections that the head of a letter says, or that are nobody's but the network's."""


class PartRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A titled part of a letter.

    ``items``: linkIds, or their beginnings, ending in a dot. ``expected``: told even when unanswered, where
    they apply. ``headlines``: the results that the part begins with. ``style``: a line each, or all in one
    paragraph, where what was answered yes stands together, and what was answered no. ``table_note``: under
    its tables.
    """

    title: str
    items: tuple[str, ...]
    expected: tuple[str, ...] = ()
    headlines: tuple[str, ...] = ()
    style: Style = "lines"
    table_note: str = ""

    def ordered(self, link_ids: Iterable[str]) -> list[str]:
        """Return the items that the part tells of, in its order; ``link_ids``: the form's, in the form's."""
        asked = (*self.headlines, *self.items, *self.expected)
        return sorted(
            (link_id for link_id in link_ids if any(_names(item, link_id) for item in asked)),
            key=lambda link_id: next(place for place, item in enumerate(asked) if _names(item, link_id)),
        )


def _names(item: str, link_id: str) -> bool:
    return link_id == item or (item[-1] == "." and link_id.startswith(item))


class Conclusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is proposed to be written when an item has this code, and ``when`` another has that one."""

    link_id: str
    code: str
    text: str
    when: dict[str, str] = {}


class LetterRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How records of a form are told.

    ``object``: of the letter. ``file_type``: the kind of document in the file's name, letters, digits and
    hyphens; empty for a consultation. ``labels``: shorter words for an item's, by linkId. ``coded``: choices
    whose code is a grade that doctors read, told before its words.
    """

    object: str
    conclusions: tuple[Conclusion, ...]
    parts: tuple[PartRule, ...]
    file_type: str = ""
    labels: dict[str, str] = {}
    coded: tuple[str, ...] = ()


@cache
def rules() -> dict[str, LetterRule]:
    """Return the rules by the forms' names."""
    content = resources.files("server.letters").joinpath("parts.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, LetterRule])


def rule_of(form: Form) -> LetterRule:
    """Return how a form's records are told; one without a rule of its own, section by section."""
    known = rules().get(name_of(form.url))
    if known is not None:
        return known
    sections = (section for section in form.items if section.link_id not in _NOT_TOLD)
    parts = (PartRule(section.text, (f"{section.link_id}.",)) for section in sections)
    return LetterRule(form.title, (), tuple(parts))
