"""What a replication is asked to do, and the world it does it in."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sync.replicator.checkpoints import Checkpoints


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents to replicate, by their ids. `name` distinguishes the checkpoints of one filter."""

    name: str
    admits: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Options:
    """`live`: wait for changes at the end, `wait_s` at a time, instead of stopping.

    One that is not live fails after `attempts` failures in a row, and at once when a peer refuses; a live
    one tries for ever. `changes` and `documents` are how much it asks for at once to begin with: it adapts.
    A revision on which a peer stumbles alone (500) is denied after `stumbles` attempts.
    """

    live: bool = False
    checkpoints: Checkpoints = Checkpoints.BOTH
    only: Filter | None = None
    wait_s: float = 25.0
    attempts: int = 5
    stumbles: int = 3
    changes: int = 500
    documents: int = 100


@dataclass(frozen=True, slots=True)
class World:
    """The clock, the waiting and the chance of a replication, so that tests can have their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    new_session: Callable[[], str] = field(default=lambda: secrets.token_hex(16))
