"""The ``escale`` command with its clock moved: ``python -m tests.support.server_at SECONDS serve --demo``.

A story that lasts a day is told in minutes; the server lives in the same hour as the tablets beside it.
"""

import sys
from datetime import UTC, datetime, timedelta

from server import clock


def moved(seconds: float) -> None:
    """Move what the server takes for the present by so many seconds; before anything else is imported."""
    shift = timedelta(seconds=seconds)
    clock.now = lambda: datetime.now(UTC) + shift


if __name__ == "__main__":
    moved(float(sys.argv[1]))
    from server.cli import main

    del sys.argv[1]
    sys.exit(main())
