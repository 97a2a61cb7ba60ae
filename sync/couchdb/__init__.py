"""Escale's databases on an Apache CouchDB 3 cluster, behind the same seam as the embedded engine."""

from sync.couchdb.address import Address, BadAddress
from sync.couchdb.engine import CouchDBEngine

__all__ = ["Address", "BadAddress", "CouchDBEngine"]
