"""`_bulk_get`: many revisions at once.

https://docs.couchdb.org/en/stable/api/database/bulk-api.html#db-bulk-get; each document asked for is
answered by itself: what is wrong with one is told in its place, and the others are read.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import orjson

from sync.document import Document, MissingRevision, checked_identifier
from sync.errors import BadRequest, DocumentNotFound
from sync.http.exchange import Exchange
from sync.http.page_size import PageSize
from sync.http.representation import AttachmentOptions, Told, bulk_kind, bulk_multipart, with_bytes
from sync.http.response import CHUNK_BYTES, Response, StreamResponse
from sync.revision import Revision

# They have a meaning for one document only: CouchDB refuses them here.
_REFUSED_OPTIONS: Final = ("open_revs", "new_edits", "w", "rev", "atts_since")

# A document, the lack of one, or why what was asked for cannot be read.
_Found = Document | MissingRevision | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One document asked for: its id and a revision, every leaf (None), or why neither can be read."""

    identifier: str | None
    revision: str | None = None
    refusal: Mapping[str, object] | None = None
    atts_since: frozenset[Revision] = frozenset()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found of one document asked for, and how its attachments are told."""

    identifier: str | None
    documents: Sequence[_Found]
    attached: AttachmentOptions


async def bulk_get(exchange: Exchange) -> Response:
    """Answer `POST /{db}/_bulk_get`."""
    for option in _REFUSED_OPTIONS:
        if option in exchange.request.query:
            raise BadRequest(f'"{option}" query parameter is not acceptable')
    docs = (await exchange.json_object()).get("docs")
    if not isinstance(docs, list):
        raise BadRequest("Missing JSON list of 'docs'.")
    answers = _answers(exchange, [_wanted(one) for one in docs])
    told = partial(Document.to_json, revs=exchange.request.asks("revs"))
    if (kind := bulk_kind(exchange.request)) is not None:
        return bulk_multipart(exchange, kind, _parts(answers), told)
    pieces = _pieces(exchange, answers, told)
    return StreamResponse(pieces, headers={"cache-control": "must-revalidate"})


async def _answers(exchange: Exchange, wanted: list[_Wanted]) -> AsyncIterator[_Answer]:
    """Read what is asked for, some at a time: whatever is asked, and however often, memory holds little."""
    asked = AttachmentOptions.read(exchange.request)
    size, read = PageSize(exchange.node.limits.page_rows), 0
    while read < len(wanted):
        some = wanted[read : read + size.rows]
        read += len(some)
        found = await _read(exchange, some)
        size.learn(one if isinstance(one, Document) else None for documents in found for one in documents)
        for one, documents in zip(some, found, strict=True):
            yield _Answer(one.identifier, documents, asked.since_revisions(one.atts_since))


async def _parts(
    answers: AsyncIterator[_Answer],
) -> AsyncIterator[tuple[Document | Mapping[str, object], AttachmentOptions]]:
    async for answer in answers:
        for document in answer.documents:
            yield _shown(document), answer.attached


async def _pieces(exchange: Exchange, answers: AsyncIterator[_Answer], told: Told) -> AsyncIterator[bytes]:
    waiting, size, separator = [b'{"results":['], 0, b""
    async for answer in answers:
        docs = [await _told(exchange, one, told, answer.attached) for one in answer.documents]
        waiting.append(separator + orjson.dumps({"id": answer.identifier, "docs": docs}))
        separator = b","
        size += len(waiting[-1])
        if size > CHUNK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join([*waiting, b"]}\n"])


async def _read(exchange: Exchange, wanted: list[_Wanted]) -> list[list[_Found]]:
    latest = exchange.request.asks("latest")
    named = [(one.identifier or "", one.revision) for one in wanted if one.revision is not None]
    by_revision = iter(await exchange.engine.bulk_get(exchange.database, named, latest=latest))
    found: list[list[_Found]] = []
    for one in wanted:
        if one.refusal is not None:
            found.append([one.refusal])
        elif one.revision is not None:
            found.append([*next(by_revision)])
        else:
            found.append([*await _leaves(exchange, one.identifier or "")])
    return found


async def _leaves(exchange: Exchange, identifier: str) -> list[Document | MissingRevision]:
    try:
        return await exchange.engine.open_revisions(exchange.database, identifier, None)
    except DocumentNotFound:
        return [MissingRevision(identifier, None)]


def _wanted(asked: object) -> _Wanted:
    if not isinstance(asked, Mapping) or not asked:
        return _refused(None, None, BadRequest("document must be a JSON object"))
    identifier = asked.get("id")
    if "id" not in asked:
        return _refused(None, None, BadRequest("document id missed"))
    try:
        checked_identifier(identifier, local=True)
    except BadRequest as error:
        return _refused(identifier, None, error)
    revision = asked.get("rev")
    try:
        named = str(Revision.parse(revision)) if "rev" in asked else None
    except BadRequest as error:
        return _refused(identifier, revision, error)
    return _with_atts_since(_Wanted(identifier, named), asked.get("atts_since", []))


def _with_atts_since(wanted: _Wanted, revisions: object) -> _Wanted:
    if not isinstance(revisions, list):
        return _refused(wanted.identifier, revisions, BadRequest("att_since value must be array of revs."))
    since: list[Revision] = []
    for revision in revisions:
        try:
            since.append(Revision.parse(revision))
        except BadRequest as error:
            return _refused(wanted.identifier, revision, error)
    return replace(wanted, atts_since=frozenset(since))


def _refused(identifier: object, revision: object, error: BadRequest) -> _Wanted:
    told = {"id": identifier, "rev": revision, "error": error.error, "reason": error.reason}
    return _Wanted(identifier if isinstance(identifier, str) else None, refusal=told)


def _shown(found: _Found) -> Document | Mapping[str, object]:
    """Return a document, or the error that stands for one."""
    if isinstance(found, Document):
        return found
    if not isinstance(found, MissingRevision):
        return found
    revision = "undefined" if found.revision is None else str(found.revision)
    return {"id": found.identifier, "rev": revision, "error": "not_found", "reason": "missing"}


async def _told(
    exchange: Exchange, found: _Found, told: Told, attached: AttachmentOptions
) -> Mapping[str, object]:
    shown = _shown(found)
    if isinstance(shown, Document):
        return {"ok": told(await with_bytes(exchange.engine, exchange.database, shown, attached))}
    return {"error": shown}
