"""Writes per second of the embedded engine: envelopes of 2 kB, `new_edits` false, rule on and off."""

import asyncio
import tempfile
import time
from pathlib import Path

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.security import Security
from sync.write_rules import WriteRule, envelope_rule
from tests.bench.measurement import Measurement
from tests.sync.envelopes import incoming_envelope

CHARACTERS = 2000
DATABASE = "t1"
# How many calls of each batch size make a measurement: about a second at most.
CALLS = {1: 400, 100: 30, 1000: 5}
CLIENTS = 20


def measure() -> list[Measurement]:
    """Return documents per second for each batch size, one client; then twenty clients at once."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_measure(Path(directory)))


async def _measure(directory: Path) -> list[Measurement]:
    engine = await EmbeddedEngine.open(directory)
    documents = [incoming_envelope(number, characters=CHARACTERS) for number in range(5000)]
    measurements = []
    try:
        for rule in (envelope_rule, None):
            told = "rule on" if rule else "rule off"
            for batch, calls in CALLS.items():
                rate = await _one_client(engine, documents[: batch * calls], batch, rule)
                measurements.append(Measurement(f"engine writes, batch {batch}, {told}", rate, "docs/s"))
            rate = await _many_clients(engine, documents[:4000], rule)
            measurements.append(
                Measurement(f"engine writes, {CLIENTS} clients one at a time, {told}", rate, "docs/s")
            )
    finally:
        await engine.aclose()
    return measurements


async def _one_client(
    engine: EmbeddedEngine, documents: list[IncomingDocument], batch: int, rule: WriteRule | None
) -> float:
    await engine.create_database(DATABASE, Security())
    started = time.perf_counter()
    for start in range(0, len(documents), batch):
        await engine.write(DATABASE, documents[start : start + batch], new_edits=False, rule=rule)
    rate = len(documents) / (time.perf_counter() - started)
    await engine.delete_database(DATABASE)
    return rate


async def _many_clients(
    engine: EmbeddedEngine, documents: list[IncomingDocument], rule: WriteRule | None
) -> float:
    async def client(some: list[IncomingDocument]) -> None:
        for document in some:
            await engine.write(DATABASE, [document], new_edits=False, rule=rule)

    await engine.create_database(DATABASE, Security())
    started = time.perf_counter()
    await asyncio.gather(*(client(documents[number::CLIENTS]) for number in range(CLIENTS)))
    rate = len(documents) / (time.perf_counter() - started)
    await engine.delete_database(DATABASE)
    return rate


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
