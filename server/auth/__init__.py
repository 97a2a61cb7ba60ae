"""Coordinators' identity: passwords, growing delays, sessions, unforgeable forms, guards by role."""
