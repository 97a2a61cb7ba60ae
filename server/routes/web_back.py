"""Where a page behind a figure leads back to: the very table one came from, told in its address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.routes.web_scope import TypedScope

NAME = "retour"
"""The field of an address that says it: ``page.table``."""

_PAGES = {"activite": "activity.behind.back", "indicateurs": "indicators.back"}
_TABLE = re.compile(r"[a-z][a-z0-9_-]{0,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Back:
    """A page of figures, and the table on it. ``words``: the key of the link's text."""

    page: str = "activite"
    table: str = ""

    @property
    def text(self) -> str:
        """What an address says of it."""
        return f"{self.page}.{self.table}"

    @property
    def words(self) -> str:
        """The key, in the catalogue, of the link back."""
        return _PAGES[self.page]

    def address(self, wanted: TypedScope | None) -> str:
        """Return the address of the table, over the same perimeter when there is one."""
        query = f"?{wanted.address()}" if wanted is not None else ""
        return f"/coordination/{self.page}{query}{f'#{self.table}' if self.table else ''}"


def read_back(query: Mapping[str, str]) -> Back:
    """Read where one came from; whatever is not a page of figures leads to the activity."""
    page, _, table = query.get(NAME, "").partition(".")
    if page not in _PAGES:
        return Back()
    return Back(page, table if _TABLE.fullmatch(table) else "")
