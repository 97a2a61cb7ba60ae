"""Writing many documents through `_bulk_docs`: what became of each, and batches that CouchDB finds too large.

CouchDB has no transaction over documents: a batch that fails half-way may be written in part. What is told
as written is; writing the whole again is harmless with `new_edits` false, and a conflict otherwise.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.couchdb.client import Client, database_path
from sync.couchdb.documents import write_document
from sync.document import IncomingDocument, WriteResult
from sync.errors import Forbidden, InvalidDocument, TooLarge, Unsupported
from sync.revision import Revision
from sync.write_rules import WriteRule

MAX_BATCH: Final = 1000
"""The most documents sent at once."""


async def write_documents(
    client: Client,
    name: str,
    documents: Sequence[IncomingDocument],
    *,
    new_edits: bool,
    rule: WriteRule | None,
) -> list[WriteResult]:
    """Write documents and return, in their order, what became of each.

    A document alone over CouchDB's bound has the error `too_large`; the others of its batch are written.
    Raises InvalidDocument, Unsupported before anything is sent.
    """
    refused = [_refused(document, new_edits=new_edits, rule=rule) for document in documents]
    admitted = [one for one, refusal in zip(documents, refused, strict=True) if refusal is None]
    told: list[WriteResult] = []
    for start in range(0, len(admitted), MAX_BATCH):
        told += await _send(client, name, admitted[start : start + MAX_BATCH], new_edits=new_edits)
    written = iter(told)
    return [next(written) if refusal is None else refusal for refusal in refused]


def _refused(document: IncomingDocument, *, new_edits: bool, rule: WriteRule | None) -> WriteResult | None:
    refusal = None if rule is None else rule(document, new_edits=new_edits)
    if refusal is not None:
        return WriteResult(document.identifier, _named(document), Forbidden.error, str(refusal))
    if document.attachments:
        raise Unsupported("Attachments are not served by this engine.")
    if not new_edits and not document.revisions:
        raise InvalidDocument("A document written with new_edits false needs its _rev or _revisions")
    return None


async def _send(
    client: Client, name: str, documents: Sequence[IncomingDocument], *, new_edits: bool
) -> list[WriteResult]:
    body = {
        "new_edits": new_edits,
        "docs": [write_document(document, new_edits=new_edits) for document in documents],
    }
    try:
        told = await client.call("POST", database_path(name, "_bulk_docs"), body=body)
    except TooLarge as error:
        # One document too many refuses the whole batch: halves find out which.
        if len(documents) == 1:
            return [WriteResult(documents[0].identifier, _named(documents[0]), TooLarge.error, error.reason)]
        middle = len(documents) // 2
        first = await _send(client, name, documents[:middle], new_edits=new_edits)
        return first + await _send(client, name, documents[middle:], new_edits=new_edits)
    if new_edits:
        return [_result(document, row) for document, row in zip(documents, told, strict=True)]
    # Only what was refused is told of replicated documents.
    refused = {(row["id"], row.get("rev")): row for row in told if "error" in row}
    return [_replicated(document, refused) for document in documents]


def _replicated(
    document: IncomingDocument, refused: Mapping[tuple[str, str | None], Mapping[str, Any]]
) -> WriteResult:
    named = _named(document)
    row = refused.get((document.identifier, str(named))) or refused.get((document.identifier, None))
    if row is None:
        return WriteResult(document.identifier, named)
    return WriteResult(document.identifier, named, row["error"], row.get("reason"))


def _result(document: IncomingDocument, row: Mapping[str, Any]) -> WriteResult:
    if "error" in row:
        return WriteResult(document.identifier, _named(document), row["error"], row.get("reason"))
    return WriteResult(document.identifier, Revision.parse(row["rev"]))


def _named(document: IncomingDocument) -> Revision | None:
    return document.revisions[0] if document.revisions else None
