"""A hub's node in this process: a real store, signed documents, clocks that are moved by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey

from server.central.payload import TYP, DocumentType
from server.hub.clocks import Clocks
from server.hub.home import Home
from server.hub.identity import Facts
from server.hub.node import Node, opened
from server.hub.relay import ensure
from server.identifiers import central_document_id, new_uuid
from server.keys import jws
from server.keys.organisation import OrganisationKeys
from server.keys.public import public_jwk
from sync.document import IncomingDocument
from sync.revision import Revision

DATABASE = "t" + "0" * 32
FORMER = "t" + "1" * 32


@dataclass
class Time:
    """A wall clock and a monotonic one, moved by hand and apart."""

    wall: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)
    monotonic: float = 1000.0

    @property
    def clocks(self) -> Clocks:
        """What a hub is given."""
        return Clocks(lambda: self.wall, lambda: self.monotonic)

    def pass_s(self, seconds: float) -> None:
        """Let time pass on both."""
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds)


@dataclass
class Device:
    """A tablet of a team, and its key."""

    team: str
    id: str = field(default_factory=new_uuid)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))

    def assertion(self, nonce: str, node: str, **changed: str) -> str:
        """Sign a challenge."""
        claims = {"nonce": nonce, "device": self.id, "audience": "escale-node", "node": node, **changed}
        return jws.sign(orjson.dumps(claims), self.key, "escale-assertion+jws")


@dataclass
class Bench:
    """A node, its organisation's keys and its time."""

    node: Node
    keys: OrganisationKeys
    time: Time

    def device(self) -> Device:
        """Draw a tablet of the hub's team, of which nothing is signed yet."""
        return Device(self.node.facts.team)

    async def tell(
        self,
        device: Device,
        status: str = "active",
        *,
        database: str = DATABASE,
        key: ECKey | None = None,
        identifier: str | None = None,
        revision: tuple[int, str] = (1, "a" * 32),
        **changed: Any,
    ) -> None:
        """Let a ``device`` document arrive, as replication brings it; ``changed`` replaces what it says."""
        said = {"device": device.id, "team": device.team, "status": status, "key": public_jwk(device.key)}
        payload = {
            "v": 1,
            "type": DocumentType.DEVICE,
            "key": device.id,
            "database": database,
            "issued_at": "2026-11-23T12:00:00+00:00",
            "open": {**said, "kind": "tablet"},
            "sealed": None,
            **changed,
        }
        compact = jws.sign(orjson.dumps(payload), key or self.keys.signing, TYP)
        name = identifier or central_document_id(DocumentType.DEVICE, device.id)
        document = IncomingDocument(name, {"jws": compact}, (Revision(*revision),))
        await self.node.engine.write(database, [document], new_edits=False)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def bench(tmp_path: Path, organisation_keys: OrganisationKeys, time: Time) -> AsyncIterator[Bench]:
    facts = Facts(
        organization=organisation_keys.organisation,
        signing_key=organisation_keys.signing_key,
        team=new_uuid(),
        sync_url="https://sync.escale.example/sync",
        origin="https://escale.example",
    )
    async with opened(Home(tmp_path / "hub"), new_uuid(), facts, time.clocks, "1.2.3") as node:
        for database in (DATABASE, FORMER):
            await ensure(node.engine, database)
        yield Bench(node, organisation_keys, time)
