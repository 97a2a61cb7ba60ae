"""`_index`: indexes of queries, kept in design documents as CouchDB keeps them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import orjson

from sync.all_docs import AllDocsQuery
from sync.document import DESIGN_PREFIX, Document, IncomingDocument, JsonValue
from sync.errors import BadRequest, Conflict, DocumentNotFound, Forbidden, NotFound, Unsupported
from sync.http.bodies import json_object
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse
from sync.mango.failures import QueryError, shown
from sync.mango.indexes import ALL_DOCS, Index, define, of_design
from sync.revision import Revision

# The first text after every one that starts with "_design/"; how many design documents are looked at.
_AFTER_DESIGN: Final = "_design0"
_MOST_DESIGNS: Final = 1000


async def listing(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_index`."""
    request = exchange.request
    skip, limit = request.count("skip") or 0, request.count("limit")
    indexes = [ALL_DOCS, *await read_indexes(exchange)]
    shown_ = indexes[skip:][:limit]
    return JsonResponse({"total_rows": len(indexes), "indexes": [index.to_json() for index in shown_]})


async def create(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_index`."""
    index = _asked(await json_object(exchange))
    found = await _design(exchange, str(index.design))
    body = {"language": "query"} if found is None else found
    if body.get("language") != "query":
        raise QueryError(
            "invalid_ddoc_lang", f"Existing design doc has an invalid language: {shown(body.get('language'))}"
        )
    views = body.get("views")
    written = body | {"views": (views if isinstance(views, dict) else {}) | {index.name: index.view()}}
    result = "exists"
    if written != body:
        result = "created"
        await _write(exchange, str(index.design), written)
    return JsonResponse({"result": result, "id": index.design, "name": index.name})


async def remove(exchange: Exchange) -> JsonResponse:
    """Answer `DELETE /{db}/_index/{design}/json/{name}`."""
    design, is_json, name = exchange.document.removeprefix(DESIGN_PREFIX).partition("/json/")
    design = DESIGN_PREFIX + design
    body = await _design(exchange, design)
    if not is_json or not any(index.name == name for index in of_design(design, body or {})):
        raise NotFound("missing")
    await _write(exchange, design, _without(body or {}, {name}))
    return JsonResponse({"ok": True})


async def bulk_remove(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_index/_bulk_delete`: every index of the design documents named."""
    named = (await json_object(exchange)).get("docids")
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise QueryError(
            "invalid_bulk_docs", f"Bulk Delete requires an array of non-null docids. Docids: {shown(named)}"
        )
    success: list[dict[str, object]] = []
    fail: list[dict[str, object]] = []
    for one in named:
        design = DESIGN_PREFIX + one.removeprefix(DESIGN_PREFIX)
        body = await _design(exchange, design)
        names = {index.name for index in of_design(design, body or {})}
        if not names:
            fail.append({"id": design, "error": "not_found"})
            continue
        await _write(exchange, design, _without(body or {}, names))
        success.append({"id": design, "ok": True})
    return JsonResponse({"success": success, "fail": fail})


async def read_indexes(exchange: Exchange) -> list[Index]:
    """Return the indexes of a database, the primary one apart."""
    page = await exchange.engine.all_docs(
        exchange.database,
        AllDocsQuery(
            start_key=DESIGN_PREFIX,
            end_key=_AFTER_DESIGN,
            limit=_MOST_DESIGNS,
            include_docs=True,
            counted=False,
        ),
    )
    return [
        index
        for row in page.rows
        if isinstance(row.document, Document)
        for index in of_design(row.key, row.document.body)
    ]


def _asked(asked: Mapping[str, object]) -> Index:
    if unknown := asked.keys() - {"index", "type", "name", "ddoc", "w", "partitioned"}:
        raise QueryError("invalid_key", f"Invalid key {min(unknown)[:80]} for this request.")
    if "index" not in asked:
        raise QueryError("missing_required_key", "Missing required key: index")
    kind = asked.get("type", "json")
    if kind in ("text", "nouveau"):
        raise Unsupported(f"Indexes of type {kind} are not served by this node.")
    if kind != "json":
        raise QueryError("invalid_index", f"Invalid type for index: {shown(kind)}")
    if asked.get("partitioned") not in (None, False):
        raise BadRequest("database is not partitioned")
    design, name = asked.get("ddoc"), asked.get("name")
    for value in (design, name):
        if not isinstance(value, str | None):
            raise QueryError("invalid_string", f"Invalid string: {shown(value)}")
    return define(asked["index"], design=_text(design), name=_text(name))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _without(body: Mapping[str, JsonValue], names: set[str]) -> dict[str, JsonValue]:
    """Return a design document without some views; nothing but its language is nothing."""
    views = body.get("views")
    left = (
        {name: view for name, view in views.items() if name not in names} if isinstance(views, dict) else {}
    )
    rest = {name: value for name, value in body.items() if name != "views"}
    if left:
        return rest | {"views": left}
    return {} if rest.keys() == {"language"} else rest


async def _design(exchange: Exchange, identifier: str) -> dict[str, JsonValue] | None:
    try:
        return (await exchange.engine.get(exchange.database, identifier)).body
    except DocumentNotFound:
        return None


async def _write(exchange: Exchange, identifier: str, body: Mapping[str, object]) -> None:
    """Write a design document, or its tombstone when nothing is left. Raises Conflict, Forbidden."""
    revisions: tuple[Revision, ...] = ()
    with suppress(DocumentNotFound):
        revisions = ((await exchange.engine.get(exchange.database, identifier)).revision,)
    content: dict[str, JsonValue] = orjson.loads(orjson.dumps(body))
    document = IncomingDocument(identifier, content, revisions, deleted=not content)
    (result,) = await exchange.engine.write(
        exchange.database, [document], new_edits=True, rule=exchange.write_rule
    )
    if result.error == Conflict.error:
        raise Conflict
    if result.error is not None:
        raise Forbidden(result.reason or "The write was refused.")
