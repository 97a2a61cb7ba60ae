"""What a hub tells of itself to whoever stands before it: states and figures, no name, nobody's record."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.hub.relay import Link


class Phase(StrEnum):
    """Where a hub's life is."""

    WAITING = "waiting"
    """Its card was presented; a coordinator is to compare the code."""
    SERVING = "serving"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Tablet:
    """A device of the team that proved its key since this start: the beginning of its id, and when last."""

    device: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Serving:
    """What a hub that serves tells. Instants are on its wall clock; ``clock_offset_s`` is central's minus it.

    ``held`` and ``waiting``: envelopes it holds, and of these those not known to be at central; ``denied``:
    those central refused since this start. ``is_on_tls``: tablets connect with TLS only, which needs a
    certificate.
    """

    link: Link
    held: int
    waiting: int
    denied: int
    tablets: tuple[Tablet, ...]
    clock_offset_s: float | None
    certificate_end: datetime | None
    is_on_tls: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A hub at one instant; ``device`` None once it was revoked, ``serving`` only in that phase.

    ``is_disk_failing``: something that was to be kept was not, and is tried again.
    """

    phase: Phase
    now: datetime
    started_at: datetime
    version: str
    free_bytes: int
    device: str | None = None
    short_code: str | None = None
    serving: Serving | None = None
    is_disk_failing: bool = False
