"""Hostile clients of a real server process: errors in answer, bounded memory, nobody else disturbed."""
