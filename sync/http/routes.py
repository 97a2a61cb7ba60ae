"""Which address is answered by what, and who may ask: the whole interface in four tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from sync.document import DESIGN_PREFIX, LOCAL_PREFIX
from sync.errors import BadRequest, DatabaseNotFound, MethodNotAllowed, NotFound
from sync.http import (
    all_docs,
    attachments,
    bulk,
    bulk_get,
    changes,
    databases,
    db_updates,
    documents,
    find,
    forms,
    functions,
    index_documents,
    local_documents,
    maintenance,
    server,
    sessions,
)
from sync.http.exchange import Handler


class Access(Enum):
    """Who may call: anyone whom the authorizer names, or those whom `_security` or the node admits.

    `MEMBER` includes devices, whose writes a rule binds; `UNBOUND` does not: what replication does not need
    is not theirs to ask for, as behind the proxy of a CouchDB (deploy/nginx).
    """

    NAMED = auto()
    MEMBER = auto()
    UNBOUND = auto()
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
    attachment: str = ""


Methods = Mapping[str, Endpoint]

NODE: Final[Mapping[str, Methods]] = {
    "": {"GET": Endpoint(server.welcome, Access.NAMED)},
    "_up": {"GET": Endpoint(server.health, Access.NAMED)},
    "_session": {
        "GET": Endpoint(sessions.read, Access.NAMED),
        "POST": Endpoint(sessions.open_session, Access.NAMED),
        "DELETE": Endpoint(sessions.close_session, Access.NAMED),
    },
    "_uuids": {"GET": Endpoint(server.identifiers, Access.NAMED)},
    "_db_updates": {"GET": Endpoint(db_updates.get, Access.SERVER_ADMIN)},
    "_all_dbs": {"GET": Endpoint(server.databases, Access.SERVER_ADMIN)},
    "_dbs_info": {
        "GET": Endpoint(server.all_information, Access.SERVER_ADMIN),
        "POST": Endpoint(server.information, Access.SERVER_ADMIN),
    },
    "_active_tasks": {"GET": Endpoint(server.active_tasks, Access.SERVER_ADMIN)},
    "_replicate": {"POST": Endpoint(server.replicate, Access.NAMED)},
}

DATABASE: Final[Methods] = {
    "DELETE": Endpoint(databases.destroy, Access.SERVER_ADMIN),
    "GET": Endpoint(databases.information),
    "POST": Endpoint(documents.create, Access.UNBOUND),
    "PUT": Endpoint(databases.create, Access.SERVER_ADMIN),
}

DATABASE_ENDPOINTS: Final[Mapping[str, Methods]] = {
    "_all_docs": {
        "GET": Endpoint(all_docs.all_docs, Access.UNBOUND),
        "POST": Endpoint(all_docs.all_docs, Access.UNBOUND),
    },
    "_all_docs/queries": {"POST": Endpoint(all_docs.all_docs_queries, Access.UNBOUND)},
    "_bulk_docs": {"POST": Endpoint(bulk.bulk_docs)},
    "_bulk_get": {"POST": Endpoint(bulk_get.bulk_get)},
    "_changes": {"GET": Endpoint(changes.get), "POST": Endpoint(changes.post)},
    "_compact": {"POST": Endpoint(maintenance.compact, Access.DATABASE_ADMIN)},
    "_design_docs": {
        "GET": Endpoint(all_docs.design_docs, Access.UNBOUND),
        "POST": Endpoint(all_docs.design_docs, Access.UNBOUND),
    },
    "_design_docs/queries": {"POST": Endpoint(all_docs.design_docs_queries, Access.UNBOUND)},
    "_ensure_full_commit": {"POST": Endpoint(databases.ensure_full_commit, Access.UNBOUND)},
    "_explain": {"POST": Endpoint(find.explain, Access.UNBOUND)},
    "_find": {"POST": Endpoint(find.find, Access.UNBOUND)},
    "_index": {
        "GET": Endpoint(index_documents.listing, Access.UNBOUND),
        "POST": Endpoint(index_documents.create, Access.UNBOUND),
    },
    "_index/_bulk_delete": {"POST": Endpoint(index_documents.bulk_remove, Access.UNBOUND)},
    "_local_docs": {
        "GET": Endpoint(all_docs.local_docs, Access.UNBOUND),
        "POST": Endpoint(all_docs.local_docs, Access.UNBOUND),
    },
    "_local_docs/queries": {"POST": Endpoint(all_docs.local_docs_queries, Access.UNBOUND)},
    "_missing_revs": {"POST": Endpoint(bulk.missing_revs, Access.UNBOUND)},
    "_purge": {"POST": Endpoint(maintenance.purge, Access.SERVER_ADMIN)},
    "_purged_infos": {"GET": Endpoint(maintenance.purged_infos, Access.UNBOUND)},
    "_purged_infos_limit": {
        "GET": Endpoint(maintenance.read_purged_infos_limit, Access.UNBOUND),
        "PUT": Endpoint(maintenance.write_purged_infos_limit, Access.DATABASE_ADMIN),
    },
    "_revs_diff": {"POST": Endpoint(bulk.revs_diff)},
    "_revs_limit": {
        "GET": Endpoint(maintenance.read_revs_limit, Access.UNBOUND),
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
    "_index": {"DELETE": Endpoint(index_documents.remove, Access.UNBOUND)},
}

DOCUMENT: Final[Methods] = {
    "DELETE": Endpoint(documents.delete, Access.UNBOUND),
    "GET": Endpoint(documents.read, Access.UNBOUND),
    "POST": Endpoint(forms.write, Access.UNBOUND),
    "PUT": Endpoint(documents.write, Access.UNBOUND),
    "COPY": Endpoint(documents.copy, Access.UNBOUND),
}

LOCAL_DOCUMENT: Final[Methods] = {
    "DELETE": Endpoint(local_documents.delete, Access.UNBOUND),
    "GET": Endpoint(local_documents.read, Access.UNBOUND),
    "PUT": Endpoint(local_documents.write, Access.UNBOUND),
}

# No document has such an id, and CouchDB says why only to who would write one.
UNKNOWN_SPECIAL: Final[Methods] = {
    "GET": Endpoint(documents.read, Access.UNBOUND),
    "PUT": Endpoint(documents.write, Access.UNBOUND),
}

ATTACHMENT: Final[Methods] = {
    "DELETE": Endpoint(attachments.delete, Access.UNBOUND),
    "GET": Endpoint(attachments.read, Access.UNBOUND),
    "PUT": Endpoint(attachments.write, Access.UNBOUND),
}


def resolve(method: str, segments: tuple[str, ...]) -> Route:
    """Return what a decoded path leads to. Raises NotFound, BadRequest, MethodNotAllowed."""
    database, *rest = segments or ("",)
    if not database or database.startswith("_"):
        return _node_route(method, database, rest)
    if not rest:
        return Route(_choose(DATABASE, method), database)
    if (methods := DATABASE_ENDPOINTS.get("/".join(rest))) is not None:
        return Route(_choose(methods, method), database)
    if rest[0] in BELOW:
        return Route(_choose(BELOW[rest[0]], method), database, "/".join(rest[1:]))
    if rest[0] == "_partition":
        return Route(Endpoint(functions.refuse_partition), database)
    return _document_route(method, database, *_document(rest))


def _node_route(method: str, name: str, rest: list[str]) -> Route:
    if not rest and name in NODE:
        return Route(_choose(NODE[name], method))
    if not rest and method == "PUT":
        # Creating a database of this name says what is wrong with it.
        return Route(DATABASE["PUT"], name)
    raise DatabaseNotFound


def _document(rest: list[str]) -> tuple[str, list[str]]:
    """Return a document's id and what lies below it; `_design/x` and `_local/x` are ids of two parts."""
    if rest[0] in ("_design", "_local") and len(rest) > 1:
        return f"{rest[0]}/{rest[1]}", rest[2:]
    return rest[0], rest[1:]


