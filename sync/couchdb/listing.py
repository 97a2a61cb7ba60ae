"""What is asked of CouchDB's `_all_docs` and `_changes`, and what it answers, as the seam's values."""

import json
from collections.abc import Mapping
from typing import Any

from sync.all_docs import AllDocsPage, AllDocsQuery, AllDocsRow
from sync.changes import ChangesPage, ChangesQuery
from sync.couchdb.documents import read_change, read_document
from sync.revision import Revision
from sync.sequence import FROM_THE_START


def changes_parameters(query: ChangesQuery) -> dict[str, str]:
    """Write the query string of `_changes`; the ids to keep go in the body."""
    asked = {"since": query.since, "style": query.style.value}
    if query.limit is not None:
        asked["limit"] = str(max(1, query.limit))
    if query.include_docs:
        asked["include_docs"] = "true"
    if query.descending:
        asked["descending"] = "true"
    if query.doc_ids is not None:
        asked["filter"] = "_doc_ids"
    return asked


def read_changes(told: Mapping[str, Any]) -> ChangesPage:
    """Read a page of `_changes`."""
    results = tuple(read_change(row) for row in told["results"])
    return ChangesPage(results, str(told["last_seq"]), told.get("pending", 0))


def read_all_docs(told: Mapping[str, Any]) -> AllDocsPage:
    """Read a page of `_all_docs`; a cluster may not know the offset."""
    return AllDocsPage(
        total_rows=told.get("total_rows") or 0,
        offset=told.get("offset") or 0,
        rows=tuple(_all_docs_row(row) for row in told["rows"]),
        update_seq=str(told.get("update_seq", FROM_THE_START)),
    )


def all_docs_parameters(query: AllDocsQuery) -> dict[str, str]:
    """Write the query string of `_all_docs`; the keys go in the body."""
    asked: dict[str, object] = {
        "update_seq": True,
        "include_docs": query.include_docs,
        "skip": query.skip,
        "limit": query.limit,
    }
    if query.keys is None:
        asked |= {
            "start_key": query.start_key,
            "end_key": query.end_key,
            "inclusive_end": query.inclusive_end,
            "descending": query.descending,
        }
    return {name: json.dumps(value) for name, value in asked.items() if value is not None}


def _all_docs_row(row: Mapping[str, Any]) -> AllDocsRow:
    value, document = row.get("value"), row.get("doc")
    return AllDocsRow(
        key=row["key"],
        revision=None if value is None else Revision.parse(value["rev"]),
        deleted=bool(value is not None and value.get("deleted")),
        document=None if document is None else read_document(document),
    )
