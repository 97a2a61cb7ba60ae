"""CouchDB's semantics over SQLite, in the server process: the default engine, and the hub's."""

from sync.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
