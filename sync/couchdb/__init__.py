"""Escale's databases on an Apache CouchDB 3 cluster, behind the same seam as the embedded engine.

`address` reads where it is, `engine` is the engine, `provisioning` what a CouchDB must be told once.
"""
