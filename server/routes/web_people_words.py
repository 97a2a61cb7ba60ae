"""Traits and reasons in words, for the pages about people."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from forms.communes import table
from server.matching.traits import UNKNOWN_PLACE
from server.routes.web_catalogue import Translate
from server.routes.web_format import Format

_PLACES = ("birth_place", "commune")
_CODED = ("sex", "identity_status")


class Words:
    """What the templates write, in one language."""

    def __init__(self, texts: Translate, format_: Format) -> None:
        self._texts = texts
        self._format = format_

    def trait(self, name: str, value: Any) -> str:
        """Return a trait's value as people read it, an empty text when it is not known."""
        if not value or value == UNKNOWN_PLACE:
            return ""
        if isinstance(value, date):
            return self._format.short_day(value)
        if name in _PLACES:
            return place(str(value))
        return self._coded(name, str(value)) if name in _CODED else str(value)

    def reason(self, reason: Mapping[str, Any]) -> str:
        """Return a reason of a proposal, with what it rests on."""
        return self._texts(f"reason.{reason['code']}", values=" / ".join(self._values(reason)))

    def _values(self, reason: Mapping[str, Any]) -> list[str]:
        code, values = str(reason["code"]), [str(value) for value in reason["values"]]
        if code.startswith("birth-date"):
            return [self._format.short_day(date.fromisoformat(value)) for value in values]
        if code.startswith(("birth-place", "commune")):
            return [place(value) for value in values]
        return [self._coded("sex", value) for value in values] if code.startswith("sex") else values

    def _coded(self, name: str, code: str) -> str:
        try:
            return self._texts(f"trait.{name}.{code}")
        except KeyError:
            return code


def place(code: str) -> str:
    """Return the name of a commune with its code, or the code of a place that the table does not have."""
    found = table().by_code.get(code)
    return f"{found.name} ({code})" if found is not None else code
