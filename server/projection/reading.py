"""What is read of a database at once, and which of it is looked at."""

from collections.abc import Sequence

from server.projection.examine import StoredDocument
from sync.changes import Change

PAGE = 200


def stored_documents(changes: Sequence[Change]) -> list[StoredDocument]:
    """Return the documents of a page; a tombstone changes nothing, since what was signed stays signed."""
    return [
        StoredDocument(change.identifier, str(change.document.revision), change.document.body)
        for change in changes
        if change.document is not None and not change.deleted
    ]
