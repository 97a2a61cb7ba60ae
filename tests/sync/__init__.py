"""The replication engine and its HTTP interface."""
