"""`_find` and `_explain`: documents that a selector asks for."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

import orjson

from sync.document import Document
from sync.http.bodies import json_object
from sync.http.exchange import Exchange
from sync.http.finding import Finding
from sync.http.index_documents import read_indexes
from sync.http.response import JsonResponse, StreamResponse
from sync.mango.fields import extract
from sync.mango.indexes import Index, choose, described, is_wanted
from sync.mango.query import Query

_NO_INDEX: Final = "No matching index found, create an index to optimize query time."
_CUT: Final = "More documents match than are sorted at once; the bookmark goes on after these."


async def find(exchange: Exchange) -> StreamResponse:
    """Answer `POST /{db}/_find`."""
    _, query, index = await _asked(exchange)
    pieces = _pieces(Finding(exchange, query, index), query, index)
    # What is wrong with the first documents has its own status.
    return StreamResponse(_after(await anext(pieces), pieces))


async def explain(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_explain`."""
    asked, query, index = await _asked(exchange)
    return JsonResponse(
        {
            "dbname": exchange.database,
            "index": index.to_json(),
            "partitioned": False,
            "selector": described(query.selector.normal),
            "opts": {name: value for name, value in asked.items() if name != "selector"},
            "limit": query.limit,
            "skip": query.skip,
            "fields": asked.get("fields", []),
        }
    )


async def _asked(exchange: Exchange) -> tuple[Mapping[str, object], Query, Index]:
    asked = await json_object(exchange)
    query = Query.from_json(asked)
    indexes = await read_indexes(exchange)
    return asked, query, choose(indexes, query.selector.normal, query.sort, query.use_index)


async def _pieces(finding: Finding, query: Query, index: Index) -> AsyncIterator[bytes]:
    """Send the documents as they are found, or once sorted, and what goes with them."""
    loop = asyncio.get_running_loop()
    began, returned = loop.time(), 0
    async for documents in finding.pages():
        told = [orjson.dumps(_told(document, query)) for document in documents]
        yield (b",\r\n" if returned else b'{"docs":[\r\n') + b",\r\n".join(told)
        returned += len(documents)
    end: dict[str, object] = {"bookmark": "nil" if finding.bookmark is None else str(finding.bookmark)}
    if warnings := _warnings(finding, query, index):
        end["warning"] = "\n".join(warnings)
    if query.execution_stats:
        end["execution_stats"] = {
            "total_keys_examined": 0,
            "total_docs_examined": finding.examined,
            "total_quorum_docs_examined": 0,
            "results_returned": returned,
            "execution_time_ms": round(1000 * (loop.time() - began), 3),
        }
    yield (b"" if returned else b'{"docs":[') + b"\r\n],\r\n" + orjson.dumps(end)[1:] + b"\r\n"


async def _after(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


def _told(document: Document, query: Query) -> object:
    told = document.to_json(conflicts=query.conflicts)
    if not query.fields:
        return told
    return extract(orjson.loads(orjson.dumps(told)), query.fields)


def _warnings(finding: Finding, query: Query, index: Index) -> list[str]:
    found = []
    if query.use_index and not is_wanted(index, query.use_index):
        design, *name = query.use_index
        found.append(
            f"_design/{design}, {name[0]} was not used because it is not a valid index for this query."
            if name
            else f"_design/{design} was not used because it does not contain a valid index for this query."
        )
    if index.design is None:
        found.append(_NO_INDEX)
    if finding.is_cut:
        found.append(_CUT)
    return found