def _document_route(method: str, database: str, document: str, below: list[str]) -> Route:
    if document.startswith(LOCAL_PREFIX) and document != LOCAL_PREFIX:
        if below:
            raise BadRequest("_local documents do not accept attachments.")
        return Route(_choose(LOCAL_DOCUMENT, method), database, document)
    if document in ("_local", LOCAL_PREFIX):
        raise BadRequest("Invalid _local document id.")
    if document.startswith(DESIGN_PREFIX) and below and below[0] in functions.FUNCTIONS:
        return Route(Endpoint(functions.refuse), database, document)
    if below:
        return Route(_choose(ATTACHMENT, method), database, document, "/".join(below))
    if document.startswith("_") and not document.startswith(DESIGN_PREFIX):
        if method not in ("GET", "HEAD", "PUT"):
            raise NotFound("missing")
        return Route(_choose(UNKNOWN_SPECIAL, method), database, document)
    return Route(_choose(DOCUMENT, method), database, document)


def _choose(methods: Methods, method: str) -> Endpoint:
    endpoint = methods.get("GET" if method == "HEAD" else method)
    if endpoint is None:
        allowed = [("GET", "HEAD") if name == "GET" else (name,) for name in methods]
        raise MethodNotAllowed(tuple(name for names in allowed for name in names))
    return endpoint
