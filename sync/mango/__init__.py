"""CouchDB's declarative queries (Mango): selectors, the order of values, sorts, fields."""
