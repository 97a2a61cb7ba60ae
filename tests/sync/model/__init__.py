"""The embedded engine against a model of CouchDB small enough to be read in one go."""
