"""Writes batches on a power-cut disk and prints what is acknowledged, until it is killed.

`python -m tests.sync.embedded.writing_process DIRECTORY ROUND SEED [lying]`: one line a batch, its name, once
the engine said it was written. Each document names its batch and how many the batch has.
"""

import asyncio
import random
import sys
from pathlib import Path

from sync.document import IncomingDocument, JsonValue
from sync.embedded import EmbeddedEngine
from sync.revision import Revision
from sync.security import Security
from tests.sync.embedded.power_cut import PowerCutDisk

DATABASES = ("t1", "t2")
WRITERS = 3
LARGEST_BATCH = 12
LARGEST_BODY = 20_000


def batch(drawn: random.Random, name: str) -> list[IncomingDocument]:
    """Return a batch of documents, some of which are a second revision with a history."""
    count = drawn.randint(1, LARGEST_BATCH)
    documents = []
    for number in range(count):
        body: dict[str, JsonValue] = {
            "batch": name,
            "count": count,
            "filler": "x" * drawn.randrange(LARGEST_BODY),
        }
        path = (Revision(2, "b"), Revision(1, "a")) if drawn.random() < 0.2 else (Revision(1, "a"),)
        documents.append(IncomingDocument(f"{drawn.getrandbits(64):016x}-{number}", body, path))
    return documents


async def write_for_ever(engine: EmbeddedEngine, name: str, drawn: random.Random) -> None:
    """Write batches one after another, to one database or the other."""
    number = 0
    while True:
        number += 1
        named = f"{name}-{number}"
        await engine.write(drawn.choice(DATABASES), batch(drawn, named), new_edits=False)
        print(named, flush=True)


async def main(directory: Path, round_name: str, seed: int, *, lies: bool) -> None:
    """Open the store on a disk that holds writes back, and write until the end."""
    disk = PowerCutDisk("power-cut", seed=seed, lies=lies)
    engine = await EmbeddedEngine.open(directory, vfs=disk.name)
    for name in DATABASES:
        if name not in await engine.databases():
            await engine.create_database(name, Security())
    drawn = random.Random(seed)
    writers = [
        write_for_ever(engine, f"{round_name}-{number}", random.Random(drawn.getrandbits(32)))
        for number in range(WRITERS)
    ]
    await asyncio.gather(*writers)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), lies="lying" in sys.argv))
