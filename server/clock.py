"""The only place where the server reads the time, so that everything else can be given one."""

from datetime import UTC, date, datetime
from time import monotonic
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""The zone in which a stop's day begins and ends, and in which people read times."""


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)


def local_day(instant: datetime) -> date:
    """Return the day it is for people, at an aware instant."""
    return instant.astimezone(PARIS).date()


def monotonic_s() -> float:
    """Return seconds from an arbitrary origin that no clock setting moves."""
    return monotonic()
