"""The engine over CouchDB, and what Escale adds to a CouchDB."""
