"""The primary index: what is asked and what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from sync.document import Document
from sync.revision import Revision


@dataclass(frozen=True, slots=True)
class AllDocsQuery:
    """Which rows to list. `keys` asks for exactly these ids, in this order, and excludes the range.

    `counted` false: the page's `offset` is not looked at, and counts only what was skipped.
    """

    keys: Sequence[str] | None = None
    start_key: str | None = None
    end_key: str | None = None
    inclusive_end: bool = True
    descending: bool = False
    skip: int = 0
    limit: int | None = None
    include_docs: bool = False
    counted: bool = True

    def select(self, identifiers: Sequence[str]) -> list[str]:
        """Return those of sorted `identifiers` that the range, the order, `skip` and `limit` ask for."""
        first, last = (self.end_key, self.start_key) if self.descending else (self.start_key, self.end_key)
        kept = [
            one
            for one in identifiers
            if (first is None or one >= first) and (last is None or one <= last)
            if self.inclusive_end or one != self.end_key
        ]
        return (kept[::-1] if self.descending else kept)[self.skip :][: self.limit]


@dataclass(frozen=True, slots=True)
class AllDocsRow:
    """One id. `revision` is None when a requested key names no document."""

    key: str
    revision: Revision | None
    deleted: bool = False
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class AllDocsPage:
    """Rows in order of id; `offset` rows come before them; `update_seq` is that of this reading."""

    total_rows: int
    offset: int
    rows: tuple[AllDocsRow, ...]
    update_seq: str
