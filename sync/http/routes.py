"""Which address is answered by what, and who may ask: the whole interface in four tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from sync.errors import MethodNotAllowed, NotFound
from sync.http import (
    all_docs,
    attachments,
    bulk,
    changes,
    databases,
    db_updates,
    documents,
    local_documents,
    maintenance,
    server,
)
from sync.http.exchange import Handler


class Access(Enum):
    """Who may call: anyone whom the authorizer names, or those whom `_security` or the node admits."""

    NAMED = auto()
    MEMBER = auto()
    DATABASE_ADMIN = auto()
    SERVER_ADMIN = auto()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A handler and who may call it."""

    handler: Handler
    access: Access = Access.MEMBER


@dataclass(frozen=True, slots=True)
class Route:
    """What a path and a method lead to."""

    endpoint: Endpoint
    database: str = ""
    document: str = ""


Methods = Mapping[str, Endpoint]

NODE: Final[Mapping[str, Methods]] = {
    "": {"GET": Endpoint(server.welcome, Access.NAMED)},
    "_up": {"GET": Endpoint(server.health, Access.NAMED)},
    "_db_updates": {"GET": Endpoint(db_updates.get, Access.SERVER_ADMIN)},
    "_all_dbs": {"GET": Endpoint(server.databases, Access.SERVER_ADMIN)},
    "_replicate": {"POST": Endpoint(server.replicate, Access.NAMED)},
}

DATABASE: Final[Methods] = {
    "GET": Endpoint(databases.information),
    "POST": Endpoint(documents.create),
    "PUT": Endpoint(databases.create, Access.SERVER_ADMIN),
    "DELETE": Endpoint(databases.destroy, Access.SERVER_ADMIN),
}

DATABASE_ENDPOINTS: Final[Mapping[str, Methods]] = {
    "_all_docs": {"GET": Endpoint(all_docs.get), "POST": Endpoint(all_docs.post)},
    "_bulk_docs": {"POST": Endpoint(bulk.bulk_docs)},
    "_bulk_get": {"POST": Endpoint(bulk.bulk_get)},
    "_changes": {"GET": Endpoint(changes.get), "POST": Endpoint(changes.post)},
    "_compact": {"POST": Endpoint(maintenance.compact, Access.DATABASE_ADMIN)},
    "_ensure_full_commit": {"POST": Endpoint(databases.ensure_full_commit)},
    "_missing_revs": {"POST": Endpoint(bulk.missing_revs)},
    "_purge": {"POST": Endpoint(maintenance.purge, Access.SERVER_ADMIN)},
    "_purged_infos": {"GET": Endpoint(maintenance.purged_infos)},
    "_purged_infos_limit": {
        "GET": Endpoint(maintenance.read_purged_infos_limit),
        "PUT": Endpoint(maintenance.write_purged_infos_limit, Access.DATABASE_ADMIN),
    },
    "_revs_diff": {"POST": Endpoint(bulk.revs_diff)},
    "_revs_limit": {
        "GET": Endpoint(maintenance.read_revs_limit),
        "PUT": Endpoint(maintenance.write_revs_limit, Access.DATABASE_ADMIN),
    },
    "_view_cleanup": {"POST": Endpoint(maintenance.clean_views, Access.DATABASE_ADMIN)},
    "_security": {
        "GET": Endpoint(databases.read_security, Access.DATABASE_ADMIN),
        "PUT": Endpoint(databases.write_security, Access.DATABASE_ADMIN),
    },
}

# What lies below these names belongs to them and is no attachment.
BELOW: Final[Mapping[str, Methods]] = {
    "_compact": {"POST": Endpoint(maintenance.compact_views, Access.DATABASE_ADMIN)},
}

DOCUMENT: Final[Methods] = {
    "GET": Endpoint(documents.read),
    "PUT": Endpoint(documents.write),
    "DELETE": Endpoint(documents.delete),
}

LOCAL_DOCUMENT: Final[Methods] = {
    "GET": Endpoint(local_documents.read),
    "PUT": Endpoint(local_documents.write),
    "DELETE": Endpoint(local_documents.delete),
}

ATTACHMENT: Final[Methods] = {
    "GET": Endpoint(attachments.refuse),
    "PUT": Endpoint(attachments.refuse),
    "DELETE": Endpoint(attachments.refuse),
}


def resolve(method: str, segments: tuple[str, ...]) -> Route:
    """Return what a decoded path leads to. Raises NotFound, MethodNotAllowed."""
    database, *rest = segments or ("",)
    if not database or database.startswith("_"):
        if rest or database not in NODE:
            raise NotFound("missing")
        return Route(_choose(NODE[database], method))
    if not rest:
        return Route(_choose(DATABASE, method), database)
    if len(rest) == 1 and rest[0] in DATABASE_ENDPOINTS:
        return Route(_choose(DATABASE_ENDPOINTS[rest[0]], method), database)
    if rest[0] in BELOW:
        return Route(_choose(BELOW[rest[0]], method), database, "/".join(rest[1:]))
    document, below = _document(rest)
    if below:
        return Route(_choose(ATTACHMENT, method), database, document)
    methods = LOCAL_DOCUMENT if document.startswith("_local/") else DOCUMENT
    return Route(_choose(methods, method), database, document)


def _document(rest: list[str]) -> tuple[str, list[str]]:
    """Return a document's id and what lies below it; `_design/x` and `_local/x` are ids of two parts."""
    if rest[0] in ("_design", "_local") and len(rest) > 1:
        return f"{rest[0]}/{rest[1]}", rest[2:]
    if rest[0].startswith("_") and not rest[0].startswith(("_design/", "_local/")):
        raise NotFound("missing")
    return rest[0], rest[1:]


def _choose(methods: Methods, method: str) -> Endpoint:
    endpoint = methods.get("GET" if method == "HEAD" else method)
    if endpoint is None:
        raise MethodNotAllowed((*methods, "HEAD") if "GET" in methods else tuple(methods))
    return endpoint
