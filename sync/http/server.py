"""The node itself: welcome, health, list of databases."""

from sync.errors import Unsupported
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse, Response

# The version of CouchDB whose behaviour this interface follows; some clients look at its first number.
COMPATIBLE_VERSION = "3.5.0"


async def welcome(exchange: Exchange) -> JsonResponse:
    """Answer `GET /`; `uuid` is the store's identity, from which PouchDB names its checkpoints."""
    return JsonResponse(
        {
            "couchdb": "Welcome",
            "version": COMPATIBLE_VERSION,
            "uuid": exchange.engine.instance,
            "features": [],
            "vendor": {"name": "Escale"},
        }
    )


async def health(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_up`."""
    await exchange.engine.databases()
    return JsonResponse({"status": "ok"})


async def databases(exchange: Exchange) -> JsonResponse:
    """Answer `GET /_all_dbs`."""
    return JsonResponse(await exchange.engine.databases())


async def replicate(exchange: Exchange) -> Response:
    """Answer `POST /_replicate`: never, so that nobody makes this node send requests of their choosing."""
    raise Unsupported(
        f"This node replicates for nobody by {exchange.request.method}: run `python -m sync replicate`."
    )
