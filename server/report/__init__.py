"""Figures counted from the read model, each with what it is counted among."""
