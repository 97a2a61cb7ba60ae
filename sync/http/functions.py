"""What CouchDB answers by running a design document's JavaScript: not served, and said so."""

from typing import Final

from sync.errors import BadRequest, Unsupported
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse

FUNCTIONS: Final = frozenset(
    {"_view", "_show", "_list", "_update", "_rewrite", "_info", "_search", "_nouveau"}
)


async def refuse(exchange: Exchange) -> JsonResponse:
    """Answer every request for a function of a design document: 404 when there is none, 501 otherwise."""
    await exchange.engine.get(exchange.database, exchange.document)
    raise Unsupported("Design documents are stored and replicated here; their functions are not run.")


async def refuse_partition(exchange: Exchange) -> JsonResponse:
    """Answer every request for a partition, as CouchDB does of a database made without them."""
    del exchange
    raise BadRequest("database is not partitioned")
