"""Documents between CouchDB's JSON and the seam's values."""

from collections.abc import Mapping
from typing import Any

import orjson

from sync.changes import Change
from sync.document import Document, IncomingDocument, JsonValue, MissingRevision
from sync.errors import InvalidRevision, StorageFailed
from sync.revision import Revision


def read_document(told: Mapping[str, Any]) -> Document:
    """Read a document; without `_revisions` its own revision is all that is known of its history."""
    revision = Revision.parse(told["_rev"])
    history = told.get("_revisions")
    return Document(
        identifier=told["_id"],
        revision=revision,
        content=_content(told),
        deleted=told.get("_deleted", False),
        ancestry=(revision,) if history is None else _path(history["start"], history["ids"]),
        conflicts=_revisions(told.get("_conflicts", ())),
        deleted_conflicts=_revisions(told.get("_deleted_conflicts", ())),
    )


def read_local(told: Mapping[str, Any]) -> Document:
    """Read a local document."""
    revision = local_revision(told["_rev"])
    return Document(told["_id"], revision, _content(told), ancestry=(revision,))


def local_revision(text: str) -> Revision:
    """Read a local document's revision, `0-<count>`. Raises InvalidRevision."""
    generation, _, count = text.partition("-")
    if generation != "0" or not (count.isascii() and count.isdigit()):
        raise InvalidRevision("Invalid rev format")
    return Revision(0, count)


def write_document(document: IncomingDocument, *, new_edits: bool) -> dict[str, JsonValue]:
    """Write a document for `_bulk_docs`: the revision it edits, or its own with its history."""
    written: dict[str, JsonValue] = {**document.body, "_id": document.identifier}
    if document.revisions:
        written["_rev"] = str(document.revisions[0])
    if document.revisions and not new_edits:
        written["_revisions"] = {
            "start": document.revisions[0].generation,
            "ids": [revision.digest for revision in document.revisions],
        }
    if document.deleted:
        written["_deleted"] = True
    return written


def read_found(identifier: str, told: Mapping[str, Any]) -> Document | MissingRevision:
    """Read one entry of `_bulk_get` or of `open_revs`: `ok`, `missing` or `error`.

    Raises StorageFailed for any error but that of a revision which is not there.
    """
    if "ok" in told:
        return read_document(told["ok"])
    named = told.get("missing")
    if named is None:
        error = told.get("error", {})
        if error.get("error") != "not_found" or error.get("reason") not in ("missing", "deleted"):
            raise StorageFailed(f"CouchDB could not read a document ({error.get('error')}): try again later.")
        named = error.get("rev")
    return MissingRevision(identifier, None if named in (None, "undefined") else Revision.parse(named))


def read_change(row: Mapping[str, Any]) -> Change:
    """Read one row of `_changes`."""
    document = row.get("doc")
    return Change(
        sequence=str(row["seq"]),
        identifier=row["id"],
        leaves=_revisions(change["rev"] for change in row["changes"]),
        deleted=row.get("deleted", False),
        document=None if document is None else read_document(document),
    )


def _content(told: Mapping[str, Any]) -> bytes:
    return orjson.dumps({name: value for name, value in told.items() if not name.startswith("_")})


def _path(start: int, digests: list[str]) -> tuple[Revision, ...]:
    return tuple(Revision(start - index, digest) for index, digest in enumerate(digests))


def _revisions(told: Any) -> tuple[Revision, ...]:
    return tuple(Revision.parse(revision) for revision in told)
