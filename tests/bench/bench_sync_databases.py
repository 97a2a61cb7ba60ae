"""A thousand team databases: made, written in turn, read as the projection reads, and what they cost.

Each written once a minute is 17 writes a second; what is measured is how many a second go through, one
after another, each followed by the reading of what changed.
"""

import asyncio
import os
import random
import tempfile
import time
from pathlib import Path

from sync.embedded import EmbeddedEngine
from sync.security import Security
from tests.bench.bench_sync_feeds import resident_mb
from tests.bench.measurement import Measurement
from tests.sync.envelopes import incoming_envelope

DATABASES, ROUNDS = 1000, 2
# Once a minute each, with half of the time to spare.
GOAL = DATABASES / 60 * 2


def measure() -> list[Measurement]:
    """Return creations and writes a second, and the process's open files and memory afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_measure(Path(directory)))


async def _measure(directory: Path) -> list[Measurement]:
    before = resident_mb(os.getpid())
    engine = await EmbeddedEngine.open(directory)
    names = [f"t{number}" for number in range(DATABASES)]
    started = time.perf_counter()
    for name in names:
        await engine.create_database(name, Security())
    creating = DATABASES / (time.perf_counter() - started)
    started = time.perf_counter()
    for number in range(ROUNDS):
        await _round(engine, random.Random(number).sample(names, DATABASES), number * DATABASES)
    writing = ROUNDS * DATABASES / (time.perf_counter() - started)
    files = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no file is waited for
    grown = resident_mb(os.getpid()) - before
    await engine.aclose()
    told = f"{DATABASES:,} databases"
    return [
        Measurement(f"{told}: created", creating, "a second"),
        Measurement(f"{told}: written in turn, then read", writing, "a second", GOAL),
        Measurement(f"{told}: open files", files, ""),
        Measurement(f"{told}: memory more than before", grown, "MB"),
    ]


async def _round(engine: EmbeddedEngine, names: list[str], first: int) -> None:
    for number, name in enumerate(names, start=first):
        await engine.write(name, [incoming_envelope(number, characters=2000)], new_edits=False)
        await engine.changes(name, limit=100, include_docs=True)


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
