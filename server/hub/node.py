"""What answers tablets at a hub that serves: its store, its door, its replication (wire §7)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.hub.belief import Beliefs
from server.hub.clocks import Clocks
from server.hub.door import Door
from server.hub.home import Home
from server.hub.identity import Facts
from sync.embedded import EmbeddedEngine
from sync.http.application import ReplicationApplication, create_app
from sync.http.cors import Cors
from sync.http.principal import Principal
from sync.write_rules import WriteRule, envelope_rule

PREFIX = "/sync"


@dataclass(frozen=True, slots=True)
class Node:
    """The parts of a serving hub; ``device`` is also its instance."""

    device: str
    facts: Facts
    version: str
    clocks: Clocks
    engine: EmbeddedEngine
    beliefs: Beliefs
    door: Door
    replication: ReplicationApplication


@asynccontextmanager
async def opened(home: Home, device: str, facts: Facts, clocks: Clocks, version: str) -> AsyncIterator[Node]:
    """Open the store and what serves it; close it on leaving. Raises the engine's ``StorageError``."""
    engine = await EmbeddedEngine.open(home.store)
    try:
        beliefs = Beliefs(engine, facts)
        door = Door(device, beliefs, engine.databases, clocks)
        replication = create_app(
            engine,
            authorize=door,
            rule_for=_rule_for,
            cors=Cors(facts.foreign_origins),
            prefix=PREFIX,
            # Tokens end on the monotonic clock here, and on no other.
            now=clocks.monotonic_s,
        )
        yield Node(device, facts, version, clocks, engine, beliefs, door, replication)
    finally:
        await engine.aclose()


def _rule_for(_principal: Principal) -> WriteRule:
    """Bind everybody to envelopes (wire §3.3): nobody administers a hub over the network."""
    return envelope_rule
