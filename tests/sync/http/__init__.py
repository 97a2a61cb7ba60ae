"""CouchDB's HTTP interface, status by status."""
