"""How many rows to read at once when their documents come with them."""

from collections.abc import Iterable
from typing import Final

from sync.attachment import ToldAttachment
from sync.document import Document

# How much of documents one page should hold, and with how many rows to find out how large they are.
PAGE_BYTES: Final = 4 * 1024 * 1024
FIRST_ROWS: Final = 16


class PageSize:
    """A number of rows, learnt from the pages read so far; `most` bounds it."""

    def __init__(self, most: int, *, first: int = FIRST_ROWS) -> None:
        self._most = most
        self.rows = min(first, most)

    def learn(self, documents: Iterable[Document | None]) -> None:
        """Choose how many rows the next page has from how large the documents of this one are."""
        sizes = [0 if document is None else _size(document) for document in documents]
        if sizes:
            fitting = PAGE_BYTES * len(sizes) // max(1, sum(sizes))
            self.rows = max(1, min(self._most, fitting, 4 * self.rows))


def _size(document: Document) -> int:
    """Return about how many bytes a document holds, with those of its attachments that were read."""
    attached = (one for one in document.attachments.values() if isinstance(one, ToldAttachment))
    return len(document.content) + sum(len(one.data or b"") for one in attached)
