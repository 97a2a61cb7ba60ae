"""Fault schedules: a team's week on nodes that fail, drawn from a seed (`python -m tests.faults`)."""
