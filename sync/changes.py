"""The changes feed: what is asked and what is answered."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sync.document import Document
from sync.revision import Revision
from sync.sequence import FROM_THE_START


class Style(StrEnum):
    """Which leaves a change lists: the winner, or all of them (what replication needs)."""

    MAIN_ONLY = "main_only"
    ALL_DOCS = "all_docs"


@dataclass(frozen=True, slots=True)
class ChangesQuery:
    """Which changes to list. `since` "now" means none but those to come; no `limit` means all.

    `before` bounds a descending list: only changes before that sequence, which a page before it gave.
    """

    since: str = FROM_THE_START
    limit: int | None = None
    include_docs: bool = False
    style: Style = Style.MAIN_ONLY
    descending: bool = False
    doc_ids: Collection[str] | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of one document; `leaves` has the winner first."""

    sequence: str
    identifier: str
    leaves: tuple[Revision, ...]
    deleted: bool
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Changes in order of sequence, where to ask next, and how many remain after it."""

    results: tuple[Change, ...]
    last_seq: str
    pending: int
