"""JSON bodies of requests whose Content-Type CouchDB insists on."""

from collections.abc import Mapping

from sync.errors import BadRequest, UnsupportedMediaType
from sync.http.exchange import Exchange
from sync.http.json_bodies import read_json
from sync.http.request import Request


def require_json(request: Request) -> None:
    """Raise UnsupportedMediaType unless the body is announced as JSON."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UnsupportedMediaType("Content-Type must be application/json")


async def json_object(exchange: Exchange) -> Mapping[str, object]:
    """Read a JSON object. Raises UnsupportedMediaType, BadRequest, TooLarge."""
    require_json(exchange.request)
    return await exchange.json_object()


async def optional_json_object(exchange: Exchange) -> Mapping[str, object]:
    """Read a JSON object, empty when there is no body. Raises UnsupportedMediaType, BadRequest, TooLarge."""
    require_json(exchange.request)
    body = await exchange.request.decoded(exchange.node.limits.body_bytes)
    if not body:
        return {}
    value = read_json(body)
    if not isinstance(value, dict):
        raise BadRequest("Request body must be a JSON object")
    return value
