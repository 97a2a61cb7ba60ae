"""A thousand teams at work: each writes a record a minute, and central follows.

Real envelopes, the real engine and projection, SQLite with full durability, one process. The lag is from
before the write of an envelope until its row is there and its receipt is out. In the middle a full sweep of
every database is asked for, as a coordinator's act does.
"""

import asyncio
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median, quantiles

from sqlmodel import col, select

from forms.load import published
from server.central.databases import ensure_databases
from server.keys.organisation import OrganisationKeys, generate
from server.projection.follow import Projection
from server.store import migrate
from server.store.control import Organization
from server.store.database import Store, connect
from server.store.read import Record
from sync.embedded import EmbeddedEngine
from tests.bench.measurement import Measurement
from tests.support.organisation import DAY, NOON, Seeded, make_device, make_slot, seed_team
from tests.support.records import RecordWriter, SealedRecord

TEAMS = 1000
WRITES_A_SECOND = TEAMS / 60
LASTS_S = 20
GOAL_MS = 5000
ORGANISATION = "0c7d5c1e-6f3f-4d0e-9f53-1f1c3f0c0a01"


def measure(teams: int = TEAMS, lasts_s: float = LASTS_S) -> list[Measurement]:
    """Return the lag of the projection, in milliseconds, and how long a full sweep takes."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_measure(Path(directory), teams, int(lasts_s * WRITES_A_SECOND)))


async def _measure(directory: Path, teams: int, writes: int) -> list[Measurement]:
    store = Store(connect(f"sqlite:///{directory / 'escale.db'}"))
    migrate.upgrade(store.engine)
    keys = generate(ORGANISATION)
    engine = await EmbeddedEngine.open(directory / "sync")
    records = _signed(store, keys, _seeded(store, keys, teams, DAY), writes)
    await ensure_databases(store, engine, DAY)
    follower = _Follower(store, engine, keys)
    try:
        sweep_s = await follower.begin()
        lags = sorted(await follower.play(records))
    finally:
        await follower.end()
        await engine.aclose()
        store.close()
    told = f"{teams:,} databases, {WRITES_A_SECOND:.0f} writes a second, until projected"
    return [
        Measurement(f"{told}: median", median(lags) * 1000, "ms"),
        Measurement(f"{told}: p95", quantiles(lags, n=20)[-1] * 1000, "ms"),
        Measurement(f"{told}: longest", lags[-1] * 1000, "ms", GOAL_MS, at_most=True),
        Measurement(f"{teams:,} databases: a full sweep", sweep_s * 1000, "ms"),
    ]


def _seeded(store: Store, keys: OrganisationKeys, teams: int, day: date) -> list[Seeded]:
    with store.session() as session:
        session.add(Organization(id=keys.organisation, title="CPTS d’essai", created_at=NOON))
        return [seed_team(session, keys, day, f"Équipe {number}") for number in range(teams)]


def _signed(
    store: Store, keys: OrganisationKeys, teams: list[Seeded], number: int
) -> list[tuple[str, SealedRecord]]:
    """Return records with their databases, spread over the teams."""
    records = []
    for team in (teams[index * len(teams) // number] for index in range(number)):
        slot = make_slot(store, make_device(store, team), team.nurse)
        records.append((team.database, RecordWriter(team, keys).record(slot)))
    return records


class _Follower:
    """The projection at work, and when each record's row was seen."""

    def __init__(self, store: Store, engine: EmbeddedEngine, keys: OrganisationKeys) -> None:
        self._store = store
        self._engine = engine
        self._projection = Projection(store, engine, keys, published(), lambda: NOON, followed_by=self._look)
        self._running: asyncio.Task[None] | None = None
        self._written: dict[str, float] = {}
        self._lags: list[float] = []
        self._passed = asyncio.Event()

    async def begin(self) -> float:
        """Start; return how long a full sweep of what is there takes, in seconds."""
        self._running = asyncio.create_task(self._projection.run())
        await self._projection.caught_up()
        began = time.perf_counter()
        await self._projection.caught_up()
        return time.perf_counter() - began

    async def play(self, records: list[tuple[str, SealedRecord]]) -> list[float]:
        """Write records at the pace; return how long each took to be projected, in seconds."""
        began = time.perf_counter()
        asked: asyncio.Task[None] | None = None
        for number, (database, record) in enumerate(records):
            await asyncio.sleep(max(0, began + number / WRITES_A_SECOND - time.perf_counter()))
            if number == len(records) // 2:
                asked = asyncio.create_task(self._projection.caught_up())
            self._written[record.digest] = time.perf_counter()
            await self._engine.write(database, [record.document], new_edits=False)
        while self._written:
            self._passed.clear()
            await self._passed.wait()
        if asked is not None:
            await asked
        return self._lags

    async def end(self) -> None:
        """Stop following."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    def _look(self) -> None:
        """Take the time of what a pass has projected."""
        with self._store.session() as session:
            there = session.exec(select(Record.digest).where(col(Record.digest).in_(self._written))).all()
        now = time.perf_counter()
        self._lags += [now - self._written.pop(digest) for digest in there]
        self._passed.set()


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
