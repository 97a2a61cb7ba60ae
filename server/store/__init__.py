"""Relational store: control tables (source of truth) and read model (rebuilt from envelopes at will)."""
