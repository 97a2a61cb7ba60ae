"""CouchDB's HTTP interface, as an ASGI application: what PouchDB and CouchDB need to replicate."""

from sync.http.application import ReplicationApplication, create_app
from sync.http.cors import Cors
from sync.http.limits import Limits
from sync.http.principal import Authentication, Authorizer, Principal

__all__ = [
    "Authentication",
    "Authorizer",
    "Cors",
    "Limits",
    "Principal",
    "ReplicationApplication",
    "create_app",
]
