"""One database as a whole: figures, creation, destruction, security."""

from sync.database import DatabaseInformation
from sync.errors import BadRequest, Unsupported
from sync.http.exchange import Exchange
from sync.http.response import JsonResponse
from sync.security import Security

_OK = {"ok": True}
# CouchDB 3 answers a constant: clients only compare it with itself.
_START_TIME = "0"


async def information(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}`."""
    return JsonResponse(figures(await exchange.engine.information(exchange.database)))


def figures(found: DatabaseInformation) -> dict[str, object]:
    """Write a database's figures as CouchDB names them."""
    return {
        "db_name": found.name,
        "update_seq": found.update_seq,
        "doc_count": found.doc_count,
        "doc_del_count": found.doc_del_count,
        "sizes": {"file": found.file_size, "active": found.active_size, "external": found.active_size},
        "purge_seq": found.purge_seq,
        "props": {},
        "disk_format_version": 8,
        "compact_running": found.compact_running,
        "cluster": {"q": 1, "n": 1, "w": 1, "r": 1},
        "instance_start_time": _START_TIME,
    }


async def create(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}`: an empty database for server administrators only, until `_security` says more.

    `q` and `n`, which say how a cluster shares a database out, change nothing here; they are checked.
    """
    query = exchange.request.query
    if query.get("partitioned", "false") != "false":
        raise Unsupported("This node has no partitioned databases.")
    for name in ("q", "n"):
        value = query.get(name, "1")
        if not (value.isascii() and value.isdigit() and value.strip("0")):
            raise BadRequest(f"The `{name}` parameter must be a positive integer.")
    await exchange.engine.create_database(exchange.database, Security())
    return JsonResponse(_OK, 201, {"location": exchange.location(exchange.database)})


async def destroy(exchange: Exchange) -> JsonResponse:
    """Answer `DELETE /{db}`."""
    if "rev" in exchange.request.query:
        raise BadRequest(
            "You tried to DELETE a database with a ?=rev parameter. "
            "Did you mean to DELETE a document instead?"
        )
    await exchange.engine.delete_database(exchange.database)
    return JsonResponse(_OK)


async def read_security(exchange: Exchange) -> JsonResponse:
    """Answer `GET /{db}/_security`."""
    return JsonResponse((await exchange.engine.security(exchange.database)).to_json())


async def write_security(exchange: Exchange) -> JsonResponse:
    """Answer `PUT /{db}/_security`."""
    await exchange.engine.set_security(exchange.database, Security.from_json(await exchange.json_object()))
    return JsonResponse(_OK)


async def ensure_full_commit(exchange: Exchange) -> JsonResponse:
    """Answer `POST /{db}/_ensure_full_commit`: every acknowledged write is already on the disk."""
    exchange.require_json()
    await exchange.engine.security(exchange.database)
    return JsonResponse({"ok": True, "instance_start_time": _START_TIME}, 201)
