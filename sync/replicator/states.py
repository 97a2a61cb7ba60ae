"""The states of a replication, and which may follow which.

    starting ─► reading ─► comparing ─► fetching ⇄ writing ─► checkpointing ─► reading …
                  │  ▲                                                          │
                  ▼  └──────────────────────────────────────────────────────────┘
               waiting (live)        any ─► backing off ─► starting
               stopped (one-shot, or asked to)      any ─► failed

Every state but the last two may also end in `backing off` (a failure that time may mend), `starting`
(another node answers under the same name), `stopped` (asked to) and `failed` (nothing will mend it).
What was done is never undone: a replication that starts again goes on from its last checkpoint, and what
it then offers twice is the same revision.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """What a replication is doing."""

    STARTING = "starting"
    READING = "reading changes"
    COMPARING = "comparing"
    FETCHING = "fetching"
    WRITING = "writing"
    CHECKPOINTING = "checkpointing"
    WAITING = "waiting"
    BACKING_OFF = "backing off"
    STOPPED = "stopped"
    FAILED = "failed"


FINAL: Final = frozenset({State.STOPPED, State.FAILED})

_ALWAYS: Final = frozenset({State.STARTING, State.BACKING_OFF, State.STOPPED, State.FAILED})

_FORWARD: Final[Mapping[State, frozenset[State]]] = {
    State.STARTING: frozenset({State.READING, State.COMPARING}),
    State.READING: frozenset({State.READING, State.COMPARING, State.CHECKPOINTING, State.WAITING}),
    State.COMPARING: frozenset({State.COMPARING, State.FETCHING, State.READING, State.CHECKPOINTING}),
    State.FETCHING: frozenset({State.FETCHING, State.WRITING, State.CHECKPOINTING}),
    State.WRITING: frozenset({State.WRITING, State.FETCHING, State.CHECKPOINTING}),
    State.CHECKPOINTING: frozenset({State.READING}),
    State.WAITING: frozenset({State.WAITING, State.READING, State.COMPARING}),
    State.BACKING_OFF: frozenset(),
}

TRANSITIONS: Final[Mapping[State, frozenset[State]]] = {
    state: following | _ALWAYS for state, following in _FORWARD.items()
} | {state: frozenset() for state in FINAL}
