"""Where a hub's time comes from."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server import clock


def since_boot_s() -> float:
    """Return seconds that no setting moves and that a sleeping machine goes on counting, where it can."""
    boot = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(boot)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The wall clock, which may be wrong, and a monotonic one, on which lives are counted."""

    now: Callable[[], datetime] = clock.now
    monotonic_s: Callable[[], float] = since_boot_s
