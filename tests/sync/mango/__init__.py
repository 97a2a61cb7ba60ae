"""Selectors, collation, regular expressions."""
