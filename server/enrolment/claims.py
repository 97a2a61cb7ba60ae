"""The words of assertions and tokens that every node shares (wire §6, §7)."""

AUDIENCE = "escale-node"
ROLES_CLAIM = "_couchdb.roles"
"""Where CouchDB's ``jwt_auth`` looks for roles."""
