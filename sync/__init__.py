"""Replication by the CouchDB protocol: carries documents, and cannot open what they hold.

`engine` is the seam the rest of Escale calls; `embedded` is the engine over SQLite; `http` speaks the
protocol to tablets and hubs.
"""
