"""What can go wrong while projecting.

::

    Refused        one envelope is not integrated, for one reason of the catalogue; it is quarantined
    CursorMoved    another process projected this database meanwhile; nothing was written, read again
"""

from server.projection.reasons import REASONS


class Refused(Exception):
    """An envelope cannot be integrated. ``details`` are places and codes, never values."""

    def __init__(self, code: str, *details: str) -> None:
        super().__init__(code, *details)
        self.code = REASONS[code].code
        self.details = list(details)


class CursorMoved(Exception):
    """The page was read from a cursor that is no longer the one committed."""
